"""Answers → plan. The order of everything here is a function of the answers and the day, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from threatmodel.engine.answers import Answers
from threatmodel.engine.conditions import Clause, Condition, Rule
from threatmodel.engine.flow import Because, Reading, read
from threatmodel.engine.gates import GateState, Verdict, evaluate_gates, judge
from threatmodel.engine.model import LEVELS, GateId, Level, Measure, Questionnaire, Safeguard, Vector

type Bucket = Literal["today", "soon", "later"]
MOST_TODAY = 3


@dataclass(frozen=True, slots=True)
class Exposure:
    """A vector that applies to this person: its level now, and after the plan's allowed measures."""

    vector: Vector
    level: Level
    after: Level
    because: tuple[Because, ...]
    stale: bool


@dataclass(frozen=True, slots=True)
class PlannedMeasure:
    """A measure in the plan. ``reduces`` holds only exposures of this person that it would really lower."""

    measure: Measure
    verdict: Verdict
    bucket: Bucket
    reduces: Mapping[str, Level]
    cautions: tuple[str, ...]
    because: tuple[Because, ...]
    stale: bool

    @property
    def ask_first(self) -> bool:
        return self.verdict.standing == "ask-first"


@dataclass(frozen=True, slots=True)
class PlannedSafeguard:
    safeguard: Safeguard
    because: tuple[Because, ...]
    stale: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An item that is not in the plan, and the gate or the answers that left it out."""

    item: Measure | Safeguard
    gate: GateId | None
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class LookAgain:
    """The day to look again, and the items of the plan that fall due first."""

    on: date
    due: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    questionnaire: Questionnaire
    as_of: date
    asked: Mapping[str, tuple[str, ...]]
    assumed: Mapping[str, tuple[str, ...]]
    gates: Mapping[GateId, GateState]
    exposures: tuple[Exposure, ...]
    hygiene: tuple[PlannedMeasure, ...]
    legal: tuple[PlannedSafeguard, ...]
    left_out: tuple[LeftOut, ...]
    look_again: LookAgain

    @property
    def stop_first(self) -> tuple[GateState, ...]:
        return tuple(state for state in self.gates.values() if state.on and state.gate.show == "stop")

    @property
    def keep_in_mind(self) -> tuple[GateState, ...]:
        return tuple(state for state in self.gates.values() if state.on and state.gate.show == "note")

    @property
    def today(self) -> tuple[PlannedMeasure, ...]:
        return tuple(item for item in self.hygiene if item.bucket == "today")

    @property
    def out_of_reach(self) -> tuple[Exposure, ...]:
        return tuple(exposure for exposure in self.exposures if exposure.vector.lane == "out-of-reach")


class _Compiled(NamedTuple):
    vectors: tuple[tuple[Vector, Rule, Rule | None, Rule | None], ...]
    measures: tuple[tuple[Measure, Rule], ...]
    safeguards: tuple[tuple[Safeguard, Rule], ...]


@lru_cache(maxsize=16)
def _compiled(questionnaire: Questionnaire) -> _Compiled:
    rule = questionnaire.rule

    def level(condition: Condition | None) -> Rule | None:
        return None if condition is None else rule(condition)

    return _Compiled(
        tuple((v, rule(v.applies), level(v.high), level(v.medium)) for v in questionnaire.vectors),
        tuple((measure, rule(measure.applies)) for measure in questionnaire.measures),
        tuple((safeguard, rule(safeguard.applies)) for safeguard in questionnaire.safeguards),
    )


def build_plan(answers: Answers, as_of: date, *, staff: bool = False) -> Plan:
    """Work out the plan for these answers on this day.

    What is for clinic staff only is left away unless ``staff``. Raises ``GatesUnavailable`` when the gates cannot be
    evaluated: there is no plan without them.
    """
    reading = read(answers)
    gates = evaluate_gates(reading)
    compiled = _compiled(answers.questionnaire)
    exposures = _exposures(compiled, reading, as_of)
    hygiene, kept_out = _hygiene(compiled, reading, gates, {e.vector.id: e.level for e in exposures}, as_of)
    legal, unsaid = _legal(compiled, reading, as_of, staff)
    questions = answers.questionnaire.questions
    return Plan(
        questionnaire=answers.questionnaire,
        as_of=as_of,
        asked={q.id: chosen for q in questions if q.id in reading.on_path and (chosen := answers.chosen(q.id))},
        assumed={
            q.id: q.assume
            for q in questions
            if q.id in reading.on_path and reading.assumed & answers.questionnaire.layout[q.id].mask
        },
        gates=gates,
        exposures=_after(exposures, hygiene),
        hygiene=hygiene,
        legal=legal,
        left_out=(*kept_out, *unsaid),
        look_again=_look_again(answers.questionnaire, exposures, hygiene, legal, as_of),
    )


def _exposures(compiled: _Compiled, reading: Reading, as_of: date) -> tuple[Exposure, ...]:
    exposures = []
    for vector, applies, high, medium in compiled.vectors:
        if applies.holds(reading.bits):
            level, clauses = _level(reading.bits, high, medium)
            because = reading.because((*applies.clauses, *clauses))
            exposures.append(Exposure(vector, level, level, because, as_of > vector.review_by))
    return tuple(exposures)


def _level(bits: int, high: Rule | None, medium: Rule | None) -> tuple[Level, tuple[Clause, ...]]:
    if high and high.holds(bits):
        return "high", high.clauses
    if medium and medium.holds(bits):
        return "medium", medium.clauses
    return "low", ()


def _hygiene(
    compiled: _Compiled,
    reading: Reading,
    gates: Mapping[GateId, GateState],
    levels: Mapping[str, Level],
    as_of: date,
) -> tuple[tuple[PlannedMeasure, ...], tuple[LeftOut, ...]]:
    verdicts = {action: judge(action, gates) for action in {measure.action for measure, _ in compiled.measures}}
    kept: list[tuple[Measure, Rule, Verdict, dict[str, Level]]] = []
    left_out: list[LeftOut] = []
    for measure, rule in compiled.measures:
        verdict = verdicts[measure.action]
        if not rule.holds(reading.bits):
            left_out.append(LeftOut(measure, None, reading.because(rule.inverse)))
        elif verdict.gate and verdict.standing == "blocked":
            left_out.append(LeftOut(measure, verdict.gate, gates[verdict.gate].because))
        else:
            reduces = {v: left for v, left in measure.reduces.items() if v in levels and _lower(left, levels[v])}
            kept.append((measure, rule, verdict, reduces))
    kept.sort(key=lambda row: _rank(row[0], row[2], row[3], gates, levels))
    buckets = _buckets(reading, [(measure, verdict) for measure, _, verdict, _ in kept], gates)
    planned = (
        PlannedMeasure(
            measure,
            verdict,
            bucket,
            reduces,
            tuple(c for c in measure.cautions if c not in gates or gates[c].on),  # type: ignore[index]
            reading.because(rule.clauses),
            as_of > measure.review_by,
        )
        for (measure, rule, verdict, reduces), bucket in zip(kept, buckets, strict=True)
    )
    return tuple(sorted(planned, key=lambda item: ("today", "soon", "later").index(item.bucket))), tuple(left_out)


def _lower(left: Level, now: Level) -> bool:
    return LEVELS.index(left) < LEVELS.index(now)


def _comes_first(measure: Measure, gates: Mapping[GateId, GateState]) -> bool:
    return any(gates[gate].on for gate in measure.first_with)


def _rank(
    measure: Measure,
    verdict: Verdict,
    reduces: Mapping[str, Level],
    gates: Mapping[GateId, GateState],
    levels: Mapping[str, Level],
) -> tuple[float, ...]:
    """Order measures: what a gate puts first; allowed before ask-first; then worst level, then most for the minutes.

    Levels are only compared and counted in steps, never added up to a score of risk. Equal ranks keep content order.
    """
    worst = max((LEVELS.index(levels[vector]) for vector in reduces), default=-1)
    steps = sum(LEVELS.index(levels[vector]) - LEVELS.index(left) for vector, left in reduces.items())
    first = 0 if _comes_first(measure, gates) else 1
    allowed = 0 if verdict.standing == "allowed" else 1
    return (first, allowed, measure.priority, -worst, -steps / measure.minutes)


def _buckets(
    reading: Reading, kept: Iterable[tuple[Measure, Verdict]], gates: Mapping[GateId, GateState]
) -> list[Bucket]:
    """Sort ranked measures into today, soon and later by the minutes the person has.

    What a gate puts first is for today whatever it takes; what needs asking first never is.
    """
    today, soon = _minutes(reading)
    buckets: list[Bucket] = []
    spent = taken = 0
    for measure, verdict in kept:
        fits_today = spent + measure.minutes <= today or _comes_first(measure, gates)
        if verdict.standing != "allowed":
            buckets.append("later")
        elif taken < MOST_TODAY and fits_today:
            taken, spent = taken + 1, spent + measure.minutes
            buckets.append("today")
        elif spent + measure.minutes <= soon:
            spent += measure.minutes
            buckets.append("soon")
        else:
            buckets.append("later")
    return buckets


def _minutes(reading: Reading) -> tuple[int, int]:
    """Minutes for today, and for today and soon together; the least where more than one answer is taken as true."""
    budget = reading.questionnaire.budget
    layout = reading.questionnaire.layout[budget.question]
    chosen = [option for option in budget.today if reading.bits & layout.option[option]]
    return min(budget.today[option] for option in chosen), min(budget.soon[option] for option in chosen)


def _after(exposures: Iterable[Exposure], hygiene: Iterable[PlannedMeasure]) -> tuple[Exposure, ...]:
    """Lower each exposure to what the allowed measures leave; what needs asking first does not count as done."""
    left: dict[str, Level] = {}
    for item in hygiene:
        if item.verdict.standing == "allowed":
            for vector, level in item.reduces.items():
                left[vector] = min(left.get(vector, level), level, key=LEVELS.index)
    return tuple(Exposure(e.vector, e.level, left.get(e.vector.id, e.level), e.because, e.stale) for e in exposures)


def _legal(
    compiled: _Compiled, reading: Reading, as_of: date, staff: bool
) -> tuple[tuple[PlannedSafeguard, ...], tuple[LeftOut, ...]]:
    planned, left_out = [], []
    for safeguard, rule in compiled.safeguards:
        if safeguard.clinic_only and not staff:
            continue
        if rule.holds(reading.bits):
            because = reading.because(rule.clauses)
            planned.append(PlannedSafeguard(safeguard, because, as_of > safeguard.stale_after))
        else:
            left_out.append(LeftOut(safeguard, None, reading.because(rule.inverse)))
    return tuple(planned), tuple(left_out)


def _look_again(
    questionnaire: Questionnaire,
    exposures: Iterable[Exposure],
    hygiene: Iterable[PlannedMeasure],
    legal: Iterable[PlannedSafeguard],
    as_of: date,
) -> LookAgain:
    """The pack's own interval, or the first day on which something in the plan goes stale, whichever is sooner."""
    ends = {e.vector.id: e.vector.review_by for e in exposures}
    ends |= {item.measure.id: item.measure.review_by for item in hygiene}
    ends |= {item.safeguard.id: item.safeguard.stale_after for item in legal}
    ahead = {item: end + timedelta(days=1) for item, end in ends.items() if end >= as_of}
    on = min([as_of + timedelta(days=questionnaire.look_again_days), *ahead.values()])
    return LookAgain(on, tuple(item for item, end in ahead.items() if end == on))
