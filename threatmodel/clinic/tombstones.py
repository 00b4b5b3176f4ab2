"""What was destroyed, remembered outside the database under a keyed hash, so that no backup brings it back."""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import UUID

from threatmodel.clinic.clock import today
from threatmodel.clinic.keys import derived, directory
from threatmodel.sealing.matter import keyed

TOMBSTONES = "destroyed"
MARK_BYTES, DAY_BYTES = 16, 4
RECORD_BYTES = MARK_BYTES + DAY_BYTES
# Backups carry the generation they need for at most this long, so a mark of what was destroyed is needed no longer.
REMEMBERED_DAYS = 30
ANNOUNCED = date.min  # in a day's place, until the matter is known to be gone


def announce(matters: Sequence[UUID]) -> None:
    """Note that these are about to be destroyed, down to the disk. Raises ``OSError``, and then noted none of them.

    Whether they are gone is still to be seen: then each is buried, or its mark is taken back.
    """
    add(dict.fromkeys(marks_of(matters), ANNOUNCED))


def bury(matters: Sequence[UUID]) -> None:
    """Note that these are destroyed, down to the disk. Raises ``OSError``, and then noted none of them."""
    bury_marks(marks_of(matters))


def bury_marks(marks: Sequence[bytes]) -> None:
    """The same for their marks. Where one was announced, its day is written in its place, which needs no room."""
    new = {*marks}
    with _file() as descriptor:
        data = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        for start in range(0, len(data) - RECORD_BYTES + 1, RECORD_BYTES):
            if (mark := data[start : start + MARK_BYTES]) in new:
                os.pwrite(descriptor, today().toordinal().to_bytes(DAY_BYTES), start + MARK_BYTES)
                new.discard(mark)
        os.fsync(descriptor)
    if new:
        add(dict.fromkeys(new, today()))


def announced() -> list[bytes]:
    """The marks of what was about to be destroyed, and may be gone or not."""
    return [mark for mark, day in remembered().items() if day == ANNOUNCED]


def add(marks: Mapping[bytes, date]) -> None:
    """Note these beside those that are there."""
    with _file() as descriptor:
        whole = os.fstat(descriptor).st_size // RECORD_BYTES * RECORD_BYTES
        data = packed(marks)
        try:
            if os.pwrite(descriptor, data, whole) != len(data):
                raise OSError("the disk is full")
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, whole)
            raise


def take_back(marks: Sequence[bytes]) -> None:
    """Forget these marks, of what was not destroyed after all."""
    gone = {*marks}
    _keep(lambda mark, _: mark not in gone)


def remembered() -> dict[bytes, date]:
    """The keyed hashes of what was destroyed, each with its day, or with ``ANNOUNCED``."""
    try:
        return unpacked((directory() / TOMBSTONES).read_bytes())
    except FileNotFoundError:
        return {}


def forget_tombstones() -> None:
    """Drop the marks that no backup can need any more."""
    _keep(lambda _, day: day == ANNOUNCED or day > today() - timedelta(days=REMEMBERED_DAYS))


def packed(marks: Mapping[bytes, date]) -> bytes:
    return b"".join(mark + day.toordinal().to_bytes(DAY_BYTES) for mark, day in marks.items())


def unpacked(data: bytes) -> dict[bytes, date]:
    """Undo ``packed``; a piece at the end that is no whole mark is left out."""
    marks = (data[i : i + RECORD_BYTES] for i in range(0, len(data) - RECORD_BYTES + 1, RECORD_BYTES))
    return {mark[:MARK_BYTES]: date.fromordinal(int.from_bytes(mark[MARK_BYTES:]) or 1) for mark in marks}


def _keep(wanted: Callable[[bytes, date], bool]) -> None:
    if not remembered():
        return
    with _file() as descriptor:
        marks = unpacked(os.pread(descriptor, os.fstat(descriptor).st_size, 0))
        kept = {mark: day for mark, day in marks.items() if wanted(mark, day)}
        if len(kept) < len(marks):
            data = packed(kept)
            os.pwrite(descriptor, data, 0)
            os.ftruncate(descriptor, len(data))


def marks_of(matters: Sequence[UUID]) -> list[bytes]:
    index = derived("index")
    return [keyed(index, matter.bytes) for matter in matters]


@contextmanager
def _file() -> Iterator[int]:
    descriptor = os.open(directory() / TOMBSTONES, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
