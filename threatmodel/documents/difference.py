"""What differs between two plans, in words: the one shape for "what if" and for what changed since last time."""

from collections.abc import Iterable
from dataclasses import dataclass

from threatmodel.documents.telling import plan_view, reasons
from threatmodel.documents.view import MeasureView, PlanView, Reason
from threatmodel.engine.difference import Item, Moved, Place, PlanDifference, difference
from threatmodel.engine.flow import Because
from threatmodel.engine.gates import GateState
from threatmodel.engine.model import GateId, Lane, Level, Measure, Safeguard
from threatmodel.engine.plan import Plan


@dataclass(frozen=True, slots=True)
class PlaceView:
    """``word`` is today, soon, later, ask-first or blocked; ``gate`` the title of what makes it one of the last two."""

    word: str
    gate: str = ""


@dataclass(frozen=True, slots=True)
class ItemChange:
    """An item that appeared, went or moved. A measure has the places that it has; others have none."""

    id: str
    kind: str
    title: str
    lane: Lane
    was: PlaceView | None
    to: PlaceView | None
    because: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class LevelChange:
    """An exposure of both plans: its level, and the level after the plan, in the one (``was``) and in the other."""

    id: str
    title: str
    lane: Lane
    was: Level
    was_after: Level
    to: Level
    to_after: Level
    because: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class GateChange:
    id: str
    title: str
    text: str
    because: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Items of one kind; exposures of one lane."""

    kind: str
    lane: Lane
    items: tuple[ItemChange, ...]


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """``reworded`` are the titles of measures that stay where they are, with other steps or notes."""

    turned_on: tuple[GateChange, ...]
    turned_off: tuple[GateChange, ...]
    appeared: tuple[Group, ...]
    gone: tuple[Group, ...]
    moved: tuple[ItemChange, ...]
    levels: tuple[LevelChange, ...]
    reworded: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        parts = (self.turned_on, self.turned_off, self.appeared, self.gone, self.moved, self.levels, self.reworded)
        return not any(parts)


def difference_view(now: Plan, then: Plan) -> DifferenceView:
    """What differs in ``then`` from ``now``. Reasons are those of ``then``."""
    return _Changes(now, then, difference(now, then)).view()


class _Changes:
    def __init__(self, now: Plan, then: Plan, found: PlanDifference) -> None:
        self.now, self.then, self.found = now, then, found

    def view(self) -> DifferenceView:
        found = self.found
        appeared = [
            self.change(o.item, None, self.place(o.place, o.gate, self.then), o.because) for o in found.appeared
        ]
        gone = [self.change(o.item, self.place(o.place, o.gate, self.now), None, o.because) for o in found.gone]
        return DifferenceView(
            turned_on=tuple(self.gate(state) for state in found.turned_on),
            turned_off=tuple(self.gate(state) for state in found.turned_off),
            appeared=_grouped(appeared),
            gone=_grouped(gone),
            moved=tuple(self.move(one) for one in found.moved),
            levels=self.levels(),
            reworded=self.reworded(),
        )

    def reasons(self, because: Iterable[Because]) -> tuple[Reason, ...]:
        return reasons(self.then.questionnaire, because)

    def gate(self, state: GateState) -> GateChange:
        """A gate in words; one that has no card of its own says what it prints beside a step."""
        gate = state.gate
        return GateChange(gate.id, gate.title, gate.card or gate.note, self.reasons(state.because))

    def place(self, place: Place | None, gate: GateId | None, plan: Plan) -> PlaceView | None:
        if place is None:
            return None
        word = place.bucket if place.standing == "allowed" else place.standing
        return PlaceView(word or "", plan.gates[gate].gate.title if gate else "")

    def change(self, item: Item, was: PlaceView | None, to: PlaceView | None, because: Iterable[Because]) -> ItemChange:
        kind, lane = _kind(item)
        return ItemChange(item.id, kind, item.title, lane, was, to, self.reasons(because))

    def move(self, one: Moved) -> ItemChange:
        was = self.place(one.was, None, self.now)
        return self.change(one.item, was, self.place(one.to, one.gate, self.then), one.because)

    def levels(self) -> tuple[LevelChange, ...]:
        return tuple(
            LevelChange(one.item.id, one.item.title, one.item.lane, *one.was, *one.to, self.reasons(one.because))
            for one in self.found.levels
        )

    def reworded(self) -> tuple[str, ...]:
        before = {item.measure.id: item for item in _measures(plan_view(self.now))}
        moved = {one.item.id for one in self.found.moved}
        stayed = (item for item in _measures(plan_view(self.then)) if item.measure.id not in moved)
        return tuple(
            item.measure.title
            for item in stayed
            if item.measure.id in before and _said(item) != _said(before[item.measure.id])
        )


def _kind(item: Item) -> tuple[str, Lane]:
    if isinstance(item, Measure):
        return "measure", "hygiene"
    if isinstance(item, Safeguard):
        return "safeguard", "legal"
    return "exposure", item.lane


def _grouped(changes: Iterable[ItemChange]) -> tuple[Group, ...]:
    """By lane, and in it what to do or know before what reaches whom."""
    groups: dict[tuple[str, Lane], list[ItemChange]] = {
        ("measure", "hygiene"): [],
        ("exposure", "hygiene"): [],
        ("safeguard", "legal"): [],
        ("exposure", "legal"): [],
        ("exposure", "out-of-reach"): [],
    }
    for change in changes:
        groups[change.kind, change.lane].append(change)
    return tuple(Group(kind, lane, tuple(items)) for (kind, lane), items in groups.items() if items)


def _measures(plan: PlanView) -> tuple[MeasureView, ...]:
    return (*plan.today, *plan.soon, *plan.later, *plan.ask_first)


def _said(item: MeasureView) -> tuple[object, ...]:
    """What a person reads of a measure that can differ from one set of answers to another."""
    return item.steps, item.notes, item.mind
