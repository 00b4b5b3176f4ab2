"""What a person noted on the items of their plan: done, later, or not for them and why. No plan depends on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, get_args

from threatmodel.engine.model import Questionnaire

type Mark = Literal["none", "done", "later", "not-mine", "risky", "cannot", "told-not-to", "other"]

MARKS: tuple[Mark, ...] = get_args(Mark.__value__)
NOT_FOR_ME: tuple[Mark, ...] = MARKS[MARKS.index("not-mine") :]  # each is a reason
MARK_BITS = 3


class UnknownMark(ValueError):
    """An item that the questionnaire does not have, or a mark that there is not."""


class NotMarks(ValueError):
    """Bytes that are not packed marks of this questionnaire."""


@dataclass(frozen=True, slots=True)
class Marks:
    """One mark an item, three bits each in the order of ``item_places``."""

    questionnaire: Questionnaire
    bits: int = 0

    @classmethod
    def of(cls, questionnaire: Questionnaire, marked: Mapping[str, str]) -> Marks:
        """Build marks from item id → mark. Raises ``UnknownMark``."""
        marks = cls(questionnaire)
        for item, mark in marked.items():
            marks = marks.set(item, mark)
        return marks

    def set(self, item: str, mark: str) -> Marks:
        """Replace one mark; "none" takes it away. Raises ``UnknownMark``."""
        place = item_places(self.questionnaire).get(item)
        known = next((i for i, one in enumerate(MARKS) if one == mark), None)
        if place is None or known is None:
            raise UnknownMark(f"{item}: {mark}")
        shift = place * MARK_BITS
        return replace(self, bits=self.bits & ~(len(MARKS) - 1 << shift) | known << shift)

    def get(self, item: str) -> Mark:
        """The mark on an item. Raises ``KeyError`` for an item that the questionnaire does not have."""
        return MARKS[self.bits >> item_places(self.questionnaire)[item] * MARK_BITS & len(MARKS) - 1]

    def as_mapping(self) -> dict[str, Mark]:
        """The marked items in pack order."""
        marked = ((item, self.get(item)) for item in item_places(self.questionnaire))
        return {item: mark for item, mark in marked if mark != "none"}

    def count(self, items: Iterable[str], *marks: Mark) -> int:
        """How many of these items bear one of these marks."""
        return sum(self.get(item) in marks for item in items)

    def pack(self) -> bytes:
        """The marks as bytes, always of ``marks_size`` of their questionnaire."""
        return self.bits.to_bytes(marks_size(self.questionnaire), "big")

    @classmethod
    def unpack(cls, questionnaire: Questionnaire, packed: bytes) -> Marks:
        """Undo ``pack``. Raises ``NotMarks`` for another length or for marks on items that there are not."""
        bits = int.from_bytes(packed, "big")
        most = len(item_places(questionnaire)) * MARK_BITS
        if len(packed) != marks_size(questionnaire) or bits.bit_length() > most:
            raise NotMarks("not this questionnaire's marks")
        return cls(questionnaire, bits)


@lru_cache(maxsize=16)
def item_places(questionnaire: Questionnaire) -> Mapping[str, int]:
    """Every measure and safeguard with its place, in pack order."""
    return {item.id: place for place, item in enumerate(questionnaire.items)}


@lru_cache(maxsize=16)
def marks_size(questionnaire: Questionnaire) -> int:
    """Bytes of packed marks."""
    return -(-len(item_places(questionnaire)) * MARK_BITS // 8)
