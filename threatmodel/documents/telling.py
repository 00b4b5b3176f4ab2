"""A plan in the words of its pack: from the engine's ids to the shape that templates get."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby

from threatmodel.content.catalogue import together
from threatmodel.documents.casework import Casework
from threatmodel.documents.citing import Citations
from threatmodel.documents.glossary import hard_words
from threatmodel.documents.help_view import lawyer_questions, letters_for, referral_views
from threatmodel.documents.view import (
    Card,
    ExposureView,
    HeldBack,
    Lowered,
    MeasureView,
    NotForYou,
    OpenView,
    PlanView,
    Progress,
    Reason,
    SafeguardView,
    Step,
)
from threatmodel.engine.answers import Answers
from threatmodel.engine.changes import open_questions
from threatmodel.engine.flow import Because
from threatmodel.engine.gates import GateState, NoteId
from threatmodel.engine.marks import NOT_FOR_ME, Marks
from threatmodel.engine.model import Questionnaire
from threatmodel.engine.plan import Exposure, LeftOut, Plan, PlannedMeasure, PlannedSafeguard


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


def plan_view(plan: Plan, marks: Marks | None = None, address: str = "", casework: Casework | None = None) -> PlanView:
    """Put a plan into the words of its pack, with what the person noted on it, and the page it has on the screen.

    For a view that the client reads, give ``casework.for_client()``.
    """
    return _Words(plan, marks, address, casework).view()


def reasons(pack: Questionnaire, because: Iterable[Because]) -> tuple[Reason, ...]:
    """One reason a question, with all of its answers that count."""

    def source(answer: Because) -> tuple[str, bool]:
        return answer.question, answer.assumed

    return tuple(
        Reason(pack.question[q].ask, labels(pack, q, (answer.option for answer in answers)), assumed)
        for (q, assumed), answers in groupby(because, key=source)
    )


def labels(pack: Questionnaire, question: str, options: Iterable[str]) -> str:
    """The options of a question in words."""
    known = {o.id: o.label for o in (*pack.question[question].options, pack.question[question].unsure)}
    return together((known[option] for option in options), "; ")


def told(plan: Plan, because: Iterable[Because]) -> tuple[Reason, ...]:
    """Answers behind something in a plan, in the words of its pack; those of one question stand together."""
    return _Words(plan).reasons(because)


class _Words:
    """Turns the ids of one plan into words, and numbers the sources in the order in which they are cited."""

    def __init__(
        self, plan: Plan, marks: Marks | None = None, address: str = "", casework: Casework | None = None
    ) -> None:
        self.plan = plan
        self.casework = casework or Casework()
        self.address = address
        self.marks = marks or Marks(plan.questionnaire)
        self.pack: Questionnaire = plan.questionnaire
        self.vectors = {vector.id: vector for vector in self.pack.vectors}
        self.levels = {exposure.vector.id: exposure.level for exposure in plan.exposures}
        self.gates = {str(id_): state for id_, state in plan.gates.items()}
        self.citations = Citations(self.pack)
        self.cite = self.citations.cite

    def view(self) -> PlanView:
        plan = self.plan
        measures = [self.measure(item, place) for place, item in enumerate(plan.hygiene, 1)]
        exposures = [self.exposure(item) for item in plan.exposures]
        by_bucket = {
            b: tuple(m for m in measures if m.bucket == b and not m.ask_first) for b in ("today", "soon", "later")
        }
        return PlanView(
            address=self.address,
            lang=self.pack.lang,
            translation=self.pack.translation,
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
            ask_first_says=together((s.gate.ask_first for s in plan.gates.values() if s.on and s.gate.ask_first), " "),
            legal=tuple(self.safeguard(item, place) for place, item in enumerate(plan.legal, len(measures) + 1)),
            hygiene_exposures=tuple(e for e in exposures if e.lane == "hygiene"),
            legal_exposures=tuple(e for e in exposures if e.lane == "legal"),
            out_of_reach=tuple(e for e in exposures if e.lane == "out-of-reach"),
            held_back=self.held_back(),
            not_for_you=self.not_for_you(),
            assumed=self.assumed(),
            referrals=referral_views(plan.referrals, plan.as_of, self.citations),
            questions_for_lawyer=lawyer_questions(plan, self.casework.answered),
            sources=self.citations.cited(),
            hygiene_progress=self.progress([item.measure.id for item in plan.hygiene]),
            legal_progress=self.progress([item.safeguard.id for item in plan.legal]),
            notice=self.pack.notice is not None and self.pack.notice.rests_on in {i.safeguard.id for i in plan.legal},
            reviewed_on=self.casework.reviewed_on,
        )

    def progress(self, items: list[str]) -> Progress:
        count = self.marks.count
        return Progress(len(items), count(items, "done"), count(items, "later"), count(items, *NOT_FOR_ME))

    def reasons(self, because: Iterable[Because]) -> tuple[Reason, ...]:
        return reasons(self.pack, because)

    def card(self, state: GateState) -> Card:
        gate = state.gate
        return Card(gate.id, gate.title, gate.card, gate.do, gate.dont, self.reasons(state.because))

    def measure(self, item: PlannedMeasure, place: int) -> MeasureView:
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
            letters=letters_for(self.pack, measure.id),
            cited=self.citations.cited(measure.sources),
            words=hard_words(self.pack)[measure.id],
            mark=self.marks.get(measure.id),
            place=place,
            address=f"{self.address}{place}/",
            advised_on=self.casework.advised.get(measure.id) if item.ask_first else None,
            comments=self.casework.comments.get(measure.id, ()),
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

    def safeguard(self, item: PlannedSafeguard, place: int) -> SafeguardView:
        named = ((self.pack.instruments[a.instrument].title, a.at) for a in item.safeguard.authority)
        return SafeguardView(
            safeguard=item.safeguard,
            authority=tuple(together((title, at), " ") if at else title for title, at in named),
            because=self.reasons(item.because),
            sources=self.cite(item.safeguard.sources),
            stale=item.stale,
            letters=letters_for(self.pack, item.safeguard.id),
            cited=self.citations.cited(item.safeguard.sources),
            words=hard_words(self.pack)[item.safeguard.id],
            mark=self.marks.get(item.safeguard.id),
            place=place,
            address=f"{self.address}{place}/",
            comments=self.casework.comments.get(item.safeguard.id, ()),
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
            Reason(self.pack.question[question].ask, labels(self.pack, question, options), True)
            for question, options in self.plan.assumed.items()
        )
