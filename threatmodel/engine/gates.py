"""The gates, and the one matrix that says what a gate does to an act.

The matrix is code on purpose: content can say when a gate is on, and has no way to say what it lets through.
Its rows are those of the legal research, part H; where two gates meet, the stricter stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from threatmodel.engine.conditions import Rule
from threatmodel.engine.flow import Because, Reading
from threatmodel.engine.model import GATES, Action, Gate, GateId, Questionnaire

type Standing = Literal["allowed", "ask-first", "blocked"]
type NoteId = Literal[
    "ask-your-lawyer",
    "copy-first",
    "never-in-bulk",
    "off-if-a-case-starts",
    "truth-and-counsel",
    "not-the-monitor",
    "advocate-first",
]

STANDINGS: tuple[Standing, ...] = get_args(Standing.__value__)
NOTES: tuple[NoteId, ...] = get_args(NoteId.__value__)

WITHOUT_GATES: Mapping[Action, tuple[NoteId, ...]] = {
    "harden": (),
    "third-party": (),
    "visibility": ("copy-first",),
    "retention": ("copy-first", "off-if-a-case-starts"),
    "destroy": ("copy-first", "never-in-bulk"),
    "government": ("truth-and-counsel",),
}


class Effect(NamedTuple):
    """What one gate, when it is on, does to one action."""

    standing: Standing
    notes: tuple[NoteId, ...] = ()


BLOCKED = Effect("blocked")
MATRIX: Mapping[Action, Mapping[GateId, Effect]] = {
    "harden": {
        "survivor": Effect("allowed", ("advocate-first",)),
        "monitor": Effect("allowed", ("not-the-monitor",)),
    },
    "third-party": {
        "hold": Effect("allowed", ("ask-your-lawyer",)),
        "survivor": Effect("allowed", ("advocate-first",)),
    },
    "visibility": {
        "hold": Effect("ask-first", ("ask-your-lawyer",)),
        "public": BLOCKED,
        "survivor": Effect("ask-first", ("advocate-first",)),
        "monitor": Effect("allowed", ("not-the-monitor",)),
    },
    "retention": {"hold": BLOCKED, "public": BLOCKED, "survivor": BLOCKED, "monitor": BLOCKED},
    "destroy": {"hold": BLOCKED, "public": BLOCKED, "survivor": BLOCKED, "monitor": BLOCKED},
    "government": {"survivor": Effect("allowed", ("advocate-first",))},
}


class GatesUnavailable(RuntimeError):
    """The gates could not be evaluated, so there is no plan."""


@dataclass(frozen=True, slots=True)
class GateState:
    """Whether a gate is on, and the smallest set of answers that made it so or keeps it off."""

    gate: Gate
    on: bool
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the matrix says of an act: how it stands, which gate made it stand so, and what to print beside it."""

    standing: Standing
    gate: GateId | None
    notes: tuple[NoteId, ...]


@lru_cache(maxsize=16)
def _rules(questionnaire: Questionnaire) -> tuple[tuple[Gate, Rule], ...]:
    order = {gate: i for i, gate in enumerate(GATES)}
    return tuple(
        (gate, questionnaire.rule(gate.when)) for gate in sorted(questionnaire.gates, key=lambda g: order[g.id])
    )


def evaluate_gates(reading: Reading) -> dict[GateId, GateState]:
    """Say of every gate whether it is on, in the order of the matrix.

    Raises ``GatesUnavailable`` when any of them cannot be evaluated: a gate that cannot be read must not read as off.
    """
    states = {}
    try:
        for gate, rule in _rules(reading.questionnaire):
            on = rule.holds(reading.bits)
            states[gate.id] = GateState(gate, on, reading.because(rule.clauses if on else rule.inverse))
    except (KeyError, RecursionError) as fault:
        raise GatesUnavailable(str(fault)) from fault
    if tuple(states) != GATES:
        raise GatesUnavailable("a gate of the matrix is missing")
    return states


def judge(action: Action, gates: Mapping[GateId, GateState]) -> Verdict:
    """Apply the matrix to an act. The strictest gate that is on decides; among equals, the first of the matrix."""
    standing: Standing = "allowed"
    by: GateId | None = None
    notes = dict.fromkeys(WITHOUT_GATES[action])
    for gate, effect in MATRIX[action].items():
        if gates[gate].on:
            if STANDINGS.index(effect.standing) > STANDINGS.index(standing):
                standing, by = effect.standing, gate
            notes |= dict.fromkeys(effect.notes)
    return Verdict(standing, by, tuple(notes))
