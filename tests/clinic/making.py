"""Matters to test with, of a person whose answers turn several gates on."""

from datetime import date

from threatmodel.clinic import matters
from threatmodel.clinic.contents import Contents
from threatmodel.clinic.models import Staff
from threatmodel.documents.packs import questionnaire_in
from threatmodel.documents.record import Record
from threatmodel.engine.answers import Answers
from threatmodel.engine.marks import Marks


def record(answers: dict[str, list[str]] | None = None, on: date | None = None) -> bytes:
    """A packed record of these answers."""
    pack = questionnaire_in("en")
    given = Answers(pack)
    for question, options in (answers or {}).items():
        given = given.choose(question, options)
    return Record.keep(given, Marks(pack), on or date(2026, 11, 1)).pack()


def contents(alias: str = "grey heron", answers: dict[str, list[str]] | None = None) -> Contents:
    return Contents(alias, "en", "us", record(answers))


def matter(staff: Staff, alias: str = "grey heron", answers: dict[str, list[str]] | None = None) -> matters.Opened:
    """A matter that this person made."""
    return matters.create(staff, contents(alias, answers))
