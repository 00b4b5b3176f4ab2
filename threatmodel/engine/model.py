"""The values the engine works on, as read from content. What they mean stands in the words list of the README."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal, get_args

from threatmodel.engine.conditions import ALWAYS, Bits, Condition, Rule, compile_condition, lay_out
from threatmodel.engine.help import Letter, Notice, Prompt, Referral

type Level = Literal["low", "medium", "high"]
type Translation = Literal["", "whole", "partly", "easy"]
type Control = Literal["yours", "request", "right", "process", "sharing", "gone"]
type Lane = Literal["hygiene", "legal", "out-of-reach"]
type Action = Literal["harden", "third-party", "visibility", "retention", "destroy", "government"]
type GateId = Literal[
    "hold", "public", "truth", "evidence", "survivor", "monitor", "address", "ssn", "workdev", "always"
]

LEVELS: tuple[Level, ...] = get_args(Level.__value__)
ACTIONS: tuple[Action, ...] = get_args(Action.__value__)
GATES: tuple[GateId, ...] = get_args(GateId.__value__)
LANES: Mapping[Control, Lane] = {
    "yours": "hygiene",
    "request": "hygiene",
    "right": "hygiene",
    "process": "legal",
    "sharing": "legal",
    "gone": "out-of-reach",
}


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    label: str
    hint: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One enumerated question.

    ``assume`` is what the rules take as true when the answer is not known, ``otherwise`` when the question does not
    apply. ``quick`` questions make the short walk; ``later`` ones are in neither walk.
    """

    id: str
    section: str
    ask: str
    why: str
    pick: Literal["one", "many"]
    options: tuple[Option, ...]
    unsure: Option
    assume: tuple[str, ...]
    otherwise: tuple[str, ...] = ()
    asked_if: Condition = ALWAYS
    hint: str = ""
    quick: bool = False
    later: bool = False
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    intro: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """A fact that switches actions off or changes them. What it does to them, only the matrix says."""

    id: GateId
    when: Condition
    decided_by: tuple[str, ...]
    title: str = ""
    show: Literal["stop", "note", "quiet"] = "note"
    card: str = ""
    do: tuple[str, ...] = ()
    dont: tuple[str, ...] = ()
    note: str = ""
    ask_first: str = ""
    blocked: str = ""
    ask_lawyer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vector:
    """One way information reaches someone. ``high`` and ``medium`` say when it is at that level; else it is low.

    ``until`` is, here and below, the last day on which the item may stand in a plan.
    """

    id: str
    title: str
    control: Control
    what: str
    reach: str
    sources: tuple[str, ...]
    reviewed_on: date
    review_by: date
    applies: Condition = ALWAYS
    high: Condition | None = None
    medium: Condition | None = None
    since: str = ""
    until: date | None = None

    @property
    def lane(self) -> Lane:
        return LANES[self.control]


@dataclass(frozen=True, slots=True)
class WhenItFails:
    """What to do when those who are asked do nothing, say no, or want to know more."""

    ignored: str
    refused: str
    asks_more: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A hygiene item. ``reduces`` maps a vector to the level that is left; ``minutes`` is for the first time.

    ``steps`` maps "all" or an option id to Markdown. With a gate of ``first_with`` on it comes before all others, when
    ``urgent`` holds before others of any priority, and always before the acts of the actions in ``before``.
    """

    id: str
    title: str
    action: Action
    minutes: int
    cost: str
    discloses: str
    helps: str
    reduces: Mapping[str, Level]
    does_not_reach: tuple[str, ...]
    limits: str
    steps: Mapping[str, str]
    evidence: Literal["A", "B", "C"]
    sources: tuple[str, ...]
    reviewed_on: date
    review_by: date
    applies: Condition = ALWAYS
    priority: int = 3
    first_with: tuple[GateId, ...] = ()
    urgent: Condition | None = None
    before: tuple[Action, ...] = ()
    lists_brokers: bool = False
    cautions: tuple[str, ...] = ()
    again: str = ""
    undo: str = ""
    when_it_fails: WhenItFails | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """An instrument (statute, rule, case, order) and the place in it."""

    instrument: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Safeguard:
    """A legal-lane item: what governs, what no setting changes, what one can still do. Stale past ``stale_after``.

    ``states`` names those whose law it tells of, ``binds`` whom that law binds.
    """

    id: str
    title: str
    control: Literal["process", "sharing"]
    statement: str
    precise: str
    no_setting_changes: str
    you_can: tuple[str, ...]
    authority: tuple[Authority, ...]
    sources: tuple[str, ...]
    as_of: date
    stale_after: date
    applies: Condition = ALWAYS
    vector: str = ""
    confidence: str = ""
    binds: str = ""
    states: tuple[str, ...] = ()
    volatile: bool = False
    clinic_only: bool = False
    ask_lawyer: tuple[str, ...] = ()
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from. ``seen`` says whether the page's own text, a copy of it, or nothing was seen."""

    id: str
    title: str
    publisher: str
    url: str
    date: str
    seen: Literal["page", "copy", "no"]


@dataclass(frozen=True, slots=True)
class Instrument:
    id: str
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Broker:
    """A company that lists people, and how to ask it to stop. ``asks`` is what it wants to know; tier 1 is first."""

    id: str
    name: str
    opt_out: str
    asks: str
    tier: int
    listed_on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of the pocket card: what to say or show, and what to know beside it."""

    id: str
    title: str
    say: str
    lines: tuple[str, ...]
    sources: tuple[str, ...]
    as_of: date
    stale_after: date


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on every take-home, whoever it is for. ``blanks`` name the lines to write on by hand."""

    everyone: tuple[str, ...] = ()
    left_off: str = ""
    card: tuple[Panel, ...] = ()
    blanks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """Minutes that fit today, and from today until soon, for each answer to the question of time."""

    question: str
    today: Mapping[str, int]
    soon: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Word:
    """A hard word, how it stands in texts, and what it means."""

    word: str
    forms: tuple[str, ...]
    means: str


@dataclass(frozen=True, slots=True)
class Retired:
    """What an answer or item was called that the pack no longer has, and the id that took over, or nothing."""

    was: str
    now: str = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Permanent numbers for what a sealed file holds: an id's number is its place in its list.

    ``answers`` are "question/option", ``items`` measures and safeguards. Ids that the pack no longer has keep their
    place; ``retired`` says of each what it was called and what took over.
    """

    answers: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    retired: Mapping[str, Retired] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, repr=False)
class Questionnaire:
    """A whole pack in one language, ready to walk and to plan with.

    Of a translation, ``original`` is the pack in its own language.
    Raises ``ValueError`` when a gate of the matrix is missing or doubled (without gates there is no plan), or when a
    measure claims to reduce a vector that no setting reaches.
    """

    version: str
    lang: str
    title: str
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]
    gates: tuple[Gate, ...]
    vectors: tuple[Vector, ...]
    measures: tuple[Measure, ...]
    safeguards: tuple[Safeguard, ...]
    budget: Budget
    look_again_days: int
    steps_by: tuple[str, ...] = ()
    facts: Mapping[str, Condition] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    cautions: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    honest: tuple[str, ...] = ()
    brokers: tuple[Broker, ...] = ()
    brokers_credit: str = ""
    id: str = ""
    numbers: Numbers = field(default_factory=Numbers)
    referrals: tuple[Referral, ...] = ()
    letters: tuple[Letter, ...] = ()
    notice: Notice | None = None
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    paper: Paper = field(default_factory=Paper)
    glossary: tuple[Word, ...] = ()
    original: Questionnaire | None = None
    translation: Translation = ""

    def __repr__(self) -> str:
        return f"Questionnaire({self.title!r}, {self.version!r}, {len(self.questions)} questions)"

    def __post_init__(self) -> None:
        if sorted(gate.id for gate in self.gates) != sorted(GATES):
            raise ValueError("the pack does not define each gate of the matrix once; without them there is no plan")
        lanes = {vector.id: vector.lane for vector in self.vectors}
        for measure in self.measures:
            for vector in measure.reduces:
                if lanes[vector] != "hygiene":
                    raise ValueError(f"measure {measure.id!r} claims to reduce {vector!r}, which no setting reaches")

    @cached_property
    def layout(self) -> Mapping[str, Bits]:
        return lay_out(
            (
                question.id,
                tuple(option.id for option in question.options),
                frozenset(option.id for option in question.options if option.alone),
                question.pick == "one",
            )
            for question in self.questions
        )

    @cached_property
    def question(self) -> Mapping[str, Question]:
        return {question.id: question for question in self.questions}

    @cached_property
    def items(self) -> tuple[Measure | Safeguard, ...]:
        """The measures, then the safeguards."""
        return (*self.measures, *self.safeguards)

    @cached_property
    def numbering(self) -> Numbers:
        """The permanent numbers; of a pack that has none yet, the places of things in it as it is."""
        answers = tuple(f"{question}/{option}" for question, bits in self.layout.items() for option in bits.option)
        items = tuple(item.id for item in self.items)
        return self.numbers if self.numbers.answers else Numbers(answers, items)

    def rule(self, condition: Condition) -> Rule:
        """Compile a condition of this pack."""
        return compile_condition(condition, self.layout, self.facts)
