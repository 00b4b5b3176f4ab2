"""Every set of answers at once: the engine's reading of answers, written as Booleans for z3.

It knows no property and no content. What it says of one set of answers is held against the engine's own reading each
time the solver names one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from itertools import compress, product

import z3

from threatmodel.engine import gates, model
from threatmodel.engine.answers import Answers
from threatmodel.engine.conditions import ALWAYS, Clause, Condition, set_bits
from threatmodel.engine.flow import read
from threatmodel.engine.gates import GateState, NoteId, Standing, Verdict
from threatmodel.engine.model import GATES, Action, GateId, Measure, Question, Questionnaire

UNJUDGED: Standing = "allowed"  # how an act stands that no gate speaks of


class Disagreement(RuntimeError):
    """The Booleans and the engine differ about the same answers, so nothing is proved."""


class Symbols:
    """One person's answers to a questionnaire, as unknowns.

    ``given`` holds what they chose, ``taken`` what the rules take as true, ``asked`` which questions apply, ``known``
    have a definite answer, ``on`` which gates are on; ``laws`` ties them together. With a ``twin`` these are the same
    person's answers, but for the question ``forgot``, which they left open.
    """

    def __init__(self, questionnaire: Questionnaire, *, twin: Symbols | None = None, forgot: str = "") -> None:
        self.questionnaire = questionnaire
        self.name = f"without {forgot} " if twin else ""
        self.laws: list[z3.BoolRef] = []
        self.given: Mapping[int, z3.BoolRef] = dict(twin.given) if twin else self._choices()
        if twin:
            self.given |= dict.fromkeys(set_bits(questionnaire.layout[forgot].mask), z3.BoolVal(False))
        self.taken: dict[int, z3.BoolRef] = {}
        self.asked: dict[str, z3.BoolRef] = {}
        self.known: dict[str, z3.BoolRef] = {}
        self._held: dict[Condition, z3.BoolRef] = {}
        for question in questionnaire.questions:
            self._read(question)
        self.on: Mapping[GateId, z3.BoolRef] = {
            gate.id: self._named(f"gate {gate.id}", self.holds(gate.when)) for gate in questionnaire.gates
        }

    def _choices(self) -> dict[int, z3.BoolRef]:
        """Every option chosen or not, alone where the questionnaire lets nothing stand beside it."""
        given: dict[int, z3.BoolRef] = {}
        for question, layout in self.questionnaire.layout.items():
            bits = {bit: z3.Bool(f"{question}: {option}") for option, bit in layout.option.items()}
            for bit, others in layout.rules_out.items():
                self.laws += [z3.Not(z3.And(bits[bit], bits[other])) for other in set_bits(others) if other > bit]
            given |= bits
        return given

    def _read(self, question: Question) -> None:
        """The same as one step of ``engine.flow.read``."""
        layout = self.questionnaire.layout[question.id]
        asked = self._named(f"{question.id} asked", self.holds(question.asked_if))
        definite = [self.given[bit] for bit in set_bits(layout.mask & ~layout.unsure)]
        known = self._named(f"{question.id} known", z3.Or(definite))
        assume, otherwise = layout.of(question.assume) | layout.unsure, layout.of(question.otherwise)
        for option, bit in layout.option.items():
            answer = z3.If(known, self.given[bit], z3.BoolVal(bool(assume & bit)))
            taken = z3.If(asked, answer, z3.BoolVal(bool(otherwise & bit)))
            self.taken[bit] = self._named(f"{question.id}: {option} taken", taken)
        self.asked[question.id], self.known[question.id] = asked, known

    def _named(self, name: str, value: z3.BoolRef) -> z3.BoolRef:
        named = z3.Bool(f"{self.name}{name}")
        self.laws.append(named == value)
        return named

    def holds(self, condition: Condition) -> z3.BoolRef:
        """A condition, as the rule that the engine compiles from it. Raises ``KeyError`` where it looks ahead."""
        if condition not in self._held:
            clauses = self.questionnaire.rule(condition).clauses
            self._held[condition] = z3.And([self._clause(clause) for clause in clauses])
        return self._held[condition]

    def _clause(self, clause: Clause) -> z3.BoolRef:
        absent = [z3.Not(self._any(absent.options)) for absent in clause.absent]
        return z3.Or([self._any(clause.chosen), *absent])

    def _any(self, mask: int) -> z3.BoolRef:
        return z3.Or([self.taken[bit] for bit in set_bits(mask)])

    @cached_property
    def _alone(self) -> Mapping[Action, Mapping[GateId, Verdict]]:
        return {action: _alone(action) for action in model.ACTIONS}

    def stands(self, action: Action, standing: Standing) -> z3.BoolRef:
        """Whether the engine's judge says this of an act: the strictest gate that is on decides."""
        by = self._alone[action]
        rank = gates.STANDINGS.index
        stricter = [self.on[gate] for gate, verdict in by.items() if rank(verdict.standing) > rank(standing)]
        same = [self.on[gate] for gate, verdict in by.items() if verdict.standing == standing]
        reached = z3.BoolVal(True) if standing == UNJUDGED else z3.Or(same)
        return z3.And(reached, z3.Not(z3.Or(stricter)))

    def noted(self, action: Action, note: NoteId) -> z3.BoolRef:
        """Whether the engine's judge prints a note beside an act."""
        always = note in gates.judge(action, _states(frozenset())).notes
        by = [self.on[gate] for gate, verdict in self._alone[action].items() if note in verdict.notes]
        return z3.Or([z3.BoolVal(always), *by])

    def has(self, measure: Measure) -> z3.BoolRef:
        """Whether a measure is in the plan, offered or to ask about first."""
        return z3.And(self.holds(measure.applies), z3.Not(self.stands(measure.action, "blocked")))

    def offers(self, measure: Measure) -> z3.BoolRef:
        return z3.And(self.holds(measure.applies), self.stands(measure.action, "allowed"))


@cache
def _states(on: frozenset[GateId]) -> dict[GateId, GateState]:
    return {gate: GateState(model.Gate(gate, ALWAYS, ()), gate in on, ()) for gate in GATES}


def _alone(action: Action) -> dict[GateId, Verdict]:
    """What the judge says of an act with each gate on alone."""
    return {gate: gates.judge(action, _states(frozenset({gate}))) for gate in GATES}


def judge_differences() -> tuple[list[str], int]:
    """Where the judge does more than to let the strictest gate decide and to print every gate's notes.

    Asked of every act under every set of gates, whose number comes second. What ``Symbols`` says of acts rests on it.
    """
    wrong, cases, rank = [], 0, gates.STANDINGS.index
    for action in model.ACTIONS:
        alone = _alone(action)
        plain = gates.judge(action, _states(frozenset()))
        for chosen in product((False, True), repeat=len(GATES)):
            on = frozenset(compress(GATES, chosen))
            cases += 1
            verdict = gates.judge(action, _states(on))
            strictest = max([UNJUDGED, *(alone[gate].standing for gate in on)], key=rank)
            notes = {*plain.notes, *(note for gate in on for note in alone[gate].notes)}
            if verdict.standing != strictest or set(verdict.notes) != notes:
                wrong.append(f"{action} with {', '.join(sorted(on)) or 'no gate'} on")
    return wrong, cases


class Search:
    """Looks for a set of answers, among all that a person can choose."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self._solver = z3.SolverFor("QF_FD")
        self._solver.add(symbols.laws)

    def find(self, claim: z3.BoolRef, beside: Iterable[z3.BoolRef] = ()) -> Answers | None:
        """Answers that make a claim true under further laws; None when there are none.

        Raises ``Disagreement`` when the engine reads those answers differently.
        """
        return self._find([claim, *beside])

    def smallest(self, claim: z3.BoolRef, beside: Iterable[z3.BoolRef] = ()) -> Answers | None:
        """As ``find``, with no option that could be left away on its own."""
        laws = [claim, *beside]
        found = self._find(laws)
        if found is None:
            return None
        laws += [z3.Not(symbol) for bit, symbol in self.symbols.given.items() if not bit & found.bits]
        whole = [layout.mask for layout in self.symbols.questionnaire.layout.values()]
        for mask in (*whole, *self.symbols.given):
            if mask & found.bits:
                fewer = [*laws, *(z3.Not(self.symbols.given[bit]) for bit in set_bits(mask & found.bits))]
                if without := self._find(fewer):
                    laws, found = fewer, without
        return found

    def impossible(self, claims: list[z3.BoolRef]) -> list[int]:
        """The numbers of the claims, from 0, that no answers make true. Each set of answers found serves many claims.

        Raises ``Disagreement`` as ``find`` does.
        """
        rest = dict(enumerate(claims))
        while rest:
            self._solver.push()
            try:
                found = self._solve([z3.Or(list(rest.values()))])
                if found is None:
                    return list(rest)
                self._answers(found)
                left = {number: claim for number, claim in rest.items() if not _is_true(found, claim)}
            finally:
                self._solver.pop()
            if len(left) == len(rest):
                raise Disagreement("the solver names answers that show none of what it was asked for")
            rest = left
        return []

    def _find(self, laws: list[z3.BoolRef]) -> Answers | None:
        self._solver.push()
        try:
            found = self._solve(laws)
            return None if found is None else self._answers(found)
        finally:
            self._solver.pop()

    def _solve(self, laws: list[z3.BoolRef]) -> z3.ModelRef | None:
        self._solver.add(laws)
        verdict = self._solver.check()
        if verdict == z3.unknown:
            raise Disagreement(f"the solver gave up: {self._solver.reason_unknown()}")
        return None if verdict == z3.unsat else self._solver.model()

    def _answers(self, found: z3.ModelRef) -> Answers:
        answers = Answers(self.symbols.questionnaire, _true(found, self.symbols.given))
        answers = Answers.unpack(self.symbols.questionnaire, answers.pack())  # refuses what nobody can choose
        reading = read(answers)
        if reading.bits != _true(found, self.symbols.taken):
            raise Disagreement(f"the engine reads these answers differently: {answers.as_mapping()}")
        return answers


def _true(found: z3.ModelRef, bits: Mapping[int, z3.BoolRef]) -> int:
    return sum(bit for bit, symbol in bits.items() if _is_true(found, symbol))


def _is_true(found: z3.ModelRef, claim: z3.BoolRef) -> bool:
    return bool(z3.is_true(found.eval(claim, model_completion=True)))
