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
from threatmodel.engine.help import Referral
from threatmodel.engine.model import ACTIONS, LEVELS, Action, GateId, Level, Measure, Questionnaire, Safeguard, Vector

type Bucket = Literal["today", "soon", "later"]
BUCKETS: tuple[Bucket, ...] = ("today", "soon", "later")
MOST_TODAY = 3
STATE = "state"  # the question that says where somebody lives, by id
FIRST: tuple[GateId, ...] = ("survivor", "hold", "monitor")  # what a gate puts first, in this order


class Exposure(NamedTuple):
    """A vector that applies to this person: its level now, and after the plan's allowed measures."""

    vector: Vector
    level: Level
    after: Level
    because: tuple[Because, ...]
    stale: bool


class PlannedMeasure(NamedTuple):
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


class PlannedSafeguard(NamedTuple):
    safeguard: Safeguard
    because: tuple[Because, ...]
    stale: bool


class LeftOut(NamedTuple):
    """An item that is not in the plan, and the gate or the answers that left it out."""

    item: Measure | Safeguard
    gate: GateId | None
    because: tuple[Because, ...]


class LookAgain(NamedTuple):
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
    referrals: tuple[Referral, ...] = ()

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
    measures: tuple[tuple[Measure, Rule, Rule | None], ...]
    safeguards: tuple[tuple[Safeguard, Rule], ...]
    referrals: tuple[tuple[Referral, Rule], ...]


@lru_cache(maxsize=16)
def _compiled(questionnaire: Questionnaire) -> _Compiled:
    rule = questionnaire.rule

    def maybe(condition: Condition | None) -> Rule | None:
        return None if condition is None else rule(condition)

    return _Compiled(
        tuple((v, rule(v.applies), maybe(v.high), maybe(v.medium)) for v in questionnaire.vectors),
        tuple((measure, rule(measure.applies), maybe(measure.urgent)) for measure in questionnaire.measures),
        tuple((safeguard, rule(safeguard.applies)) for safeguard in questionnaire.safeguards),
        tuple((referral, rule(referral.applies)) for referral in questionnaire.referrals),
    )


@lru_cache(maxsize=16)
def _in_force(questionnaire: Questionnaire, as_of: date) -> _Compiled:
    """What has not ended before this day. The rest is in no plan, and no plan says that it was left out."""
    vectors, measures, safeguards, referrals = _compiled(questionnaire)
    return _Compiled(
        tuple(entry for entry in vectors if not ended(entry[0], as_of)),
        tuple(entry for entry in measures if not ended(entry[0], as_of)),
        tuple(entry for entry in safeguards if not ended(entry[0], as_of)),
        referrals,
    )


def ended(item: Vector | Measure | Safeguard, as_of: date) -> bool:
    """Whether an item's last day is before this one."""
    return item.until is not None and as_of > item.until


def build_plan(answers: Answers, as_of: date, *, staff: bool = False) -> Plan:
    """Work out the plan for these answers on this day.

    What is for clinic staff only is left away unless ``staff``. Raises ``GatesUnavailable`` when the gates cannot be
    evaluated: there is no plan without them.
    """
    reading = read(answers)
    gates = evaluate_gates(reading)
    compiled = _in_force(answers.questionnaire, as_of)
    exposures = _exposures(compiled, reading, as_of)
    hygiene, kept_out = _hygiene(compiled, reading, gates, {e.vector.id: e.level for e in exposures}, as_of)
    legal, unsaid = _legal(compiled, reading, as_of, staff)
    questions = answers.questionnaire.questions
    return Plan(
        questionnaire=answers.questionnaire,
        as_of=as_of,
        asked={q.id: answers.chosen(q.id) for q in questions if q.id in reading.on_path and answers.answered(q.id)},
        assumed={
            q.id: q.assume
            for q in questions
            if q.id in reading.on_path and reading.assumed & answers.questionnaire.layout[q.id].mask
        },
        gates=gates,
        exposures=after_plan(exposures, hygiene),
        hygiene=hygiene,
        legal=legal,
        left_out=(*kept_out, *unsaid),
        look_again=look_again(answers.questionnaire, exposures, hygiene, legal, as_of),
        referrals=_referrals(compiled, reading, answers),
    )


def _exposures(compiled: _Compiled, reading: Reading, as_of: date) -> tuple[Exposure, ...]:
    exposures = []
    for vector, applies, high, medium in compiled.vectors:
        if applies.holds(reading.bits):
            level, clauses = _level(reading.bits, high, medium)
            because = reading.because(tuple(dict.fromkeys((*applies.clauses, *clauses))))
            exposures.append(Exposure(vector, level, level, because, as_of > vector.review_by))
    return tuple(exposures)


def _level(bits: int, high: Rule | None, medium: Rule | None) -> tuple[Level, tuple[Clause, ...]]:
    if high and high.holds(bits):
        return "high", high.clauses
    if medium and medium.holds(bits):
        return "medium", medium.clauses
    return "low", ()


class _Candidate(NamedTuple):
    """A measure that applies and that no gate blocks, with all that its place in the plan depends on."""

    measure: Measure
    rule: Rule
    verdict: Verdict
    reduces: Mapping[str, Level]
    first: int
    urgent: bool

    @property
    def allowed(self) -> bool:
        return self.verdict.standing == "allowed"


def _hygiene(
    compiled: _Compiled,
    reading: Reading,
    gates: Mapping[GateId, GateState],
    levels: Mapping[str, Level],
    as_of: date,
) -> tuple[tuple[PlannedMeasure, ...], tuple[LeftOut, ...]]:
    verdicts = {action: judge(action, gates) for action in ACTIONS}
    candidates: list[_Candidate] = []
    left_out: list[LeftOut] = []
    for measure, rule, urgent in compiled.measures:
        verdict = verdicts[measure.action]
        if not rule.holds(reading.bits):
            left_out.append(LeftOut(measure, None, reading.because(rule.inverse)))
        elif verdict.gate and verdict.standing == "blocked":
            left_out.append(LeftOut(measure, verdict.gate, gates[verdict.gate].because))
        else:
            reduces = {v: left for v, left in measure.reduces.items() if v in levels and is_lower(left, levels[v])}
            is_urgent = urgent is not None and urgent.holds(reading.bits)
            candidates.append(_Candidate(measure, rule, verdict, reduces, _first(measure, gates), is_urgent))
    candidates.sort(key=lambda candidate: _rank(candidate, levels))
    _copy_before(candidates)
    buckets = _buckets(reading, candidates, only_first=gates["survivor"].on)
    planned = (
        PlannedMeasure(
            candidate.measure,
            candidate.verdict,
            bucket,
            candidate.reduces,
            tuple(c for c in candidate.measure.cautions if c not in gates or gates[c].on),  # type: ignore[index]
            reading.because(candidate.rule.clauses),
            as_of > candidate.measure.review_by,
        )
        for candidate, bucket in zip(candidates, buckets, strict=True)
    )
    return tuple(sorted(planned, key=lambda item: BUCKETS.index(item.bucket))), tuple(left_out)


def is_lower(left: Level, now: Level) -> bool:
    return LEVELS.index(left) < LEVELS.index(now)


def _first(measure: Measure, gates: Mapping[GateId, GateState]) -> int:
    """The place of the first gate that puts a measure before all others; past all places when none does."""
    return min((i for i, gate in enumerate(FIRST) if gate in measure.first_with and gates[gate].on), default=len(FIRST))


def _rank(candidate: _Candidate, levels: Mapping[str, Level]) -> tuple[float, ...]:
    """Order measures: what a gate puts first; allowed before ask-first; urgent; worst level; most for the minutes.

    Levels are only compared and counted in steps, never added up to a score of risk. Equal ranks keep content order.
    """
    worst = max((LEVELS.index(levels[vector]) for vector in candidate.reduces), default=-1)
    steps = sum(LEVELS.index(levels[v]) - LEVELS.index(left) for v, left in candidate.reduces.items())
    priority = 0 if candidate.urgent else candidate.measure.priority
    return (candidate.first, not candidate.allowed, priority, -worst, -steps / candidate.measure.minutes)


def _copy_before(candidates: list[_Candidate]) -> None:
    """Move each measure that comes before an action in front of the first allowed measure of it."""
    for mover in [candidate for candidate in candidates if candidate.measure.before]:
        later = (i for i, c in enumerate(candidates) if c.allowed and c.measure.action in mover.measure.before)
        place = next(later, None)
        if place is not None and place < candidates.index(mover):
            candidates.remove(mover)
            candidates.insert(place, mover)


def _buckets(reading: Reading, candidates: Iterable[_Candidate], *, only_first: bool) -> list[Bucket]:
    """Sort ranked measures into today, soon and later by the minutes the person has.

    What a gate puts first is for today whatever it takes, and with ``only_first`` nothing else is. What needs asking
    first never is. No act comes in an earlier bucket than a measure that has to come before it.
    """
    minutes_today, minutes_soon = _minutes(reading)
    earliest: dict[Action, Bucket] = {}
    buckets: list[Bucket] = []
    today = total = taken = 0
    for measure, _, verdict, _, first, _ in candidates:
        comes_first = first < len(FIRST)
        fits = comes_first or (not only_first and today + measure.minutes <= minutes_today)
        no_sooner_than = earliest.get(measure.action, "today")
        bucket: Bucket = "later"
        if verdict.standing != "allowed":
            pass
        elif taken < MOST_TODAY and fits and no_sooner_than == "today":
            bucket = "today"
            taken, today, total = taken + 1, today + measure.minutes, total + measure.minutes
        elif total + measure.minutes <= minutes_soon and no_sooner_than != "later":
            bucket, total = "soon", total + measure.minutes
        for action in measure.before:
            earliest[action] = max(earliest.get(action, "today"), bucket, key=BUCKETS.index)
        buckets.append(bucket)
    return buckets


def _minutes(reading: Reading) -> tuple[int, int]:
    """Minutes for today, and for today and soon together; the least where more than one answer is taken as true."""
    budget = reading.questionnaire.budget
    layout = reading.questionnaire.layout[budget.question]
    chosen = [option for option in budget.today if reading.bits & layout.option[option]]
    return min(budget.today[option] for option in chosen), min(budget.soon[option] for option in chosen)


def after_plan(exposures: Iterable[Exposure], hygiene: Iterable[PlannedMeasure]) -> tuple[Exposure, ...]:
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


def _referrals(compiled: _Compiled, reading: Reading, answers: Answers) -> tuple[Referral, ...]:
    """Who can help this person, in the pack's order. Without an answer to the state, only those for everywhere."""
    here = {*answers.chosen(STATE)} if STATE in reading.on_path else set()
    return tuple(
        referral
        for referral, rule in compiled.referrals
        if rule.holds(reading.bits) and (not referral.states or here.intersection(referral.states))
    )


def look_again(
    questionnaire: Questionnaire,
    exposures: Iterable[Exposure],
    hygiene: Iterable[PlannedMeasure],
    legal: Iterable[PlannedSafeguard],
    as_of: date,
) -> LookAgain:
    """The pack's own interval, or the first day on which something in the plan is stale or over, if that is sooner."""
    ends = [(e.vector.id, day) for e in exposures for day in (e.vector.review_by, e.vector.until)]
    ends += [(item.measure.id, day) for item in hygiene for day in (item.measure.review_by, item.measure.until)]
    ends += [(i.safeguard.id, day) for i in legal for day in (i.safeguard.stale_after, i.safeguard.until)]
    ahead: dict[str, date] = {}
    for item, end in ends:
        if end is not None and end >= as_of:
            ahead[item] = min(ahead.get(item, date.max), end + timedelta(days=1))
    on = min([as_of + timedelta(days=questionnaire.look_again_days), *ahead.values()])
    return LookAgain(on, tuple(item for item, end in ahead.items() if end == on))
