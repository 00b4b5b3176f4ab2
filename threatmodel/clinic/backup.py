"""Backups: a copy of the database and, sealed to the recovery key, what opens it. Never the file of keys itself.

A generation that was destroyed here lives on in the backups that carry it, so these are kept for a few days only.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple, Self

from threatmodel.clinic.clock import doubted, today
from threatmodel.clinic.copies import DATABASE, copy_to
from threatmodel.clinic.destruction import settle
from threatmodel.clinic.founding import RECOVERY
from threatmodel.clinic.keys import directory, erase, generations
from threatmodel.clinic.times import level
from threatmodel.clinic.tombstones import REMEMBERED_DAYS, packed, remembered, unpacked
from threatmodel.sealing.generations import CLINIC_BYTES, Root
from threatmodel.sealing.recovery import NotRecovered, recover, seal_for_recovery
from threatmodel.sealing.written import KEY_BYTES

KEEP_DAYS = 7
NUMBER_BYTES = 8
SEALED = "generation-*.sealed"


class NoBackup(Exception):
    """A directory that holds no backup, or one that this recovery key does not open."""


class DaysUnfit(ValueError):
    """Backups are kept for a day at least, and no longer than what they may not bring back is remembered."""


class Bundle(NamedTuple):
    """What opens a copy of the database on a machine that has none of its keys."""

    root: Root
    generations: dict[int, bytes]
    destroyed: dict[bytes, date]

    @property
    def newest(self) -> int:
        return max(self.generations)

    def pack(self) -> bytes:
        slots = (number.to_bytes(NUMBER_BYTES) + secret for number, secret in self.generations.items())
        head = self.root.clinic + self.root.secret + bytes([len(self.generations)])
        return head + b"".join(slots) + packed(self.destroyed)

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        clinic, data = data[:CLINIC_BYTES], data[CLINIC_BYTES:]
        secret, count, data = data[:KEY_BYTES], data[KEY_BYTES], data[KEY_BYTES + 1 :]
        size = NUMBER_BYTES + KEY_BYTES
        slots = [data[i * size : (i + 1) * size] for i in range(count)]
        found = {int.from_bytes(slot[:NUMBER_BYTES]): slot[NUMBER_BYTES:] for slot in slots}
        return cls(Root(clinic, secret), found, unpacked(data[count * size :]))


def back_up(into: Path, keep_days: int = KEEP_DAYS) -> Path:
    """Make today's backup, in place of one that was made today, and delete those past their days.

    Raises ``DaysUnfit``, ``NotCopied``, ``OSError``, ``Locked`` or ``KeysUnfit``; what was there before is there then,
    too.
    """
    if not 1 <= keep_days <= REMEMBERED_DAYS:
        raise DaysUnfit(f"Backups are kept for 1 to {REMEMBERED_DAYS} days.")
    settle()
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    made, fresh = into / f"{today():%Y-%m-%d}", into / "unfinished"
    _remove(fresh)
    fresh.mkdir(mode=0o700)
    keys = generations()
    with keys.together():  # no generation is destroyed between the copy and what opens it
        copy_to(fresh / DATABASE)
        bundle = Bundle(keys.root(), keys.living(), remembered())
    sealed = seal_for_recovery(bundle.pack(), bytes.fromhex((directory() / RECOVERY).read_text("ascii").strip()))
    _write(fresh / SEALED.replace("*", str(bundle.newest)), sealed)
    level(fresh)
    _remove(made)
    fresh.rename(made)
    for old in [] if doubted() else outdated(into, keep_days):
        _remove(old)
    level(into)
    return made


def outdated(into: Path, keep_days: int) -> list[Path]:
    """The backups in a directory that are past their days."""
    return [path for path, day in _dated(into) if day <= today() - timedelta(days=keep_days)]


def opened(backup: Path, recovery: bytes) -> Bundle:
    """What opens a backup, with every mark that backups beside it have of what was destroyed. Raises ``NoBackup``."""
    bundle = _bundle(backup, recovery)
    marks = dict(bundle.destroyed)
    for path, _ in _dated(backup.resolve().parent):
        with suppress(NoBackup):
            beside = _bundle(path, recovery)
            marks |= beside.destroyed if beside.root == bundle.root else {}
    return bundle._replace(destroyed=marks)


def _bundle(backup: Path, recovery: bytes) -> Bundle:
    sealed = next(iter(backup.glob(SEALED)), None)
    if sealed is None or not (backup / DATABASE).is_file():
        raise NoBackup(f"{backup} holds no backup. Name the directory of one day.")
    try:
        return Bundle.unpack(recover(sealed.read_bytes(), recovery))
    except NotRecovered as fault:
        raise NoBackup("This recovery key does not open the backup.") from fault


def _dated(into: Path) -> Iterator[tuple[Path, date]]:
    for path in sorted(into.iterdir()):
        with suppress(ValueError):
            day = date.fromisoformat(path.name)
            if path.is_dir() and any(path.glob(SEALED)):
                yield path, day


def _remove(backup: Path) -> None:
    """What opens it is overwritten first: where the disk writes in place, that destroys it."""
    for sealed in backup.glob(SEALED):
        erase(sealed)
    shutil.rmtree(backup, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
