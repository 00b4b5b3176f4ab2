"""Destroying matters for good: the row goes, and then the generation of keys that could unwrap what is left of it.

Deleted rows can be read on a disk long after; overwritten keys cannot. So all living matters are wrapped under a new
generation, and the old one's slot is overwritten in place. What was wrapped with it opens nowhere, also in backups.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from uuid import UUID

from django.db import DatabaseError, OperationalError, transaction
from django.db.models import QuerySet

from threatmodel.clinic import audit
from threatmodel.clinic.keys import directory, generations
from threatmodel.clinic.models import Clinic, Matter
from threatmodel.clinic.tombstones import announce, announced, bury, bury_marks, marks_of, remembered, take_back
from threatmodel.sealing.generations import Generations
from threatmodel.sealing.matter import NotOpened, unwrap, wrap

BALLAST = "ballast"
BALLAST_BYTES = 4 * 1024 * 1024
FULL = 256 * 1024
MOST_UNFINISHED = 8


def destroy(actor: UUID | None, matters: Sequence[UUID], act: str, among: QuerySet[Matter] | None = None) -> int:
    """Destroy these matters at once, and say how many there were. On a full disk, what is kept free for it is used.

    Spared is whatever somebody holds, or is not ``among`` the given ones any more at the moment of deleting.
    """
    if not matters:
        return 0
    rows = Matter.objects.filter(hold=Matter.Hold.NONE) if among is None else among
    try:
        gone = _delete(actor, matters, act, rows)
    except (OperationalError, OSError):
        if not release_ballast():
            raise
        gone = _delete(actor, matters, act, rows)
    if gone:
        rotate(actor)
    return gone


def _delete(actor: UUID | None, matters: Sequence[UUID], act: str, rows: QuerySet[Matter]) -> int:
    try:
        with transaction.atomic():
            going = _locked(rows, matters)
            if not going:
                return 0
            announce(going)
            _delete_all(actor, going, act)
    except (DatabaseError, OSError):
        with suppress(DatabaseError, OSError):  # where it cannot be told now, a later round does
            clear_up()
        raise
    with suppress(OSError):  # likewise
        bury(going)
    return len(going)


def _locked(rows: QuerySet[Matter], matters: Iterable[UUID]) -> list[UUID]:
    """Which of these are among the rows, and stay so until the transaction ends. All lock them in the same order."""
    return [one for one in sorted(matters) if rows.filter(pk=one).select_for_update().only("pk").first()]


def _delete_all(actor: UUID | None, matters: Sequence[UUID], act: str) -> None:
    """Matters first and the clinic after them, in which order everybody locks them."""
    for matter in matters:
        Matter.objects.filter(pk=matter).delete()
    Clinic.objects.update(rotation_due=True)
    for matter in matters:
        audit.note(actor, act, matter=matter)


def clear_up() -> None:
    """Find out what became of matters that were about to be destroyed when something failed or was killed.

    The marks of those that live go. A row that somebody else is deleting is locked, and so is waited for.
    """
    marks = announced()
    if not marks:
        return
    with transaction.atomic():
        living = marks_of(_locked(Matter.objects.all(), _marked(marks)))
        take_back(living)
    bury_marks([mark for mark in marks if mark not in living])


def _marked(marks: Iterable[bytes]) -> list[UUID]:
    """The matters in the database that have one of these marks."""
    sought = {*marks}
    ids = [*Matter.objects.values_list("pk", flat=True)] if sought else []
    return [id_ for id_, mark in zip(ids, marks_of(ids), strict=True) if mark in sought]


def rotate(actor: UUID | None) -> int:
    """Begin a generation, wrap every living matter's key under it, destroy all others. Returns the new one's number."""
    keys = generations()
    with keys.alone():
        if len(keys.living()) > MOST_UNFINISHED:  # rotations failed again and again, as on a full disk
            _gather(keys)
        number = keys.begin()
        with transaction.atomic():
            _wrap_all(keys, number)
            Clinic.objects.update(epoch=number, rotation_due=False)
            audit.note(actor, "rotated")
        _destroy_others(keys, number)
    return number


def settle() -> None:
    """Bring to its end what was broken off: a deletion, the rotation that comes after one, or another."""
    clear_up()
    if Clinic.objects.get().rotation_due:
        rotate(None)
        return
    keys = generations()
    if len(keys.living()) > 1:
        with keys.alone():
            _gather(keys)


def _gather(keys: Generations) -> None:
    """Wrap everything under the newest generation, and destroy the others."""
    number = keys.newest()[0]
    with transaction.atomic():
        _wrap_all(keys, number)
        Clinic.objects.update(epoch=number)
    _destroy_others(keys, number)


def dead() -> Iterator[Matter]:
    """Matters whose generation is gone, as after an old backup was put back."""
    living = set(generations().living())
    yield from Matter.objects.exclude(generation__in=living)


def _wrap_all(keys: Generations, number: int) -> None:
    """Wrap under this generation what is wrapped under others. What cannot be unwrapped stays as dead as it is."""
    living, clinic = keys.living(), keys.root().clinic
    rows = Matter.objects.exclude(generation=number).order_by("pk").select_for_update()
    rows = rows.only("id", "generation", "wrapped_key")
    for row in rows.iterator(500):
        try:
            key = unwrap(bytes(row.wrapped_key), living[row.generation], row.generation, clinic, row.id.bytes)
        except (KeyError, NotOpened):
            continue
        wrapped = wrap(key, living[number], number, clinic, row.id.bytes)
        Matter.objects.filter(pk=row.pk).update(generation=number, wrapped_key=wrapped)


def _destroy_others(keys: Generations, number: int) -> None:
    for other in keys.living():
        if other != number:
            keys.destroy(other)


def revive(number: int, secret: bytes) -> tuple[int, int]:
    """Wrap anew what a backup brought back under a generation that is gone here. Returns how many, and how many not.

    What was destroyed since stays so: it is deleted again.
    """
    keys = generations()
    clinic = keys.root().clinic
    back = 0
    with keys.together(), transaction.atomic():
        again = _delete_again()
        newest, current = keys.newest()
        rows = Matter.objects.filter(generation=number).order_by("pk").select_for_update()
        rows = rows.only("id", "generation", "wrapped_key")
        for row in rows if keys.living().get(number) != secret else []:
            try:
                key = unwrap(bytes(row.wrapped_key), secret, number, clinic, row.id.bytes)
            except NotOpened:  # changed from outside: as dead as it was
                continue
            wrapped = wrap(key, current, newest, clinic, row.id.bytes)
            Matter.objects.filter(pk=row.pk).update(generation=newest, wrapped_key=wrapped)
            back += 1
        Clinic.objects.update(epoch=newest)
        _note_again(again)
        audit.note(None, "restored")
    return back, len(again)


def stay_destroyed() -> int:
    """Delete again what an older copy of the database brought back. Returns how many matters that were."""
    with transaction.atomic():
        again = _delete_again()
        _note_again(again)
    return len(again)


def _delete_again() -> list[UUID]:
    again = _locked(Matter.objects.all(), _marked(remembered().keys() - announced()))
    for matter in again:
        Matter.objects.filter(pk=matter).delete()
    return again


def _note_again(matters: Sequence[UUID]) -> None:
    if matters:
        Clinic.objects.update(rotation_due=True)
    for matter in matters:
        audit.note(None, "stayed-destroyed", matter=matter)


def keep_ballast() -> None:
    """Keep room on the disk, so that destroying works when it is full. Where there is little, the next round tries."""
    path = directory() / BALLAST
    if path.exists() or _free() < 2 * BALLAST_BYTES:
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
    except OSError:
        path.unlink()
    finally:
        os.close(descriptor)


def make_room() -> None:
    """Give the room back on a disk so full that an SQLite cannot even be read there, nor be asked what to destroy."""
    if _free() < FULL:
        release_ballast()


def _free() -> int:
    """How many bytes the disk with the clinic's files still takes."""
    disk = os.statvfs(directory())
    return disk.f_bavail * disk.f_frsize


def release_ballast() -> bool:
    """Give the room back. False when there was none."""
    path = directory() / BALLAST
    existed = path.exists()
    path.unlink(missing_ok=True)
    return existed
