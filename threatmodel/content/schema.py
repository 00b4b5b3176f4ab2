"""What a content file may say, as pydantic models. Values come in as text; conditions are parsed elsewhere."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from threatmodel.engine.model import Action, Control, GateId, Level

WORD_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PERIOD = re.compile(r"([1-9][0-9]*) (day|month|year)s?")
UNIT_DAYS = {"day": 1, "month": 30, "year": 365}

type ConditionData = dict[str, ConditionData | list[ConditionData] | list[str] | str]


def _period(text: str) -> str:
    if not PERIOD.fullmatch(text):
        raise ValueError("write a number and days, months or years, as in '6 months'")
    return text


def days(period: str) -> int:
    """Days in a period such as '60 days' or '6 months', a month counted as 30."""
    match = PERIOD.fullmatch(period)
    if not match:
        raise ValueError(period)
    return int(match[1]) * UNIT_DAYS[match[2]]


type Text = Annotated[str, Field(min_length=1)]
type Period = Annotated[str, AfterValidator(_period)]
# A page links to it. The host stands in the letters that are really asked for, and nobody's name before it.
WEB = r"https://[A-Za-z0-9.-]+(?::[0-9]+)?(?:[/?#][^\s\"'<>\\]*)?"
type Web = Annotated[str, Field(pattern=f"^{WEB}$")]


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OptionEntry(Entry):
    id: Text
    label: Text
    hint: str = ""
    alone: bool = False


class QuestionEntry(Entry):
    id: Text
    ask: Text
    why: Text
    pick: Literal["one", "many"]
    options: Annotated[list[OptionEntry], Field(min_length=2)]
    assume: Annotated[list[Text], Field(min_length=1)]
    otherwise: list[Text] = []
    asked_if: Annotated[ConditionData | None, Field(alias="if")] = None
    hint: str = ""
    quick: bool = False
    later: bool = False
    sensitive: bool = False


class SectionFile(Entry):
    section: Text
    title: Text
    intro: str = ""
    questions: Annotated[list[QuestionEntry], Field(min_length=1)]


class FactEntry(Entry):
    id: Text
    means: Text
    when: ConditionData


class FactsFile(Entry):
    facts: list[FactEntry]


class GateEntry(Entry):
    id: GateId
    title: Text
    show: Literal["stop", "note", "quiet"]
    when: ConditionData
    decided_by: list[Text] = []
    card: str = ""
    do: list[Text] = []
    dont: list[Text] = []
    note: str = ""
    ask_first: str = ""
    blocked: str = ""
    ask_lawyer: list[Text] = []


class CautionEntry(Entry):
    id: Text
    text: Text


class GatesFile(Entry):
    gates: list[GateEntry]
    cautions: list[CautionEntry]
    notes: list[CautionEntry]


class PanelEntry(Entry):
    """A panel of the pocket card: a sentence to say or show, and what to know beside it."""

    id: Text
    title: Text
    say: Text
    lines: Annotated[list[Text], Field(min_length=1)]
    sources: Annotated[list[Text], Field(min_length=1)]
    as_of: date
    shelf_life: Period


class PaperFile(Entry):
    """What stands on every take-home: cautions, a word on what was left off, the pocket card, lines to write on."""

    everyone: Annotated[list[Text], Field(min_length=1)]
    left_off: Text
    panels: Annotated[list[PanelEntry], Field(min_length=1)]
    blanks: list[Text] = []


class LevelRules(Entry):
    high: ConditionData | None = None
    medium: ConditionData | None = None


class VectorEntry(Entry):
    id: Text
    title: Text
    control: Control
    what: Text
    reach: Text
    since: str = ""
    applies: Annotated[ConditionData | None, Field(alias="if")] = None
    level: Level | LevelRules
    sources: Annotated[list[Text], Field(min_length=1)]
    reviewed_on: date
    review_every: Period
    until: date | None = None


class WhenItFailsEntry(Entry):
    ignored: Text
    refused: Text
    asks_more: Text


class MeasureEntry(Entry):
    id: Text
    title: Text
    applies: Annotated[ConditionData | None, Field(alias="if")] = None
    action: Action
    priority: Annotated[int, Field(ge=1, le=3)]
    first_with: list[GateId] = []
    urgent: ConditionData | None = None
    before: list[Action] = []
    lists_brokers: bool = False
    minutes: Annotated[int, Field(ge=1, le=2000)]
    again: Text
    cost: Text
    discloses: Text
    helps: Text
    reduces: dict[str, Literal["low", "medium"]] = {}
    does_not_reach: Annotated[list[Text], Field(min_length=1)]
    limits: Text
    steps: Annotated[dict[str, Text], Field(min_length=1)]
    when_it_fails: WhenItFailsEntry | None = None
    undo: Text
    cautions: list[Text] = []
    evidence: Literal["A", "B", "C"]
    sources: Annotated[list[Text], Field(min_length=1)]
    reviewed_on: date
    review_every: Period
    until: date | None = None


class AuthorityEntry(Entry):
    instrument: Text
    at: str = ""


class SafeguardEntry(Entry):
    id: Text
    title: Text
    vector: str = ""
    control: Literal["process", "sharing"]
    applies: Annotated[ConditionData | None, Field(alias="if")] = None
    statement: Text
    precise: Text
    no_setting_changes: Text
    you_can: Annotated[list[Text], Field(min_length=1)]
    ask_lawyer: list[Text] = []
    binds: str = ""
    states: list[Text] = []
    clinic_only: bool = False
    authority: list[AuthorityEntry] = []
    sources: Annotated[list[Text], Field(min_length=1)]
    confidence: Literal["high", "medium", "low"]
    as_of: date
    shelf_life: Period
    volatile: bool = False
    until: date | None = None


class SourceEntry(Entry):
    id: Text
    title: Text
    publisher: Text
    url: Web
    date: Text
    seen: Literal["page", "copy", "no"]


class InstrumentEntry(Entry):
    id: Text
    title: Text
    url: Web | Literal[""] = ""


class SourcesFile(Entry):
    sources: list[SourceEntry]
    instruments: list[InstrumentEntry]


class BrokerEntry(Entry):
    id: Text
    name: Text
    opt_out: Annotated[str, Field(pattern=rf"^(?:{WEB}|mailto:[^\s\"'<>]+)$")]
    asks: Text
    tier: Annotated[int, Field(ge=1, le=3)]
    listed_on: date
    note: str = ""


class BrokersFile(Entry):
    credit: Text
    brokers: list[BrokerEntry]


class SignatureEntry(Entry):
    id: Text
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{12,64}$")]
    by: Text
    on: date


class SignedFile(Entry):
    signed: list[SignatureEntry]


class RetiredEntry(Entry):
    """An answer or item that the pack no longer has: what it was called, and the id that took over, if any."""

    id: Text
    was: Text
    now: str = ""


class NumbersFile(Entry):
    answers: list[Text]
    items: list[Text]
    retired: list[RetiredEntry] = []


class AvoidEntry(Entry):
    """Words not to say. ``say_not`` holds every form of them that is looked for, as whole words."""

    say_not: Annotated[list[Text], Field(min_length=1)]
    say: Text
    because: Text


class AllowedEntry(Entry):
    """A phrase that sounds like an act of another kind and is none."""

    phrase: Text
    because: Text


class WordEntry(Entry):
    """A hard word. ``forms``: how it stands in texts, with commas between, where that is not just the word itself."""

    word: Text
    forms: str = ""
    means: Text


class WordsFile(Entry):
    avoid: list[AvoidEntry]
    not_an_act: list[AllowedEntry] = []
    words: list[WordEntry] = []


class TermEntry(Entry):
    """What a translation calls a thing, and every form of what it does not call it, looked for as whole words."""

    english: Text
    say: Text
    avoid: list[Text] = []
    because: Text


class TermsFile(Entry):
    terms: list[TermEntry]


class BudgetEntry(Entry):
    question: Text
    today: dict[str, Annotated[int, Field(ge=1)]]
    soon: dict[str, Annotated[int, Field(ge=1)]]


class PackFile(Entry):
    pack: Text
    title: Text
    lang: Text
    version: Text
    unsure: Text
    look_again: Period
    steps_by: list[Text]
    time: BudgetEntry
    honest: list[Text]


class ExpectedPlan(Entry):
    gates_on: list[GateId] | None = None
    today: list[Text] = []
    not_today: list[Text] = []
    has: list[Text] = []
    ask_first: list[Text] = []
    lacks: list[Text] = []
    legal: list[Text] = []


class ExampleFile(Entry):
    example: Text
    answers: dict[str, str | list[str]]
    plan: ExpectedPlan
