"""Making a clinic: its key, its keys' file, what an operator must put away, and its one row in the database."""

import secrets
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Model

from threatmodel.clinic import keys
from threatmodel.clinic.clock import today
from threatmodel.clinic.keys import GENERATIONS, Source, derived, directory, typed, write_secret
from threatmodel.clinic.models import Clinic, Matter, Staff
from threatmodel.sealing.generations import Generations, Root
from threatmodel.sealing.handoff import public_key, public_text
from threatmodel.sealing.recovery import public_of
from threatmodel.sealing.written import KEY_BYTES, write_key

RECOVERY = "recovery.pub"
HANDOFF = "handoff.pub"
SECRET = "secret"  # noqa: S105  a file's name
BEGUN = "setting-up"


class AlreadyThere(Exception):
    """There is a clinic in this directory or database already."""


class Founded(NamedTuple):
    """What is shown once: the clinic's key, for where it is to be typed in after each start, and the recovery key."""

    clinic: Clinic
    key: str
    recovery: str


def found(*, typed_key: bool = False) -> Founded:
    """Make the clinic. Raises ``AlreadyThere``, and changes nothing then; ``Locked`` or ``KeysUnfit`` for a bad key.

    With ``typed_key`` the key is held in memory only and never written to a disk.
    """
    _refuse_another()
    recovery = secrets.token_bytes(KEY_BYTES)
    if not (directory() / GENERATIONS).exists():
        root = Root(secrets.token_bytes(16), secrets.token_bytes(KEY_BYTES))
        make_keys(root, [(1, secrets.token_bytes(KEY_BYTES))], typed_key=typed_key)
    made = keys.generations()
    write_public(recovery)
    clinic = Clinic.objects.first() or register(made.root(), today(), made.newest()[0])
    return Founded(clinic, write_key(keys.given()[-1]), write_key(recovery))


def make_keys(root: Root, generations: Sequence[tuple[int, bytes]], *, typed_key: bool = False) -> None:
    """The clinic's key, unless there is one, and the file of its keys. Raises ``Locked`` or ``KeysUnfit``."""
    make_directory()
    key = _key(typed_key)
    if not (directory() / SECRET).exists():
        write_secret(directory() / SECRET, secrets.token_urlsafe(48))
    Generations.create(directory() / GENERATIONS, key, root, generations)


def write_public(recovery: bytes) -> None:
    """The public halves: for whom backups are sealed, and for whom codes of visitors are."""
    write_secret(directory() / RECOVERY, public_of(recovery).hex())
    write_secret(directory() / HANDOFF, public_text(public_key(derived("hand-off"))))


def make_directory() -> None:
    directory().mkdir(mode=0o700, parents=True, exist_ok=True)


def register(root: Root, day: date, epoch: int) -> Clinic:
    """The clinic's row in a new database."""
    with transaction.atomic():
        return Clinic.objects.create(id=UUID(bytes=root.clinic), seen_on=day, epoch=epoch)


def begun() -> bool:
    """Whether a set-up began here and did not come to its end, so that nobody was shown its keys."""
    return (directory() / BEGUN).exists() and not (_any(Staff) or _any(Matter))


def begin() -> None:
    """Note that a set-up begins. Raises ``AlreadyThere``."""
    _refuse_another()
    make_directory()
    write_secret(directory() / BEGUN, "begun")


def end() -> None:
    """Note that everything was shown."""
    (directory() / BEGUN).unlink(missing_ok=True)


def _refuse_another() -> None:
    if not begun() and ((directory() / GENERATIONS).exists() or _any(Clinic)):
        raise AlreadyThere


def _any(model: type[Model]) -> bool:
    """Whether the database holds one; where it has no tables yet, it does not."""
    try:
        return model._default_manager.exists()
    except DatabaseError:
        return False


def _key(typed_key: bool) -> bytes:
    """The key that the operator's command or file gives already, or a new one where it is to be kept."""
    if settings.CLINIC_KEY_COMMAND:
        return keys.from_command()
    place = typed() if typed_key else settings.CLINIC_KEY
    if keys.source() == Source.FILE or place.exists():
        return keys.given()[-1]
    key = secrets.token_bytes(KEY_BYTES)
    write_secret(place, write_key(key))
    return key
