"""Counts for funders, with small cells suppressed so that no number in a group can be worked out from the others.

It knows one group at a time. Overlapping periods, or two kinds that add up to the same, tell more together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

SMALLEST_SHOWN = 10


class Row(NamedTuple):
    """How many matters of a period there were of one kind, as in ("2026-Q4", "language", "es", 12)."""

    period: str
    kind: str
    key: str
    number: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A number to print, or None in place of one that is not told; ``small`` when that is because it is under 10."""

    key: str
    number: int | None
    small: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The cells of one kind in one period. ``total`` is None as soon as one of them is not told."""

    period: str
    kind: str
    cells: tuple[Cell, ...]
    total: int | None


def groups(rows: Iterable[Row]) -> tuple[Group, ...]:
    """Rows as they may be printed, by period and kind; their cells by key.

    Raises ``ValueError`` for a negative number, or for two rows of one period, kind and key.
    """
    ordered = sorted(rows)
    names = {row[:3] for row in ordered}
    if len(names) != len(ordered) or any(row.number < 0 for row in ordered):
        raise ValueError("a row twice, or a number below nothing")
    return tuple(
        _group(period, kind, tuple(members))
        for (period, kind), members in groupby(ordered, key=lambda row: (row.period, row.kind))
    )


def _group(period: str, kind: str, rows: Sequence[Row]) -> Group:
    untold = _untold(sorted(rows, key=lambda row: (row.number, row.key)))
    total = None if untold else sum(row.number for row in rows)
    return Group(period, kind, tuple(_cell(row, told=row.key not in untold) for row in rows), total)


def _cell(row: Row, *, told: bool) -> Cell:
    return Cell(row.key, row.number) if told else Cell(row.key, None, small=row.number < SMALLEST_SHOWN)


def _untold(by_size: Sequence[Row]) -> set[str]:
    """The keys of cells that are not told.

    Which these are depends on nothing finer than "under 10" and "under 20", so that each may be any number of its
    range, also for a reader who knows this rule. A lone cell under 10 takes others with it, because a total that is
    known from elsewhere would tell it.
    """
    small = [row for row in by_size if row.number < SMALLEST_SHOWN]
    if len(small) != 1:
        return {row.key for row in small}
    few = [row for row in by_size if row.number < 2 * SMALLEST_SHOWN]
    return {row.key for row in (few if len(few) > 1 else by_size[:2])}
