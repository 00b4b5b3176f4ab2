"""What changed since a plan was kept, in words, with the cause of each change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from threatmodel.documents.telling import labels, reasons
from threatmodel.documents.view import Reason
from threatmodel.engine.answers import Answers
from threatmodel.engine.flow import Because
from threatmodel.engine.gates import Standing
from threatmodel.engine.model import Measure, Questionnaire, Source
from threatmodel.engine.plan import build_plan
from threatmodel.engine.snapshot import Change, Kind, Snapshot, good_until, since


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One item that changed. ``told_on`` is the day of the facts it rests on, ``due`` their last fresh day."""

    id: str
    title: str
    lane: str
    kind: Kind
    then: Standing | None
    now: Standing | None
    because: tuple[Reason, ...]
    told_on: date
    due: date
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """A question answered otherwise than then; an answer is empty when there was or is none."""

    ask: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class SinceView:
    """Changes by cause. An item with two causes stands under both."""

    on: date
    answers: tuple[AnswerChange, ...]
    by_answers: tuple[ChangeView, ...]
    by_advice: tuple[ChangeView, ...]
    overdue: tuple[ChangeView, ...]

    @property
    def anything(self) -> bool:
        return bool(self.answers or self.by_answers or self.by_advice or self.overdue)


def since_view(then: Snapshot, answers: Answers, as_of: date) -> SinceView:
    """Hold today's plan for these answers against what was kept."""
    found = since(then, answers, as_of)
    plan = build_plan(answers, as_of)
    because: dict[str, tuple[Because, ...]] = {item.measure.id: item.because for item in plan.hygiene}
    because |= {item.safeguard.id: item.because for item in plan.legal}
    because |= {left.item.id: left.because for left in plan.left_out}

    def views(cause: str) -> tuple[ChangeView, ...]:
        return tuple(_view(change, plan.questionnaire, because) for change in found if cause in change.causes)

    return SinceView(then.on, _answers(then.answers, answers), views("answers"), views("advice"), views("overdue"))


def _view(change: Change, pack: Questionnaire, because: Mapping[str, tuple[Because, ...]]) -> ChangeView:
    item = change.item
    return ChangeView(
        item.id,
        item.title,
        "hygiene" if isinstance(item, Measure) else "legal",
        change.kind,
        change.then,
        change.now,
        reasons(pack, because.get(item.id, ())),
        item.reviewed_on if isinstance(item, Measure) else item.as_of,
        good_until(item),
        tuple(pack.sources[source] for source in item.sources),
    )


def _answers(then: Answers, now: Answers) -> tuple[AnswerChange, ...]:
    pack = now.questionnaire
    return tuple(
        AnswerChange(q.ask, labels(pack, q.id, then.chosen(q.id)), labels(pack, q.id, now.chosen(q.id)))
        for q in pack.questions
        if then.chosen(q.id) != now.chosen(q.id)
    )
