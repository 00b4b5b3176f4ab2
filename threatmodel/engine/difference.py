"""Two plans → what appears, goes, moves or changes its level from one to the other, and which gates turn.

Items are told apart by what they are and their id, so the plans may also be of two versions of one pack.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from threatmodel.engine.flow import Because
from threatmodel.engine.gates import GateState, Standing
from threatmodel.engine.model import GateId, Level, Measure, Safeguard, Vector
from threatmodel.engine.plan import Bucket, Plan

type Item = Measure | Safeguard | Vector
type Key = tuple[type[Item], str]


class Place(NamedTuple):
    """How a measure stands in a plan; what a gate blocks is in no bucket."""

    standing: Standing
    bucket: Bucket | None


class Levels(NamedTuple):
    """An exposure's level now, and after the plan."""

    level: Level
    after: Level


class Placed(NamedTuple):
    """An item of one of the plans. Only a measure has a place; ``gate`` is what makes it ask-first or blocked.

    ``because`` is about the new plan: the answers that put the item there or, of one that is gone, that keep it out.
    It is empty when no answer does.
    """

    item: Item
    place: Place | None
    gate: GateId | None
    because: tuple[Because, ...]


class Moved(NamedTuple):
    """A measure of both plans that stands differently, or in another bucket. ``gate`` and ``because`` are the new ones.

    Of what is blocked, ``because`` is why its gate is on.
    """

    item: Measure
    was: Place
    to: Place
    gate: GateId | None
    because: tuple[Because, ...]


class Relevelled(NamedTuple):
    """An exposure of both plans with other levels."""

    item: Vector
    was: Levels
    to: Levels
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """Each part in the order of the plan that holds it: what is gone in the old one's, all else in the new one's.

    A measure that a gate blocks counts as an item of its plan: it applies, and the plan says that it is held back.
    """

    appeared: tuple[Placed, ...]
    gone: tuple[Placed, ...]
    moved: tuple[Moved, ...]
    levels: tuple[Relevelled, ...]
    turned_on: tuple[GateState, ...]
    turned_off: tuple[GateState, ...]

    @property
    def nothing(self) -> bool:
        """Whether the two plans hold the same."""
        parts = (self.appeared, self.gone, self.moved, self.levels, self.turned_on, self.turned_off)
        return not any(parts)


def difference(now: Plan, then: Plan) -> PlanDifference:
    """What differs in ``then`` from ``now``."""
    before, after = _placed(now), _placed(then)
    kept_out = {_key(left.item): left.because for left in then.left_out if left.gate is None}
    return PlanDifference(
        appeared=tuple(placed for key, placed in after.items() if key not in before),
        gone=tuple(
            placed._replace(because=kept_out.get(key, ())) for key, placed in before.items() if key not in after
        ),
        moved=tuple(_moved(before, after)),
        levels=tuple(_relevelled(now, then)),
        turned_on=tuple(_turned(now, then, on=True)),
        turned_off=tuple(_turned(now, then, on=False)),
    )


def _placed(plan: Plan) -> dict[Key, Placed]:
    """Every item that applies: measures in the plan's order, those that are blocked, safeguards, exposures."""
    placed = [Placed(i.measure, Place(i.verdict.standing, i.bucket), i.verdict.gate, i.because) for i in plan.hygiene]
    placed += [
        Placed(left.item, Place("blocked", None), left.gate, left.because) for left in plan.left_out if left.gate
    ]
    placed += [Placed(item.safeguard, None, None, item.because) for item in plan.legal]
    placed += [Placed(exposure.vector, None, None, exposure.because) for exposure in plan.exposures]
    return {_key(one.item): one for one in placed}


def _key(item: Item) -> Key:
    return type(item), item.id


def _moved(before: Mapping[Key, Placed], after: Mapping[Key, Placed]) -> Iterator[Moved]:
    for key, to in after.items():
        was = before[key].place if key in before else None
        if isinstance(to.item, Measure) and was and to.place and was != to.place:
            yield Moved(to.item, was, to.place, to.gate, to.because)


def _relevelled(now: Plan, then: Plan) -> Iterator[Relevelled]:
    before = {exposure.vector.id: Levels(exposure.level, exposure.after) for exposure in now.exposures}
    for exposure in then.exposures:
        to = Levels(exposure.level, exposure.after)
        was = before.get(exposure.vector.id, to)
        if was != to:
            yield Relevelled(exposure.vector, was, to, exposure.because)


def _turned(now: Plan, then: Plan, *, on: bool) -> Iterator[GateState]:
    return (state for id_, state in then.gates.items() if state.on is on and now.gates[id_].on is not on)
