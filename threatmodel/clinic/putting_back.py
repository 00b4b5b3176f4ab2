"""Putting a backup back: on the machine it was made on, or on a new one that has only the recovery key."""

import secrets
from pathlib import Path
from typing import NamedTuple

from django.core.management import call_command
from django.db import connection

from threatmodel.clinic import audit
from threatmodel.clinic.backup import Bundle, NoBackup, opened
from threatmodel.clinic.copies import DATABASE, put_back
from threatmodel.clinic.destruction import dead, revive, settle
from threatmodel.clinic.founding import make_keys, write_public
from threatmodel.clinic.keys import GENERATIONS, directory, generations
from threatmodel.clinic.models import Clinic, Matter
from threatmodel.clinic.retention import expire
from threatmodel.clinic.sweep import end_what_was_open
from threatmodel.clinic.tombstones import add, remembered
from threatmodel.sealing.generations import Root
from threatmodel.sealing.written import KEY_BYTES


class InTheWay(Exception):
    """There is a clinic in the database already, and nothing of this backup is needed to open it."""


class Restored(NamedTuple):
    """How many matters open again, stayed destroyed, were past their time, and open nowhere; and lines lost."""

    back: int
    stayed_destroyed: int
    expired: int
    dead: int
    lost_lines: int
    new_keys: bool


def restore(backup: Path, recovery: bytes, *, over: bool = False, typed_key: bool = False) -> Restored:
    """Put a backup in place and wrap what it brings back under the keys of this machine, which may be new ones.

    Raises ``NoBackup``, ``InTheWay``, ``NotCopied``, ``Locked`` or ``KeysUnfit``. Broken off, it can be done again.
    """
    bundle = opened(backup, recovery)
    here = (directory() / GENERATIONS).exists()
    if here and generations().root() != bundle.root:
        raise NoBackup("This backup is another clinic's: the file of keys here has another root.")
    if over or _epoch(bundle.root) is None:
        put_back(backup / DATABASE)
    elif not _needed(bundle, here):
        raise InTheWay
    call_command("migrate", interactive=False, verbosity=0)
    if not here:
        make_keys(bundle.root, [(_after(bundle), secrets.token_bytes(KEY_BYTES))], typed_key=typed_key)
        write_public(recovery)
    return _take_in(bundle, new_keys=not here)


def _take_in(bundle: Bundle, *, new_keys: bool) -> Restored:
    if unknown := {mark: day for mark, day in bundle.destroyed.items() if mark not in remembered()}:
        add(unknown)
    end_what_was_open()
    lost = audit.anchor_anew()
    found = [revive(number, secret) for number, secret in bundle.generations.items()]
    expired = expire()
    settle()
    return Restored(
        sum(back for back, _ in found), sum(again for _, again in found), expired, len([*dead()]), lost, new_keys
    )


def _needed(bundle: Bundle, here: bool) -> bool:
    """Whether this backup's database is in place already, and its matters do not open with what is here."""
    living = set(generations().living()) if here else set()
    return Matter.objects.filter(generation__in=set(bundle.generations) - living).exists()


def _after(bundle: Bundle) -> int:
    """A number that no generation of this clinic had, as far as the database and the backup can tell."""
    return max(bundle.newest, _epoch(bundle.root) or 0) + 1


def _epoch(root: Root) -> int | None:
    """The generation that the database here was wrapped with last. None where it holds no clinic, or no tables.

    Raises ``NoBackup`` where it is another clinic's, and ``DatabaseError`` where that cannot be told.
    """
    if Clinic._meta.db_table not in connection.introspection.table_names():
        return None
    clinic = Clinic.objects.first()
    if clinic and clinic.id.bytes != root.clinic:
        raise NoBackup("This backup is another clinic's than the one in the database here.")
    return clinic.epoch if clinic else None
