"""Where the clinic's own key comes from, and the keys that follow from it.

From a file, from a command's output, or typed in after each start and then held in memory only: in that case whoever
takes the machine while it is off has nothing that opens a matter.
"""

import os
import shlex
import subprocess
from contextlib import suppress
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from threatmodel.sealing.generations import Generations, NoGenerations, Root, WrongKey, sync_directory
from threatmodel.sealing.handoff import fingerprint, public_key
from threatmodel.sealing.key_file import directory_for
from threatmodel.sealing.keyring import RingUnfit
from threatmodel.sealing.matter import derive
from threatmodel.sealing.written import BadKey, read_key

GENERATIONS = "generations"
TYPED = "clinic-key"
PATIENCE = 30  # seconds for the command that gives the key


class Source(StrEnum):
    """Where the clinic's key comes from here."""

    FILE = "file"
    COMMAND = "command"
    TYPED = "typed"


class Locked(Exception):
    """The clinic's key is not here: nobody has typed it since the start, or its file is away."""


class KeysUnfit(Exception):
    """The clinic's key is here and opens nothing: it is another one, or the file of keys was changed or is away."""


def generations() -> Generations:
    """The clinic's keys. Raises ``Locked`` or ``KeysUnfit``."""
    found = Generations(directory() / GENERATIONS, given(), _anew)
    try:
        found.living()
    except (NoGenerations, WrongKey) as fault:
        raise KeysUnfit from fault
    return found


def held() -> tuple[Root, dict[int, bytes]]:
    """The root and every living generation, in one reading. Raises ``Locked`` or ``KeysUnfit``."""
    try:
        return Generations(directory() / GENERATIONS, given(), _anew).held()
    except (NoGenerations, WrongKey) as fault:
        raise KeysUnfit from fault


def root() -> Root:
    """Raises ``Locked`` or ``KeysUnfit``."""
    return held()[0]


def derived(purpose: str) -> bytes:
    """A lasting key for one purpose, as "index", "audit", "staff", "hand-off" or "counts".

    Raises ``Locked`` or ``KeysUnfit``.
    """
    return _derived(root().secret, purpose)


def staff_key() -> bytes:
    """What the staff's second factors are sealed with. Raises ``Locked`` or ``KeysUnfit``."""
    return derived("staff")


def handoff_print() -> str:
    """The fingerprint of the key to which visitors' codes are sealed, as their page shows it, to compare the two."""
    return fingerprint(public_key(derived("hand-off")))


@lru_cache(maxsize=64)
def _derived(secret: bytes, purpose: str) -> bytes:
    return derive(secret, purpose)


def typed() -> Path:
    """Where a typed key lies meanwhile: in memory. Raises ``RingUnfit`` where there is no such place."""
    return directory_for(settings.KEY_DIRECTORY, on_disk=settings.KEYS_ON_DISK) / TYPED


def source() -> Source:
    if settings.CLINIC_KEY_COMMAND:
        return Source.COMMAND
    return Source.FILE if settings.CLINIC_KEY.is_file() else Source.TYPED


def changing() -> Path:
    """Where the next clinic key lies while slots are sealed anew under it: for a typed one, in memory."""
    return _next(typed() if source() == Source.TYPED else settings.CLINIC_KEY)


def _next(path: Path) -> Path:
    return path.with_name(path.name + ".next")


def write_secret(path: Path, text: str) -> None:
    """Write a secret where only its owner can read it: over what was there, in place, and down to the disk."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        data = text.encode() + b"\n"
        os.pwrite(descriptor, data + b" " * max(0, size - len(data)), 0)
        os.ftruncate(descriptor, len(data))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if not size:
        sync_directory(path.parent)


def erase(path: Path) -> None:
    """Overwrite a file where it lies, and then remove it. Nothing happens where there is none."""
    with suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            os.pwrite(descriptor, os.urandom(os.fstat(descriptor).st_size), 0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        path.unlink()


def secret_in(path: Path) -> bytes | None:
    """The key that a file holds; nothing where it is away, or holds none."""
    try:
        return read_key(path.read_text("ascii", "replace"))
    except (FileNotFoundError, BadKey):
        return None


def directory() -> Path:
    """Where the clinic's keys lie, beside whatever else of it is no database."""
    assert settings.CLINIC, "the clinic is switched off"  # noqa: S101
    return settings.CLINIC


def given() -> list[bytes]:
    """Every key that is here: the one that seals last, which is the clinic's or, while it is being changed, the next.

    Those before it only open, as one that lies where the clinic's key came from earlier. Raises ``Locked`` or
    ``KeysUnfit``.
    """
    here, elsewhere = [settings.CLINIC_KEY], list[Path]()
    with suppress(RingUnfit):  # no memory to hold a typed key: then there is none
        elsewhere.append(typed())
    if source() == Source.TYPED:
        here, elsewhere = elsewhere, here
    coming = [secret_in(_next(path)) for path in here]  # read first: it is away when it has become the clinic's
    found = [secret_in(path) for path in (*elsewhere, *map(_next, elsewhere), *here)]
    if source() == Source.COMMAND:
        found.append(from_command())
    keys = [key for key in (*found, *coming) if key]
    if not keys:
        raise KeysUnfit if settings.CLINIC_KEY.is_file() else Locked
    return keys


def _anew() -> list[bytes]:
    _printed.cache_clear()
    return given()


def from_command() -> bytes:
    """The key that the operator's command prints. Raises ``Locked`` or ``KeysUnfit``."""
    try:
        return read_key(_printed(settings.CLINIC_KEY_COMMAND))
    except BadKey as fault:
        raise KeysUnfit from fault


@lru_cache(maxsize=1)
def _printed(command: str) -> str:
    """What the operator's command prints, asked for once a process. Raises ``Locked`` when it fails."""
    try:
        done = subprocess.run(  # noqa: S603  the operator's own setting
            shlex.split(command), capture_output=True, check=True, timeout=PATIENCE, text=True
        )
    except (OSError, ValueError, subprocess.SubprocessError) as fault:
        raise Locked from fault
    return done.stdout
