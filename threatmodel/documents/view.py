"""PlanView: the one shape of a plan that every template gets, on screen and on paper. All text, all decided."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from threatmodel.engine.answers import Answers
from threatmodel.engine.changes import open_questions
from threatmodel.engine.flow import Because
from threatmodel.engine.gates import GateState, NoteId
from threatmodel.engine.model import Broker, Level, Measure, Questionnaire, Safeguard
from threatmodel.engine.plan import Exposure, LeftOut, Plan, PlannedMeasure, PlannedSafeguard


@dataclass(frozen=True, slots=True)
class Reason:
    """The answers to one question that stand behind an item, in the words of the questionnaire."""

    ask: str
    answer: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class Cited:
    """A source with its number in this plan."""

    number: int
    title: str
    publisher: str
    date: str
    url: str
    seen: str


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
    """A measure in words. ``notes`` are printed above its steps; ``mind`` names the gates that touch it."""

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


@dataclass(frozen=True, slots=True)
class SafeguardView:
    safeguard: Safeguard
    authority: tuple[str, ...]
    because: tuple[Reason, ...]
    sources: tuple[int, ...]
    stale: bool


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
    lang: str
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
    sources: tuple[Cited, ...]

    @property
    def minutes_today(self) -> int:
        return sum(item.minutes for item in self.today)


@dataclass(frozen=True, slots=True)
class OpenView:
    """A question whose answer would change the plan, with the titles of what it could bring or take away."""

    id: str
    ask: str
    appear: tuple[str, ...]
    go: tuple[str, ...]


def open_views(answers: Answers, as_of: date, most: int) -> tuple[OpenView, ...]:
    """At most ``most`` questions without a definite answer, those first that would change the plan the most."""
    pack = answers.questionnaire
    titles = {measure.id: measure.title for measure in pack.measures}
    titles |= {safeguard.id: safeguard.title for safeguard in pack.safeguards}

    def named(ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(titles[id_] for id_ in ids)

    return tuple(
        OpenView(one.question.id, one.question.ask, named(one.appear), named(one.go))
        for one in open_questions(answers, as_of, most)
    )


def plan_view(plan: Plan) -> PlanView:
    """Put a plan into the words of its pack."""
    return _Words(plan).view()


def told(plan: Plan, because: Iterable[Because]) -> tuple[Reason, ...]:
    """Answers behind something in a plan, in the words of its pack; those of one question stand together."""
    return _Words(plan).reasons(because)


class _Words:
    """Turns the ids of one plan into words, and numbers the sources in the order in which they are cited."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.pack: Questionnaire = plan.questionnaire
        self.vectors = {vector.id: vector for vector in self.pack.vectors}
        self.levels = {exposure.vector.id: exposure.level for exposure in plan.exposures}
        self.gates = {str(id_): state for id_, state in plan.gates.items()}
        self.numbers: dict[str, int] = {}

    def view(self) -> PlanView:
        plan = self.plan
        measures = [self.measure(item) for item in plan.hygiene]
        exposures = [self.exposure(item) for item in plan.exposures]
        by_bucket = {
            b: tuple(m for m in measures if m.bucket == b and not m.ask_first) for b in ("today", "soon", "later")
        }
        return PlanView(
            lang=self.pack.lang,
            version=self.pack.version,
            as_of=plan.as_of,
            look_again=plan.look_again.on,
            honest=self.pack.honest,
            stop_first=tuple(self.card(state) for state in plan.stop_first),
            keep_in_mind=tuple(self.card(state) for state in plan.keep_in_mind),
            today=by_bucket["today"],
            soon=by_bucket["soon"],
            later=by_bucket["later"],
            ask_first=tuple(m for m in measures if m.ask_first),
            ask_lawyer=plan.gates["hold"].on,
            ask_first_says=" ".join(s.gate.ask_first for s in plan.gates.values() if s.on and s.gate.ask_first),
            legal=tuple(self.safeguard(item) for item in plan.legal),
            hygiene_exposures=tuple(e for e in exposures if e.lane == "hygiene"),
            legal_exposures=tuple(e for e in exposures if e.lane == "legal"),
            out_of_reach=tuple(e for e in exposures if e.lane == "out-of-reach"),
            held_back=self.held_back(),
            not_for_you=self.not_for_you(),
            assumed=self.assumed(),
            sources=self.sources(),
        )

    def reasons(self, because: Iterable[Because]) -> tuple[Reason, ...]:
        """One reason a question, with all of its answers that count."""

        def source(answer: Because) -> tuple[str, bool]:
            return answer.question, answer.assumed

        return tuple(
            Reason(self.pack.question[q].ask, "; ".join(self.label(q, answer.option) for answer in answers), assumed)
            for (q, assumed), answers in groupby(because, key=source)
        )

    def label(self, question: str, option: str) -> str:
        known = self.pack.question[question]
        return next(o.label for o in (*known.options, known.unsure) if o.id == option)

    def cite(self, sources: Iterable[str]) -> tuple[int, ...]:
        return tuple(sorted(self.numbers.setdefault(source, len(self.numbers) + 1) for source in sources))

    def sources(self) -> tuple[Cited, ...]:
        cited = ((number, self.pack.sources[id_]) for id_, number in self.numbers.items())
        return tuple(Cited(number, s.title, s.publisher, s.date, s.url, s.seen) for number, s in cited)

    def card(self, state: GateState) -> Card:
        gate = state.gate
        return Card(gate.id, gate.title, gate.card, gate.do, gate.dont, self.reasons(state.because))

    def measure(self, item: PlannedMeasure) -> MeasureView:
        measure = item.measure
        return MeasureView(
            measure=measure,
            minutes=measure.minutes,
            bucket=item.bucket,
            ask_first=item.ask_first,
            reduces=tuple(
                Lowered(self.vectors[vector].title, self.levels[vector], left) for vector, left in item.reduces.items()
            ),
            does_not_reach=tuple(self.vectors[vector].title for vector in measure.does_not_reach),
            steps=self.steps(measure.steps),
            notes=tuple(self.notes(item.verdict.notes, item.cautions)),
            mind=tuple(self.gates[caution].gate.title for caution in item.cautions if caution in self.gates),
            because=self.reasons(item.because),
            sources=self.cite(measure.sources),
            stale=item.stale,
            brokers=self.pack.brokers if measure.lists_brokers else (),
            brokers_credit=self.pack.brokers_credit,
        )

    def notes(self, notes: Iterable[NoteId], cautions: Iterable[str]) -> Iterator[str]:
        """The matrix's sentences, then those of the cautions that hold with or without a gate."""
        yield from (self.pack.notes[note] for note in notes)
        yield from (self.pack.cautions[caution] for caution in cautions if caution in self.pack.cautions)

    def steps(self, steps: Mapping[str, str]) -> tuple[Step, ...]:
        """The steps for everyone and for what the person has; all there are when they have nothing of it."""
        mine = {}
        for question in self.pack.steps_by:
            for option in self.pack.question[question].options:
                if option.id in steps and self.holds(question, option.id):
                    mine[option.id] = option.label
        shown = [Step("", steps["all"])] if "all" in steps else []
        shown += [Step(label, steps[option]) for option, label in mine.items()]
        return tuple(shown) or tuple(Step(self.any_label(option), text) for option, text in steps.items())

    def holds(self, question: str, option: str) -> bool:
        taken = self.plan.asked.get(question, ())
        assumed = self.plan.assumed.get(question, ())
        return option in taken or option in assumed

    def any_label(self, option: str) -> str:
        return next(
            o.label for question in self.pack.steps_by for o in self.pack.question[question].options if o.id == option
        )

    def safeguard(self, item: PlannedSafeguard) -> SafeguardView:
        named = ((self.pack.instruments[a.instrument].title, a.at) for a in item.safeguard.authority)
        return SafeguardView(
            safeguard=item.safeguard,
            authority=tuple(f"{title} {at}".strip() for title, at in named),
            because=self.reasons(item.because),
            sources=self.cite(item.safeguard.sources),
            stale=item.stale,
        )

    def exposure(self, item: Exposure) -> ExposureView:
        vector = item.vector
        return ExposureView(
            vector.id,
            vector.title,
            vector.what,
            vector.since,
            vector.reach,
            vector.control,
            vector.lane,
            item.level,
            item.after,
            self.reasons(item.because),
            self.cite(vector.sources),
            item.stale,
        )

    def held_back(self) -> tuple[HeldBack, ...]:
        def gate(left: LeftOut) -> str:
            return left.gate or ""

        blocked = sorted((left for left in self.plan.left_out if left.gate), key=gate)
        groups = ((id_, tuple(items)) for id_, items in groupby(blocked, key=gate))
        return tuple(
            HeldBack(
                id_,
                self.gates[id_].gate.blocked,
                self.reasons(items[0].because),
                tuple(item.item.title for item in items),
            )
            for id_, items in groups
        )

    def not_for_you(self) -> tuple[NotForYou, ...]:
        groups: dict[tuple[Because, ...], list[str]] = {}
        for left in self.plan.left_out:
            if left.gate is None:
                groups.setdefault(left.because, []).append(left.item.title)
        return tuple(NotForYou(self.reasons(because), tuple(titles)) for because, titles in groups.items())

    def assumed(self) -> tuple[Reason, ...]:
        return tuple(
            Reason(self.pack.question[question].ask, "; ".join(self.label(question, o) for o in options), True)
            for question, options in self.plan.assumed.items()
        )
