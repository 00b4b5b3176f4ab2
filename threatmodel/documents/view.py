"""PlanView: the one shape of a plan that every template gets, on screen and on paper. All text, all decided."""

from dataclasses import dataclass
from datetime import date

from threatmodel.documents.citing import Cited
from threatmodel.documents.help_view import LawyerQuestion, ReferralView
from threatmodel.engine.help import Letter
from threatmodel.engine.marks import Mark
from threatmodel.engine.model import Broker, Level, Measure, Safeguard, Word


@dataclass(frozen=True, slots=True)
class Reason:
    """The answers to one question that stand behind an item, in the words of the questionnaire."""

    ask: str
    answer: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A gate that is on, with what it asks for."""

    id: str
    title: str
    text: str
    do: tuple[str, ...]
    dont: tuple[str, ...]
    because: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Lowered:
    title: str
    now: Level
    left: Level


@dataclass(frozen=True, slots=True)
class Step:
    """Markdown steps, and for which of the person's things; for all of them when ``of`` is empty."""

    of: str
    text: str


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A measure in words. ``notes`` are printed above its steps; ``mind`` names the gates that touch it.

    ``address`` is the page it has for itself on the screen. ``advised_on`` and ``comments`` are what a clinic adds; the
    comments are for counsel and staff alone.
    """

    measure: Measure
    minutes: int
    bucket: str
    ask_first: bool
    reduces: tuple[Lowered, ...]
    does_not_reach: tuple[str, ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    mind: tuple[str, ...]
    because: tuple[Reason, ...]
    sources: tuple[int, ...]
    stale: bool
    brokers: tuple[Broker, ...]
    brokers_credit: str
    letters: tuple[Letter, ...]
    cited: tuple[Cited, ...]
    words: tuple[Word, ...]
    mark: Mark
    place: int
    address: str
    advised_on: date | None = None
    comments: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.measure.id

    @property
    def advised(self) -> bool:
        """Whether it is to be asked about first, and a lawyer was asked."""
        return self.advised_on is not None


@dataclass(frozen=True, slots=True)
class SafeguardView:
    safeguard: Safeguard
    authority: tuple[str, ...]
    because: tuple[Reason, ...]
    sources: tuple[int, ...]
    stale: bool
    letters: tuple[Letter, ...]
    cited: tuple[Cited, ...]
    words: tuple[Word, ...]
    mark: Mark
    place: int
    address: str
    comments: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.safeguard.id


@dataclass(frozen=True, slots=True)
class Progress:
    """How many items of a lane there are, and how many bear which mark."""

    items: int
    done: int
    later: int
    not_for_me: int

    @property
    def open(self) -> int:
        return self.items - self.done - self.not_for_me


@dataclass(frozen=True, slots=True)
class ExposureView:
    id: str
    title: str
    what: str
    since: str
    reach: str
    control: str
    lane: str
    level: Level
    after: Level
    because: tuple[Reason, ...]
    sources: tuple[int, ...]
    stale: bool


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What one gate keeps out of the plan, and its sentence that says why."""

    gate: str
    why: str
    because: tuple[Reason, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotForYou:
    """The items that the same answers left out of the plan."""

    because: tuple[Reason, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan in words. ``address`` is its page on the screen, below which its parts have theirs.

    ``reviewed_on`` is the day on which a clinic's lawyer signed this plan off.
    """

    address: str
    lang: str
    translation: str
    version: str
    as_of: date
    look_again: date
    honest: tuple[str, ...]
    stop_first: tuple[Card, ...]
    keep_in_mind: tuple[Card, ...]
    today: tuple[MeasureView, ...]
    soon: tuple[MeasureView, ...]
    later: tuple[MeasureView, ...]
    ask_first: tuple[MeasureView, ...]
    ask_lawyer: bool
    ask_first_says: str
    legal: tuple[SafeguardView, ...]
    hygiene_exposures: tuple[ExposureView, ...]
    legal_exposures: tuple[ExposureView, ...]
    out_of_reach: tuple[ExposureView, ...]
    held_back: tuple[HeldBack, ...]
    not_for_you: tuple[NotForYou, ...]
    assumed: tuple[Reason, ...]
    referrals: tuple[ReferralView, ...]
    questions_for_lawyer: tuple[LawyerQuestion, ...]
    sources: tuple[Cited, ...]
    hygiene_progress: Progress
    legal_progress: Progress
    notice: bool
    reviewed_on: date | None = None

    @property
    def measures(self) -> tuple[MeasureView, ...]:
        return (*self.today, *self.soon, *self.later, *self.ask_first)

    @property
    def items(self) -> tuple[MeasureView | SafeguardView, ...]:
        return (*self.measures, *self.legal)

    @property
    def minutes_today(self) -> int:
        return sum(item.minutes for item in self.today)

    @property
    def any_advised(self) -> bool:
        return any(item.advised for item in self.ask_first)

    @property
    def questions_first(self) -> tuple[LawyerQuestion, ...]:
        """The questions for a lawyer that the gates bring, which come before all others."""
        return tuple(question for question in self.questions_for_lawyer if question.place.startswith("gate-"))

    @property
    def questions_more(self) -> tuple[LawyerQuestion, ...]:
        return self.questions_for_lawyer[len(self.questions_first) :]


@dataclass(frozen=True, slots=True)
class OpenView:
    """A question whose answer would change the plan, with the titles of what it could bring or take away."""

    id: str
    ask: str
    appear: tuple[str, ...]
    go: tuple[str, ...]
