"""What must hold of every plan, proved over every set of answers that a person can give, not over a sample.

A property is a list of cases, each a claim that no answers may make true (or that some answers must). What a
property says stands with it; the invariants of the legal research have a module of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import z3

from threatmodel.content.symbols import Search, Symbols, judge_differences
from threatmodel.engine.answers import Answers
from threatmodel.engine.conditions import All, Any, Chosen, Condition, Fact, NoneOf
from threatmodel.engine.model import Measure, Questionnaire
from threatmodel.engine.plan import FIRST, MOST_TODAY

LONGEST: dict[Literal["quick", "full"], int] = {"quick": 13, "full": 28}


class Case(NamedTuple):
    """A claim about one set of answers. It is a fault when some answers make it true; with ``wanted``, when none do.

    ``beside`` are further laws that tie a claim to the answers, where it may not be true.
    """

    says: str
    claim: z3.BoolRef
    wanted: bool = False
    beside: Iterable[z3.BoolRef] = ()


class Property(NamedTuple):
    id: str
    says: str
    cases: Callable[[Symbols], Iterator[Case]]


@dataclass(frozen=True, slots=True)
class Counter:
    """Something that does not hold, with the fewest answers that show it; None where no answers could."""

    says: str
    answers: Answers | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of a property: it holds of its ``cases`` when there are no counter-examples."""

    id: str
    says: str
    cases: int
    counters: tuple[Counter, ...]


def prove(questionnaire: Questionnaire, wanted: Iterable[Property]) -> Iterator[Proof]:
    """Prove each property in turn. Raises ``Disagreement`` when the proof and the engine differ."""
    rests_on = tuple(_ground(questionnaire))
    yield from rests_on
    if any(proof.counters for proof in rests_on):
        return  # the rest could be said, but would mean nothing
    symbols = Symbols(questionnaire)
    search = Search(symbols)
    for property_ in wanted:
        try:
            cases = list(property_.cases(symbols))
        except KeyError as missing:
            unsaid = Counter(f"There is no {missing} in this pack, so this cannot be said of it.", None)
            yield Proof(property_.id, property_.says, 0, (unsaid,))
            continue
        yield Proof(property_.id, property_.says, len(cases), tuple(_counters(search, cases)))


def as_file(counter: Counter) -> str:
    """A counter-example as an answers file for `manage.py plan`; only a comment when no answers show it."""
    lines = [f"# {counter.says}"]
    if counter.answers:
        chosen = counter.answers.as_mapping()
        lines += [f"{question}: [{', '.join(options)}]" for question, options in chosen.items()] or ["{}"]
    return "\n".join(lines)


def _counters(search: Search, cases: list[Case]) -> Iterator[Counter]:
    wanted = [case for case in cases if case.wanted]
    for number in search.impossible([case.claim for case in wanted]):
        yield Counter(wanted[number].says, None)
    for case in cases:
        if not case.wanted and (answers := search.smallest(case.claim, case.beside)):
            yield Counter(case.says, answers)


def _ground(questionnaire: Questionnaire) -> Iterator[Proof]:
    """What the Booleans rest on: how the judge works, and that no question looks ahead."""
    wrong, cases = judge_differences()
    says = "The strictest gate that is on decides over an act, under every set of gates"
    yield Proof("judge", says, cases, tuple(Counter(f"The judge does otherwise: {what}.", None) for what in wrong))
    ahead = []
    for question in questionnaire.questions:
        before = min(questionnaire.layout[question.id].option.values()) - 1
        clauses = questionnaire.rule(question.asked_if).clauses
        read = [mask for chosen, absents in clauses for mask in (chosen, *(absent.options for absent in absents))]
        if any(mask & ~before for mask in read):
            ahead.append(Counter(f"{question.id!r} is asked after what it decides.", None))
    yield Proof("looks-back", "A question leans only on those above it", len(questionnaire.questions), tuple(ahead))


def properties() -> tuple[Property, ...]:
    """What must hold of any pack. What the legal research asks of ours stands in ``invariants``."""
    return (
        Property("hold", "With 'hold' on, no plan has a measure that destroys or lets things expire", _hold),
        Property("visible", "'public' leaves out what hides, and 'hold' allows it only after asking", _visible),
        Property("reachable", "Every option, gate, vector, measure and safeguard comes up for somebody", _reachable),
        Property("lanes", "No plan is empty in either lane", _lanes),
        Property(
            "today",
            f"What gates put first always fits into today's {MOST_TODAY} "
            "(that today never holds more is the engine's own count, and tested, not proved here)",
            _today,
        ),
        Property("unsure", "To leave a deciding question open never turns a gate off that an answer turns on", _unsure),
        Property("claims", "No measure in a plan claims what only law governs", _claims),
        Property("length", f"A walk ends: at most {LONGEST['quick']} questions, in full {LONGEST['full']}", _length),
    )


def _hold(symbols: Symbols) -> Iterator[Case]:
    for measure in symbols.questionnaire.measures:
        if measure.action in ("destroy", "retention"):
            yield in_plan(symbols, measure, symbols.on["hold"], "with 'hold' on")


def _visible(symbols: Symbols) -> Iterator[Case]:
    for measure in symbols.questionnaire.measures:
        if measure.action == "visibility":
            yield in_plan(symbols, measure, symbols.on["public"], "with 'public' on")
            offered = z3.And(symbols.offers(measure), symbols.on["hold"])
            yield Case(f"{measure.id!r} is offered, not asked about first, with 'hold' on.", offered)


def in_plan(symbols: Symbols, measure: Measure, when: z3.BoolRef, how: str) -> Case:
    """That a measure is in the plan of somebody in whose plan it has no place."""
    return Case(f"{measure.id!r} is in the plan {how}.", z3.And(symbols.has(measure), when))


def _reachable(symbols: Symbols) -> Iterator[Case]:
    pack = symbols.questionnaire
    for question, layout in pack.layout.items():
        for option, bit in layout.option.items():
            possible = z3.And(symbols.asked[question], symbols.given[bit])
            yield Case(f"Nobody can choose {option!r} of {question!r}.", possible, wanted=True)
    for gate, on in symbols.on.items():
        yield Case(f"The gate {gate!r} is never on.", on, wanted=True)
    for vector in pack.vectors:
        yield Case(f"The vector {vector.id!r} is in no plan.", symbols.holds(vector.applies), wanted=True)
    for measure in pack.measures:
        yield Case(f"The measure {measure.id!r} is in no plan.", symbols.has(measure), wanted=True)
    for safeguard in pack.safeguards:
        yield Case(f"The safeguard {safeguard.id!r} is in no plan.", symbols.holds(safeguard.applies), wanted=True)


def _lanes(symbols: Symbols) -> Iterator[Case]:
    pack = symbols.questionnaire
    offered = [symbols.offers(measure) for measure in pack.measures]
    yield Case("No measure is offered.", z3.Not(z3.Or(offered)))
    legal = [symbols.holds(safeguard.applies) for safeguard in pack.safeguards if not safeguard.clinic_only]
    yield Case("The legal lane is empty.", z3.Not(z3.Or(legal)))


def _today(symbols: Symbols) -> Iterator[Case]:
    first = {
        measure.id: z3.And(symbols.offers(measure), z3.Or([symbols.on[gate] for gate in measure.first_with]))
        for measure in symbols.questionnaire.measures
        if set(measure.first_with) & set(FIRST)
    }
    if len(first) > MOST_TODAY:
        too_many = z3.AtLeast(*first.values(), MOST_TODAY + 1)
        yield Case(f"Gates put more than {MOST_TODAY} of {', '.join(first)} first.", too_many)
    for measure in symbols.questionnaire.measures:
        for gate in measure.first_with:
            asked_first = z3.And(symbols.has(measure), symbols.on[gate], z3.Not(symbols.offers(measure)))
            yield Case(f"{measure.id!r} comes first with {gate!r}, but has to be asked about.", asked_first)


def _unsure(symbols: Symbols) -> Iterator[Case]:
    twins: dict[str, Symbols] = {}
    for gate in symbols.questionnaire.gates:
        for question in deciding(symbols.questionnaire, gate.decided_by):
            if question not in twins:
                twins[question] = Symbols(symbols.questionnaire, twin=symbols, forgot=question)
            twin = twins[question]
            off = z3.And(symbols.known[question], symbols.on[gate.id], z3.Not(twin.on[gate.id]))
            yield Case(f"{gate.id!r} is on here, and off when {question!r} is left open.", off, beside=twin.laws)


def deciding(questionnaire: Questionnaire, questions: Iterable[str]) -> tuple[str, ...]:
    """These questions and those that decide whether they are asked, in asking order."""
    found: set[str] = set()
    rest = list(questions)
    while rest:
        question = rest.pop()
        if question not in found:
            found.add(question)
            rest += [leaf.question for leaf in leaves(questionnaire, questionnaire.question[question].asked_if)]
    return tuple(question.id for question in questionnaire.questions if question.id in found)


def leans_beyond(questionnaire: Questionnaire) -> dict[str, tuple[str, ...]]:
    """The questions that a gate reads and that its ``decided_by`` leaves out; 'unsure' says nothing of these."""
    beyond: dict[str, tuple[str, ...]] = {}
    for gate in questionnaire.gates:
        read = dict.fromkeys(leaf.question for leaf in leaves(questionnaire, gate.when))
        if more := tuple(question for question in read if question not in gate.decided_by):
            beyond[gate.id] = more
    return beyond


def leaves(questionnaire: Questionnaire, condition: Condition) -> Iterator[Chosen]:
    """The answers a condition names, also through facts."""
    match condition:
        case Chosen():
            yield condition
        case Fact(name):
            yield from leaves(questionnaire, questionnaire.facts[name])
        case Any(parts) | All(parts) | NoneOf(parts):
            for part in parts:
                yield from leaves(questionnaire, part)


def _claims(symbols: Symbols) -> Iterator[Case]:
    lanes = {vector.id: vector.lane for vector in symbols.questionnaire.vectors}
    for measure in symbols.questionnaire.measures:
        legal = [vector for vector in measure.reduces if lanes[vector] != "hygiene"]
        when = z3.BoolVal(bool(legal))
        yield in_plan(symbols, measure, when, f"and claims to reduce {', '.join(legal)}")


def _length(symbols: Symbols) -> Iterator[Case]:
    walks = {
        "quick": [symbols.asked[q.id] for q in symbols.questionnaire.questions if q.quick],
        "full": [symbols.asked[q.id] for q in symbols.questionnaire.questions if not q.later],
    }
    for depth, most in LONGEST.items():
        if len(walks[depth]) > most:
            yield Case(f"The {depth} walk is longer than {most}.", z3.AtLeast(*walks[depth], most + 1))
        else:
            yield Case(f"The {depth} walk is longer than {most}.", z3.BoolVal(False))
