"""A matter that was opened, with its answers read in a language: what pages work on, and what they make of it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings

from threatmodel.clinic.clock import today
from threatmodel.clinic.contents import Contents, Said
from threatmodel.clinic.matters import Opened
from threatmodel.clinic.models import Matter
from threatmodel.documents.packs import questionnaire_in
from threatmodel.documents.record import NotARecord, Record, read_record
from threatmodel.engine.answers import Answers
from threatmodel.engine.flow import Depth, path
from threatmodel.engine.marks import Marks
from threatmodel.engine.model import Question, Questionnaire, Section
from threatmodel.engine.plan import Plan, build_plan

LANGUAGES = dict(settings.LANGUAGES)  # those a client may walk in, by code
LAPSED = "lapsed"
DEPTHS: tuple[Depth, ...] = ("quick", "full")


@dataclass(frozen=True, slots=True)
class Working:
    """``record`` is read in the language asked for, with what could not be taken over from older questions."""

    opened: Opened
    record: Record

    @property
    def contents(self) -> Contents:
        return self.opened.contents

    @property
    def pack(self) -> Questionnaire:
        return self.record.answers.questionnaire

    @property
    def answers(self) -> Answers:
        return self.record.answers

    @property
    def depth(self) -> Depth:
        return next((depth for depth in DEPTHS if depth == self.contents.depth), "full")

    def path(self) -> tuple[Question, ...]:
        return path(self.answers, self.depth)

    def sections(self) -> list[tuple[Section, list[Question]]]:
        """The sections with the questions that apply, in asking order."""
        asked = self.path()
        found = [(s, [q for q in asked if q.section == s.id]) for s in self.pack.sections]
        return [(section, questions) for section, questions in found if questions]

    def plan(self, *, staff: bool = False) -> Plan:
        return build_plan(self.answers, today(), staff=staff)

    def before(self) -> Record | None:
        """The record that a re-assessment is held against."""
        return read_record(self.pack, self.contents.before) if self.contents.before else None


def working(opened: Opened, lang: str = "") -> Working:
    """Read what was opened in a language; in the client's own where none is given.

    Raises ``NotARecord``, also when its pack is not here any more.
    """
    try:
        pack = questionnaire_in(lang or spoken(opened.contents.lang), opened.contents.pack)
    except KeyError as fault:
        raise NotARecord from fault
    return Working(opened, read_record(pack, opened.contents.record))


def spoken(lang: str) -> str:
    """The client's language where this site speaks it, or else its own."""
    return lang if lang in LANGUAGES else settings.LANGUAGE_CODE


def answered(now: Working, given: Mapping[str, list[str]]) -> Contents:
    """The contents with these answers. A sign-off and a confirmation were of the answers before, and go.

    Raises ``UnknownAnswer`` or ``NotTogether``.
    """
    answers = now.answers
    for question, options in given.items():
        answers = answers.choose(question, options)
    if answers.bits == now.answers.bits:
        return now.contents
    return replace(kept(now, answers, now.record.marks), reviewed=None, confirmed=None)


def marked(now: Working, item: str, mark: str) -> Contents:
    """The contents with one mark more. Raises ``UnknownMark``."""
    return kept(now, now.answers, now.record.marks.set(item, mark))


def kept(now: Working, answers: Answers, marks: Marks) -> Contents:
    return replace(now.contents, record=Record.keep(answers, marks, today()).pack())


def fresh(lang: str, pack: str, alias: str, depth: Depth) -> Contents:
    """The contents of a matter without answers."""
    questions = questionnaire_in(lang, pack)
    record = Record.keep(Answers(questions), Marks(questions), today())
    return Contents(alias, lang, pack, record.pack(), depth=depth)


def said(staff_id: str, text: str = "") -> Said:
    return Said(staff_id, today(), text)


def basis(pack: Questionnaire, gates: str) -> str:
    """What a sign-off rests on: the version of the content, and which gates are on."""
    return f"{pack.version} {gates}"


def gates_on(plan: Plan) -> str:
    """Which gates are on, as a text to confirm and to compare with later."""
    return " ".join(id_ for id_, state in plan.gates.items() if state.on)


def reviewed_on(now: Working) -> date | None:
    """The day of a lawyer's sign-off, where it was of this content and these gates."""
    reviewed = now.contents.reviewed
    return reviewed.on if reviewed and reviewed.text == basis(now.pack, gates_on(now.plan())) else None


def review_state(now: Working) -> str:
    """How far the review is: a sign-off of other content or of other gates has "lapsed"."""
    state = now.opened.row.review
    return LAPSED if state == Matter.Review.REVIEWED and not reviewed_on(now) else state


def listed_state(opened: Opened) -> str:
    """The same for a list, by the version of the content alone: of a whole list no plans are built."""
    state, reviewed = opened.row.review, opened.contents.reviewed
    if state != Matter.Review.REVIEWED or reviewed is None:
        return state
    with suppress(KeyError):
        pack = questionnaire_in(spoken(opened.contents.lang), opened.contents.pack)
        return state if reviewed.text.startswith(basis(pack, "")) else LAPSED
    return LAPSED
