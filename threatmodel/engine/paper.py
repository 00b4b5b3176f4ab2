"""What of a plan may stand on a paper that anyone could find: nothing from which a sensitive answer can be read.

An item stands on it only when its rule reads no sensitive question, so its presence tells nothing. Levels are those
of a person who left every sensitive question open. Which gates are on shows only in what they leave away or ask about.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

from threatmodel.engine.answers import Answers
from threatmodel.engine.conditions import Condition, Rule
from threatmodel.engine.gates import MATRIX, WITHOUT_GATES, GateState, NoteId, Verdict
from threatmodel.engine.model import Action, Level, Measure, Questionnaire
from threatmodel.engine.plan import (
    Exposure,
    Plan,
    PlannedMeasure,
    PlannedSafeguard,
    after_plan,
    build_plan,
    is_lower,
    look_again,
)

# The cautions that stand once on every take-home say these for all of its steps.
SAID_FOR_ALL: tuple[NoteId, ...] = ("advocate-first", "not-the-monitor")


def take_home(answers: Answers, as_of: date) -> Plan:
    """The plan for these answers with nothing in it that tells a sensitive one.

    Equal for all who answer the other questions alike and to whom the matrix says the same of every action; only the
    order and the buckets of its measures may differ. Its gates read as off, whichever are on: what they forbid is
    already left away, and what they ask for is said to everyone. Raises ``GatesUnavailable`` as ``build_plan`` does.
    """
    pack = answers.questionnaire
    plan = build_plan(answers, as_of)
    levels, exposures = _exposures(answers, as_of)
    hygiene = tuple(_measure(item, levels, pack) for item in plan.hygiene if tells_nothing(pack, item.measure.applies))
    legal = tuple(
        PlannedSafeguard(item.safeguard, (), item.stale)
        for item in plan.legal
        if tells_nothing(pack, item.safeguard.applies)
    )
    return Plan(
        questionnaire=pack,
        as_of=as_of,
        asked=_without_telling(plan.asked, pack),
        assumed=_without_telling(plan.assumed, pack),
        gates={id_: GateState(state.gate, on=False, because=()) for id_, state in plan.gates.items()},
        exposures=after_plan(exposures, hygiene),
        hygiene=hygiene,
        legal=legal,
        left_out=(),
        referrals=tuple(referral for referral in plan.referrals if tells_nothing(pack, referral.applies)),
        look_again=look_again(pack, exposures, sorted(hygiene, key=lambda item: item.measure.id), legal, as_of),
    )


def tells_nothing(pack: Questionnaire, condition: Condition) -> bool:
    """Whether a condition of this pack leans on no sensitive question, not even on one that decides what is asked."""
    return not _reads(pack.rule(condition)) & telling(pack)


@lru_cache(maxsize=16)
def telling(pack: Questionnaire) -> int:
    """The bits of every question that is sensitive, or that applies or not because of one that is."""
    mask = 0
    for question in pack.questions:
        if question.sensitive or _reads(pack.rule(question.asked_if)) & mask:
            mask |= pack.layout[question.id].mask
    return mask


def _reads(rule: Rule) -> int:
    mask = 0
    for clause in rule.clauses:
        mask |= clause.chosen
        for absent in clause.absent:
            mask |= absent.options
    return mask


def _without_telling(told: Mapping[str, tuple[str, ...]], pack: Questionnaire) -> dict[str, tuple[str, ...]]:
    return {id_: options for id_, options in told.items() if not pack.layout[id_].mask & telling(pack)}


def _exposures(answers: Answers, as_of: date) -> tuple[Mapping[str, Level], tuple[Exposure, ...]]:
    """Levels and exposures of somebody who left every sensitive question open, before any measure."""
    pack = answers.questionnaire
    left_open = answers.only(question.id for question in pack.questions if not question.sensitive)
    exposures = tuple(
        Exposure(one.vector, one.level, one.level, (), one.stale)
        for one in build_plan(left_open, as_of).exposures
        if tells_nothing(pack, one.vector.applies)
    )
    return {one.vector.id: one.level for one in exposures}, exposures


def _measure(item: PlannedMeasure, levels: Mapping[str, Level], pack: Questionnaire) -> PlannedMeasure:
    """A measure with the notes that fit whoever holds the paper, and without what its place in the plan says."""
    measure = item.measure
    return PlannedMeasure(
        measure=_without_telling_steps(measure, pack),
        verdict=Verdict(item.verdict.standing, None, notes_for_anyone(measure.action)),
        bucket=item.bucket,
        reduces={v: left for v, left in measure.reduces.items() if v in levels and is_lower(left, levels[v])},
        cautions=tuple(caution for caution in measure.cautions if caution in pack.cautions),
        because=(),
        stale=item.stale,
    )


def _without_telling_steps(measure: Measure, pack: Questionnaire) -> Measure:
    """Leave away the steps that are written for an answer to a sensitive question."""
    told = {
        option.id
        for question in pack.steps_by
        for option in pack.question[question].options
        if pack.layout[question].mask & telling(pack)
    }
    return replace(measure, steps={of: text for of, text in measure.steps.items() if of not in told})


def notes_for_anyone(action: Action) -> tuple[NoteId, ...]:
    """Every note that some gate prints beside an action, but for those that the paper says once for all steps."""
    notes = dict.fromkeys(WITHOUT_GATES[action])
    for effect in MATRIX[action].values():
        notes |= dict.fromkeys(effect.notes)
    return tuple(note for note in notes if note not in SAID_FOR_ALL)
