"""The condition tree that content writes, and its compiled form over bit masks.

Every option of every question is one bit. Which bit is decided by whoever compiles; this module only
needs to know, for a bit, which question it belongs to and which bits rule each other out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import Protocol

UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Chosen:
    """True when at least one of these options of a question is chosen."""

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """True when the named fact is true."""

    id: str


@dataclass(frozen=True, slots=True)
class Any:
    """True when at least one part is true; of no parts, false."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class All:
    """True when every part is true; of no parts, true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """True when no part is true; of no parts, true."""

    parts: tuple[Condition, ...]


type Condition = Chosen | Fact | Any | All | NoneOf
ALWAYS: Condition = All(())


@dataclass(frozen=True, slots=True)
class Bits:
    """The bits of one question: its options in order, then `unsure`.

    ``rules_out`` maps a bit to the mask of options that cannot be chosen together with it.
    """

    mask: int
    option: Mapping[str, int]
    rules_out: Mapping[int, int]

    @property
    def unsure(self) -> int:
        return self.option[UNSURE]

    def of(self, options: Iterable[str]) -> int:
        """The mask of these options. Raises ``KeyError`` for an unknown one."""
        return sum({self.option[option] for option in options})


def lay_out(questions: Iterable[tuple[str, tuple[str, ...], frozenset[str], bool]]) -> dict[str, Bits]:
    """Give every option of every question its bit.

    Each question comes as (id, option ids, those that stand alone, whether only one may be picked).
    The order of questions and options decides the bits, so it is part of a packed answer's meaning.
    """
    layout: dict[str, Bits] = {}
    position = 0
    for question, options, alone, pick_one in questions:
        bits = {option: 1 << (position + i) for i, option in enumerate((*options, UNSURE))}
        position += len(bits)
        mask = sum(bits.values())
        lonely = sum(bits[option] for option in bits if option in alone or option == UNSURE)
        rules_out = {bit: mask & ~bit if pick_one or bit & lonely else lonely for bit in bits.values()}
        layout[question] = Bits(mask, bits, rules_out)
    return layout


@dataclass(frozen=True, slots=True)
class Clause:
    """True when a bit of ``chosen`` is set, or when for some question's options in ``absent`` none is set."""

    chosen: int
    absent: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled condition: every clause must hold, and ``inverse`` holds exactly when it does not."""

    clauses: tuple[Clause, ...]
    inverse: tuple[Clause, ...]

    def holds(self, bits: int) -> bool:
        """Say whether the condition is true of these effective bits."""
        for clause in self.clauses:
            if not bits & clause.chosen:
                for absent in clause.absent:
                    if not bits & absent:
                        break
                else:
                    return False
        return True


def compile_condition(
    condition: Condition, layout: Mapping[str, Bits], facts: Mapping[str, Condition] | None = None
) -> Rule:
    """Compile a condition to clauses over bits.

    Raises ``KeyError`` for a question, option or fact that does not exist, ``RecursionError`` for facts that lean on
    each other in a circle: content is checked before it is compiled, so either is a fault of the caller.
    """

    @cache
    def clauses(node: Condition, wanted: bool) -> tuple[Clause, ...]:
        match node:
            case Chosen(question, options):
                mask = layout[question].of(options)
                return (Clause(mask, ()),) if wanted else (Clause(0, (mask,)),)
            case Fact(name):
                return clauses((facts or {})[name], wanted)
            case NoneOf(parts):
                return clauses(Any(parts), not wanted)
            case Any(parts) | All(parts):
                sets = [clauses(part, wanted) for part in parts]
                return _every(sets) if isinstance(node, All) == wanted else _some(sets)

    return Rule(_every([clauses(condition, True)]), _every([clauses(condition, False)]))


def _every(sets: list[tuple[Clause, ...]]) -> tuple[Clause, ...]:
    return tuple(dict.fromkeys(clause for part in sets for clause in part if not _always_true(clause)))


def _always_true(clause: Clause) -> bool:
    """Whether a clause asks for an option of a question, or for all of these same options to be absent."""
    return any(absent & ~clause.chosen == 0 for absent in clause.absent)


def _some(sets: list[tuple[Clause, ...]]) -> tuple[Clause, ...]:
    """Distribute "or" over clauses; a condition that is always true has none and makes the whole true."""
    merged: tuple[Clause, ...] = (Clause(0, ()),)
    for part in sets:
        merged = tuple(
            dict.fromkeys(
                Clause(left.chosen | right.chosen, tuple(dict.fromkeys(left.absent + right.absent)))
                for left in merged
                for right in part
            )
        )
    return merged


class Witness(Protocol):
    """Says which answers stand behind a bit that is set, or behind bits that are not."""

    def cost(self, answers: int) -> int:
        """Price a set of answers, as a mask; a larger set never costs less."""

    def present(self, bit: int) -> int:
        """The answers behind a set bit, as a mask."""

    def absent(self, options: int) -> Iterable[int]:
        """Masks of answers, each of which alone shows that none of these options of one question is chosen."""


def smallest_reason(clauses: Iterable[Clause], bits: int, witness: Witness) -> int:
    """Find the cheapest set of answers that alone makes these clauses hold, as a mask.

    The clauses must hold of ``bits``. Equal answers always give the same reason.
    """
    groups: list[list[int]] = []
    for clause in clauses:
        choices = {witness.present(bit) for bit in set_bits(clause.chosen & bits)}
        for absent in clause.absent:
            if not bits & absent:
                choices.update(witness.absent(absent))
        groups.append(sorted(choices, key=lambda mask: (witness.cost(mask), mask)))
    if len(groups) <= 1:
        return groups[0][0] if groups else 0
    return _cheapest_union(groups, witness.cost)


def _cheapest_union(groups: list[list[int]], cost: Callable[[int], int]) -> int:
    """Pick one mask of every group so that their union costs least; among equals, the smallest number."""
    best = reduce(or_, (group[0] for group in groups))
    best_key = (cost(best), best)

    def search(rest: list[list[int]], taken: int) -> None:
        nonlocal best, best_key
        open_groups = [group for group in rest if not any(mask & taken == mask for mask in group)]
        key = (cost(taken), taken)
        if not open_groups:
            if key < best_key:
                best, best_key = taken, key
        elif key[0] < best_key[0]:
            for mask in open_groups[0]:
                search(open_groups[1:], taken | mask)

    search(groups, 0)
    return best


def set_bits(mask: int) -> Iterator[int]:
    """Yield each set bit of a mask, lowest first, as a mask of its own."""
    while mask:
        low = mask & -mask
        yield low
        mask ^= low
