"""Random keys for walks: a new one every hour, each destroyed once no walk it sealed can still be open.

All workers of a host share one small file that must lie in memory (tmpfs), never on a disk: whoever seizes the
machine after a restart, or copies a cookie and comes back tomorrow, finds no key that opens it.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

NEW_KEY_EVERY = 60 * 60
GREATEST_WALK_AGE = 8 * 60 * 60
DESTROY_AFTER = GREATEST_WALK_AGE + 60 * 60
KEY_BYTES = 32
ID_BYTES = 4
RECORD_BYTES = ID_BYTES + 8 + KEY_BYTES


class Key(NamedTuple):
    """A key's id of four bytes, its 32 secret bytes, and its birth in seconds since 1970."""

    id: bytes
    secret: bytes
    born: int


def default_directory() -> Path:
    """A private directory in memory. Raises ``RuntimeError`` where none is to be found; then one must be named."""
    for base in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):  # noqa: S108  memory, in a directory of our own
        if base and os.access(base, os.W_OK):
            return Path(base) / f"threatmodel-{os.getuid()}"
    raise RuntimeError("No directory in memory was found for the walks' keys. Name one in THREATMODEL_KEY_DIRECTORY.")


class KeyRing:
    """The keys in one file. Every call reads the file, so that workers agree and destroyed keys are gone at once."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = directory / "walk-keys"

    def current(self, now: int) -> Key:
        """The key to seal with: the newest, or a new one when that is an hour old or from the future."""
        with self._file() as descriptor:
            keys = _live(_read(descriptor), now)
            newest = max(keys, key=lambda key: key.born, default=None)
            if newest is None or now - newest.born >= NEW_KEY_EVERY:
                newest = Key(secrets.token_bytes(ID_BYTES), secrets.token_bytes(KEY_BYTES), now)
                _write(descriptor, [*keys, newest])
            return newest

    def find(self, id_: bytes, now: int) -> Key | None:
        """The living key with this id, or None. Keys past their time are destroyed on the way."""
        with self._file() as descriptor:
            keys = _read(descriptor)
            living = _live(keys, now)
            if len(living) < len(keys):
                _write(descriptor, living)
            return next((key for key in living if secrets.compare_digest(key.id, id_)), None)

    @contextmanager
    def _file(self) -> Iterator[int]:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


def _live(keys: list[Key], now: int) -> list[Key]:
    """Keys neither past their time nor born more than five minutes ahead of a clock that was set back."""
    return [key for key in keys if -300 <= now - key.born < DESTROY_AFTER]


def _read(descriptor: int) -> list[Key]:
    data = os.pread(descriptor, 1 << 16, 0)
    records = (data[i : i + RECORD_BYTES] for i in range(0, len(data) - RECORD_BYTES + 1, RECORD_BYTES))
    return [
        Key(record[:ID_BYTES], record[ID_BYTES + 8 :], int.from_bytes(record[ID_BYTES : ID_BYTES + 8], "big"))
        for record in records
    ]


def _write(descriptor: int, keys: list[Key]) -> None:
    """Overwrite in place, so that no second copy of a key is left behind, then cut what is left over."""
    data = b"".join(key.id + key.born.to_bytes(8, "big") + key.secret for key in keys)
    size = os.fstat(descriptor).st_size
    os.pwrite(descriptor, data + bytes(max(0, size - len(data))), 0)
    os.ftruncate(descriptor, len(data))
