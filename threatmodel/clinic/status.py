"""What is there of the clinic, for its operator: whether it can work, and what is to be done. Never a key."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db import DatabaseError

from threatmodel.clinic import clock, readiness
from threatmodel.clinic.destruction import dead
from threatmodel.clinic.keys import KeysUnfit, Locked, changing, generations, handoff_print, source
from threatmodel.clinic.models import AuditEntry, Clinic, Matter

WHERE = {
    "file": "the clinic's key comes from its file",
    "command": "the clinic's key comes from the operator's command",
    "typed": "the clinic's key is typed in after each start of the machine",
}


class Line(NamedTuple):
    """A sentence, and whether nothing is to be done about it."""

    good: bool
    said: str


def status() -> list[Line]:
    found = [Line(False, fault) for fault in readiness.faults()]
    found += _keys()
    try:
        if Clinic.objects.exists():
            found += _database()
    except DatabaseError:
        found.append(Line(False, "the database does not answer, or has no tables"))
    return found


def _keys() -> Iterator[Line]:
    yield Line(True, WHERE[source()])
    try:
        living = generations().living()
    except Locked:
        yield Line(False, "the clinic is locked: `manage.py clinic unlock`")
        return
    except KeysUnfit:
        yield Line(False, "the file of keys is away, or the clinic's key does not open it")
        return
    yield Line(True, f"the file of keys opens and holds generation {', '.join(map(str, living))}")
    yield Line(True, f"visitors can compare the key that codes for this clinic are sealed to: {handoff_print()}")
    if len(living) > 1:
        yield Line(False, "a rotation was not finished: the next round tries it, or `manage.py clinic rotate`")
    if changing().exists():
        yield Line(False, "a change of the clinic's key was not finished: `manage.py clinic change-key`")


def _database() -> Iterator[Line]:
    clinic = Clinic.objects.get()
    yield Line(True, f"{Matter.objects.count()} matters, {AuditEntry.objects.count()} lines in the audit")
    if clinic.rotation_due:
        yield Line(False, "a matter was deleted whose key is still to be destroyed: `manage.py clinic rotate`")
    if clock.doubted():
        yield Line(
            False,
            "the clock jumped, so nothing is destroyed for its age: set it, then `manage.py clinic believe-clock`",
        )
    try:
        lost = sum(1 for _ in dead())
    except (Locked, KeysUnfit):
        return  # said already
    if lost:
        yield Line(False, f"{lost} matters open with no key here: `manage.py clinic restore`, or destroy them")
