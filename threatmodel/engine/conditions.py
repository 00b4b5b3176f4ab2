"""The condition tree that content writes, and its compiled form over bit masks.

Every option of every question is one bit. Which bit is decided by whoever compiles; this module only
needs to know, for a bit, which question it belongs to and which bits rule each other out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import NamedTuple

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


class Absent(NamedTuple):
    """Options of one question none of which may be chosen.

    ``question`` is the mask of all of the question's bits, ``ruled_out_by`` of those that each rule out every option.
    """

    options: int
    question: int
    ruled_out_by: int


class Clause(NamedTuple):
    """True when a bit of ``chosen`` is set, or when for one of ``absent`` none of its options is."""

    chosen: int
    absent: tuple[Absent, ...]


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
                    if not bits & absent.options:
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
                return (Clause(mask, ()),) if wanted else (Clause(0, (_absent(layout[question], mask),)),)
            case Fact(name):
                return clauses((facts or {})[name], wanted)
            case NoneOf(parts):
                return clauses(Any(parts), not wanted)
            case Any(parts) | All(parts):
                sets = [clauses(part, wanted) for part in parts]
                return _every(sets) if isinstance(node, All) == wanted else _some(sets)

    return Rule(_every([clauses(condition, True)]), _every([clauses(condition, False)]))


def _absent(bits: Bits, options: int) -> Absent:
    ruled_out_by = sum(bit for bit, others in bits.rules_out.items() if not options & ~others)
    return Absent(options, bits.mask, ruled_out_by)


def _every(sets: list[tuple[Clause, ...]]) -> tuple[Clause, ...]:
    return tuple(dict.fromkeys(clause for part in sets for clause in part if not _always_true(clause)))


def _always_true(clause: Clause) -> bool:
    """Whether a clause asks for an option of a question, or for all of these same options to be absent."""
    return any(not absent.options & ~clause.chosen for absent in clause.absent)


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


@dataclass(frozen=True, slots=True)
class Witness:
    """The answers behind the bits that are set.

    ``bits`` are those set, ``assumed`` those of them that nobody said, ``told`` those that stand for themselves; for
    any other question's bits, ``behind(question's mask)`` gives the answers that stand behind it.
    """

    bits: int
    assumed: int
    told: int
    behind: Callable[[int], int]

    def cost(self, answers: int) -> int:
        """Fewest answers first; among equals, those that somebody gave."""
        return answers.bit_count() * 1024 + (answers & self.assumed).bit_count()

    def alone(self, clause: Clause) -> int:
        """The set bits each of which alone shows that a clause holds."""
        found = self.bits & clause.chosen
        for absent in clause.absent:
            if not self.bits & absent.options:
                found |= self.bits & absent.ruled_out_by
        return found & self.told

    def together(self, clause: Clause, layout: Mapping[int, int]) -> set[int]:
        """Sets of answers that only together show that a clause holds. ``layout`` maps a bit to its question's mask."""
        found = {self.behind(layout[bit]) for bit in set_bits(self.bits & clause.chosen & ~self.told)}
        for absent in clause.absent:
            if not self.bits & absent.options:
                whole = self.bits & absent.question & self.told
                if not whole:
                    found.add(self.behind(absent.question))
                elif not whole & absent.ruled_out_by:
                    found.add(whole)
        return found


def smallest_reason(clauses: Iterable[Clause], witness: Witness, layout: Mapping[int, int]) -> int:
    """Find the cheapest set of answers that alone makes these clauses hold, as a mask.

    The clauses must hold of the witness's bits. Equal answers always give the same reason.
    """
    bits, told, unsaid = witness.bits, witness.told, witness.assumed
    reason = seen = 0
    for chosen, absents in clauses:
        alone = bits & chosen
        plain = not alone & ~told
        for absent in absents:
            if not bits & absent.options:
                alone |= bits & absent.ruled_out_by
                plain = plain and bool(bits & absent.question & told)
        alone &= told
        if not plain or not alone or alone & seen:  # not one answer for each clause: compare all there are
            return _compare_all(clauses, witness, layout)
        seen |= alone
        said = alone & ~unsaid or alone
        reason |= said & -said
    return reason


def _compare_all(clauses: Iterable[Clause], witness: Witness, layout: Mapping[int, int]) -> int:
    groups = []
    for clause in clauses:
        masks = {*set_bits(witness.alone(clause)), *witness.together(clause, layout)}
        groups.append(sorted(masks, key=lambda mask: (witness.cost(mask), mask)) if len(masks) > 1 else list(masks))
    return _cheapest_union(groups, witness.cost)


def _cheapest_union(groups: list[list[int]], cost: Callable[[int], int]) -> int:
    """Pick one mask of every group so that their union costs least; among equals, the smallest number."""
    forced = reduce(or_, (group[0] for group in groups if len(group) == 1), 0)
    groups = [group for group in groups if not any(mask & forced == mask for mask in group)]
    if not groups:
        return forced
    best = reduce(or_, (group[0] for group in groups), forced)
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

    search(groups, forced)
    return best


def set_bits(mask: int) -> Iterator[int]:
    """Yield each set bit of a mask, lowest first, as a mask of its own."""
    while mask:
        low = mask & -mask
        yield low
        mask ^= low
