"""What a plan said on a day, kept small enough to carry along, and what is different since, with its cause."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from threatmodel.engine.answers import Answers, NotPacked, packed_size
from threatmodel.engine.changes import shown
from threatmodel.engine.gates import STANDINGS, Standing
from threatmodel.engine.marks import item_places
from threatmodel.engine.model import Measure, Questionnaire, Safeguard

type Cause = Literal["answers", "advice", "overdue"]
type Kind = Literal["appeared", "gone", "moved", "reworded", "overdue"]

HEAD = struct.Struct(">I")
STANDING_BITS = 2  # 0: not in the plan; else the standing's place in STANDINGS, and one
TOLD = (
    *("title", "helps", "limits", "steps", "discloses", "when_it_fails"),
    *("statement", "no_setting_changes", "you_can", "binds", "ask_lawyer"),
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The items that a plan of a day held, how each stood, and a byte over what each said."""

    answers: Answers
    on: date
    standings: Mapping[str, Standing]
    said: Mapping[str, int]

    @classmethod
    def take(cls, answers: Answers, as_of: date) -> Snapshot:
        """What the plan for these answers says on this day."""
        standings = shown(answers, as_of)
        says = said(answers.questionnaire)
        return cls(answers, as_of, standings, {id_: says[id_] for id_ in standings})

    def pack(self) -> bytes:
        """The snapshot as bytes, always of ``snapshot_size`` of its questionnaire."""
        places = item_places(self.answers.questionnaire)
        bits = 0
        says = bytearray(len(places))
        for id_, standing in self.standings.items():
            bits |= (STANDINGS.index(standing) + 1) << places[id_] * STANDING_BITS
            says[places[id_]] = self.said[id_]
        size = _standings_size(self.answers.questionnaire)
        return b"".join((HEAD.pack(self.on.toordinal()), self.answers.pack(), bits.to_bytes(size, "big"), says))

    @classmethod
    def unpack(cls, questionnaire: Questionnaire, packed: bytes) -> Snapshot:
        """Undo ``pack``. Raises ``NotPacked`` for what ``pack`` did not make."""
        if len(packed) != snapshot_size(questionnaire):
            raise NotPacked("another length than this questionnaire's snapshots")
        places = item_places(questionnaire)
        end = HEAD.size + packed_size(questionnaire)
        answers = Answers.unpack(questionnaire, packed[HEAD.size : end])
        bits = int.from_bytes(packed[end : -len(places)], "big")
        says = packed[-len(places) :]
        standings = {
            id_: STANDINGS[held - 1] for id_, place in places.items() if (held := bits >> place * STANDING_BITS & 3)
        }
        try:
            on = date.fromordinal(*HEAD.unpack_from(packed))
        except (ValueError, OverflowError) as fault:
            raise NotPacked("no day") from fault
        return cls(answers, on, standings, {id_: says[places[id_]] for id_ in standings})


def _standings_size(questionnaire: Questionnaire) -> int:
    return -(-len(item_places(questionnaire)) * STANDING_BITS // 8)


@lru_cache(maxsize=16)
def snapshot_size(questionnaire: Questionnaire) -> int:
    """Bytes of a packed snapshot."""
    items = len(item_places(questionnaire))
    return HEAD.size + packed_size(questionnaire) + _standings_size(questionnaire) + items


@lru_cache(maxsize=16)
def said(questionnaire: Questionnaire) -> Mapping[str, int]:
    """A byte over the texts of every item, in whatever language it is read.

    One change in 256 goes unseen; dates, rules and translations do not count.
    """

    def byte(item: Measure | Safeguard) -> int:
        return zlib.crc32(repr([getattr(item, key, "") for key in TOLD]).encode()) & 0xFF

    return {item.id: byte(item) for item in (questionnaire.original or questionnaire).items}


class Change(NamedTuple):
    """How one item stands otherwise than in the snapshot; ``then`` or ``now`` is None when it was or is not there."""

    item: Measure | Safeguard
    kind: Kind
    causes: tuple[Cause, ...]
    then: Standing | None
    now: Standing | None


def since(then: Snapshot, answers: Answers, as_of: date) -> tuple[Change, ...]:
    """What is different in the plan for these answers on this day from what the snapshot held, in pack order.

    Our advice is the cause of what differs for the answers of then; the answers, of what differs besides. An item
    that both brought back to what it was has not changed.
    """
    return tuple(_changes(then, shown(then.answers, as_of), shown(answers, as_of), as_of))


def _changes(
    then: Snapshot, advised: Mapping[str, Standing], now: Mapping[str, Standing], as_of: date
) -> Iterator[Change]:
    questionnaire = then.answers.questionnaire
    says = said(questionnaire)
    for item in questionnaire.items:
        before, between, after = then.standings.get(item.id), advised.get(item.id), now.get(item.id)
        if before != after:
            kind: Kind = "appeared" if before is None else "gone" if after is None else "moved"
            causes: list[Cause] = []
            if before != between:
                causes.append("advice")
            if between != after:
                causes.append("answers")
            yield Change(item, kind, tuple(causes), before, after)
        elif after is not None:
            if then.said[item.id] != says[item.id]:
                yield Change(item, "reworded", ("advice",), before, after)
            if then.on <= good_until(item) < as_of:
                yield Change(item, "overdue", ("overdue",), before, after)


def good_until(item: Measure | Safeguard) -> date:
    """The last day on which an item counts as fresh."""
    return item.review_by if isinstance(item, Measure) else item.stale_after
