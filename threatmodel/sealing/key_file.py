"""The key ring of one host: a small file in memory (tmpfs), never on a disk, that its workers share."""

import fcntl
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from threatmodel.sealing.keyring import DESTROY_AFTER, ID_BYTES, KEY_BYTES, Key, RingUnfit, RingUnreachable

IN_MEMORY = {"tmpfs", "ramfs"}
MOUNTS = Path("/proc/self/mountinfo")
RECORD_BYTES = ID_BYTES + 8 + 8 + KEY_BYTES


class Record(NamedTuple):
    """A key, and its birth by the clock that runs from the machine's start and that nobody can set back."""

    key: Key
    since_start: int

    def lives(self, now: int) -> bool:
        return self.key.lives(now) and 0 <= _since_start() - self.since_start < DESTROY_AFTER


def directory_for(named: str, *, on_disk: bool) -> Path:
    """The directory that was named, or a private one in memory; made where it is missing.

    Raises ``RingUnfit`` where none is to be found, others can open it, or it is not in memory, unless the operator
    allows a disk.
    """
    directory = Path(named) if named else _usual_directory()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise RingUnfit(f"{directory} cannot be made a directory ({fault.strerror}). Name another.") from fault
    _for_us_alone(directory)
    if not on_disk and file_system(directory) not in IN_MEMORY:
        raise RingUnfit(
            f"{directory} is not in memory, so destroyed keys could be read from the disk. Name a directory on "
            "tmpfs in THREATMODEL_KEY_DIRECTORY, or set THREATMODEL_KEYS_ON_DISK=yes to try things out."
        )
    return directory


def _usual_directory() -> Path:
    for base in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):  # noqa: S108  memory, in a directory of our own
        if base and os.access(base, os.W_OK):
            return Path(base) / f"threatmodel-{os.getuid()}"
    raise RingUnfit("No directory in memory was found for the walks' keys. Name one in THREATMODEL_KEY_DIRECTORY.")


class FileRing:
    """The keys in one file of a directory that lies in memory, unless the operator allows a disk (``on_disk``)."""

    shared = False

    def __init__(self, directory: Path | str, *, on_disk: bool = False) -> None:
        self._path = directory_for(str(directory), on_disk=on_disk) / "walk-keys"
        with self._file():
            _for_us_alone(self._path)

    def current(self, now: int) -> Key:
        with self._file() as descriptor:
            living = [record for record in _read(descriptor) if record.lives(now)]
            newest = max((record.key for record in living), key=lambda key: key.born, default=None)
            if newest is None or not newest.serves(now):
                newest = Key.fresh(now)
                _write(descriptor, [*living, Record(newest, max(0, _since_start() - (now - newest.born)))])
            return newest

    def find(self, id_: bytes, now: int) -> Key | None:
        return next((key for key in self._living(now) if secrets.compare_digest(key.id, id_)), None)

    def births(self, now: int) -> list[int]:
        return sorted(key.born for key in self._living(now))

    def _living(self, now: int) -> list[Key]:
        with self._file() as descriptor:
            records = _read(descriptor)
            living = [record for record in records if record.lives(now)]
            if len(living) < len(records):
                _write(descriptor, living)
            return [record.key for record in living]

    @contextmanager
    def _file(self) -> Iterator[int]:
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as fault:
            raise RingUnreachable from fault
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        except OSError as fault:
            raise RingUnreachable from fault
        finally:
            os.close(descriptor)


def _for_us_alone(path: Path) -> None:
    found = path.lstat()
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077 or stat.S_ISLNK(found.st_mode):
        raise RingUnfit(f"{path} must belong to the server's own user, and no one else may open it (chmod go-rwx).")


def file_system(directory: Path) -> str:
    """The kind of file system a directory lies on; nothing where that cannot be read."""
    device = directory.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    try:
        mounts = [line.split() for line in MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return ""
    return next((mount[mount.index("-") + 1] for mount in mounts if mount[2] == number), "")


def _since_start() -> int:
    return int(time.clock_gettime(time.CLOCK_BOOTTIME))


def _read(descriptor: int) -> list[Record]:
    data = os.pread(descriptor, 1 << 16, 0)
    records = (data[i : i + RECORD_BYTES] for i in range(0, len(data) - RECORD_BYTES + 1, RECORD_BYTES))
    return [
        Record(
            Key(record[:ID_BYTES], record[-KEY_BYTES:], int.from_bytes(record[ID_BYTES : ID_BYTES + 8], "big")),
            int.from_bytes(record[ID_BYTES + 8 : ID_BYTES + 16], "big"),
        )
        for record in records
    ]


def _write(descriptor: int, records: list[Record]) -> None:
    """Overwrite in place, so that no second copy of a key is left behind, then cut what is left over."""
    data = b"".join(
        key.id + key.born.to_bytes(8, "big") + since_start.to_bytes(8, "big") + key.secret
        for key, since_start in records
    )
    size = os.fstat(descriptor).st_size
    os.pwrite(descriptor, data + bytes(max(0, size - len(data))), 0)
    os.ftruncate(descriptor, len(data))
