"""Which answers that are not known yet would change a plan the most, and what would appear or go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from threatmodel.engine.answers import Answers
from threatmodel.engine.conditions import Rule
from threatmodel.engine.flow import read
from threatmodel.engine.gates import MATRIX, STANDINGS, Standing
from threatmodel.engine.model import ACTIONS, Action, GateId, Measure, Question, Questionnaire, Safeguard
from threatmodel.engine.plan import ended


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question without a definite answer.

    ``changes`` counts the items that the most telling answer would bring, take away or make ask-first; ``appear`` and
    ``go`` are the ids that any of its answers would bring or take away.
    """

    question: Question
    changes: int
    appear: tuple[str, ...]
    go: tuple[str, ...]


class _Rules(NamedTuple):
    gates: tuple[tuple[GateId, Rule], ...]
    items: tuple[tuple[Measure | Safeguard, Rule], ...]


@lru_cache(maxsize=16)
def _rules(pack: Questionnaire) -> _Rules:
    said = (safeguard for safeguard in pack.safeguards if not safeguard.clinic_only)
    items: list[Measure | Safeguard] = [*pack.measures, *said]
    return _Rules(
        tuple((gate.id, pack.rule(gate.when)) for gate in pack.gates),
        tuple((item, pack.rule(item.applies)) for item in items),
    )


def shown(answers: Answers, as_of: date) -> Mapping[str, Standing]:
    """The ids of the measures and safeguards in the plan of this day, each with how it stands."""
    bits = read(answers).bits
    rules = _rules(answers.questionnaire)
    on = {gate for gate, rule in rules.gates if rule.holds(bits)}
    standing = {action: _standing(action, on) for action in ACTIONS}
    found: dict[str, Standing] = {}
    for item, rule in rules.items:
        how = standing[item.action] if isinstance(item, Measure) else "allowed"
        if how != "blocked" and rule.holds(bits) and not ended(item, as_of):
            found[item.id] = how
    return found


def _standing(action: Action, on: set[GateId]) -> Standing:
    effects = (effect.standing for gate, effect in MATRIX[action].items() if gate in on)
    return max(effects, default="allowed", key=STANDINGS.index)


def open_questions(answers: Answers, as_of: date, most: int) -> tuple[OpenQuestion, ...]:
    """The questions that apply, have no definite answer, and would change this plan, the most telling first.

    At most ``most`` of them. Each option is tried alone, with every other answer as it is.
    """
    reading = read(answers)
    now = shown(answers, as_of)
    found = []
    for question in answers.questionnaire.questions:
        layout = answers.questionnaire.layout[question.id]
        known = answers.bits & layout.mask & ~layout.unsure
        if question.id in reading.on_path and not known:
            found.append(_open(answers, question, now, as_of))
    telling = sorted((one for one in found if one.changes), key=lambda one: -one.changes)
    return tuple(telling[:most])


def _open(answers: Answers, question: Question, now: Mapping[str, Standing], as_of: date) -> OpenQuestion:
    changes = 0
    appear: dict[str, None] = {}
    go: dict[str, None] = {}
    for option in question.options:
        then = shown(answers.choose(question.id, (option.id,)), as_of)
        come, gone = then.keys() - now.keys(), now.keys() - then.keys()
        moved = sum(now[id_] != then[id_] for id_ in now.keys() & then.keys())
        changes = max(changes, len(come) + len(gone) + moved)
        appear |= dict.fromkeys(sorted(come))
        go |= dict.fromkeys(sorted(gone))
    return OpenQuestion(question, changes, tuple(appear), tuple(go))


class PathDifference(NamedTuple):
    """The questions that come to apply to a person, and those that no longer do, each in asking order."""

    opened: tuple[Question, ...]
    closed: tuple[Question, ...]


def path_difference(now: Answers, then: Answers) -> PathDifference:
    """Which questions apply with the one set of answers and not with the other, whatever the depth of the walk."""
    before, after = read(now).on_path, read(then).on_path
    questions = now.questionnaire.questions
    return PathDifference(
        tuple(question for question in questions if question.id in after - before),
        tuple(question for question in questions if question.id in before - after),
    )
