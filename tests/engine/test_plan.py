from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from tests.engine.strategies import DAY, packs_and_answers, packs_and_two_answers
from tests.engine.test_gates import NO_GATE
from threatmodel.engine.answers import Answers
from threatmodel.engine.conditions import All, Any, Chosen, Fact, NoneOf
from threatmodel.engine.flow import read
from threatmodel.engine.model import LEVELS
from threatmodel.engine.plan import BUCKETS, build_plan


def plan_for(pack, answers, day=DAY):
    return build_plan(Answers.of(pack, answers), day)


def test_with_a_notice_nothing_destroys_or_lets_expire(pack):
    plan = plan_for(pack, {"pending": ["subpoena-or-notice"]})

    assert not {"destroy", "retention"} & {item.measure.action for item in plan.hygiene}


def test_without_a_gate_closing_old_accounts_is_offered_with_a_copy_first(pack):
    plan = plan_for(pack, NO_GATE | {"platforms": "facebook", "visibility": "forgotten"})

    item = next(item for item in plan.hygiene if item.measure.id == "old-accounts")
    assert item.verdict.notes == ("copy-first", "never-in-bulk")


def test_different_people_get_different_plans(pack):
    citizen = plan_for(pack, NO_GATE)
    unsure = plan_for(pack, {question.id: "unsure" for question in pack.questions})
    empty = plan_for(pack, {})

    assert {i.measure.id for i in citizen.hygiene} != {i.measure.id for i in unsure.hygiene}
    assert [i.measure.id for i in empty.hygiene] == [i.measure.id for i in unsure.hygiene]


def test_survivor_safety_stands_first_when_someone_may_be_watching(pack):
    plan = plan_for(pack, NO_GATE | {"safety": "yes"})

    assert plan.today[0].measure.id == "survivor-safe-first"


def test_a_watched_person_gets_nothing_else_today_than_what_comes_first(pack):
    plan = plan_for(pack, NO_GATE | {"safety": "yes", "effort": "ongoing"})

    assert all(item.measure.first_with for item in plan.today)


def test_a_copy_comes_before_any_change_of_what_others_see(pack):
    plan = plan_for(pack, NO_GATE | {"platforms": ["facebook"], "visibility": "public", "effort": "30-minutes"})

    order = [item.measure.id for item in plan.hygiene]
    changes = [item.measure.id for item in plan.hygiene if item.measure.action in ("visibility", "destroy")]
    assert changes
    assert all(order.index("export-own-data") < order.index(change) for change in changes)


def test_what_is_urgent_for_a_person_comes_before_what_is_not(pack):
    plan = plan_for(pack, NO_GATE | {"travel": "cross-border", "effort": "weekend"})

    order = [item.measure.id for item in plan.hygiene if not item.measure.first_with and item.bucket == "soon"]
    assert order[0] == "border-prep"


def test_what_fits_today_fits_the_minutes_the_person_has(pack):
    plan = plan_for(pack, NO_GATE | {"effort": "30-minutes"})

    assert sum(item.measure.minutes for item in plan.today) <= 30


def test_an_item_past_its_day_is_marked(pack):
    fresh, old = plan_for(pack, NO_GATE), plan_for(pack, NO_GATE, DAY + timedelta(days=4000))

    assert not any(item.stale for item in fresh.hygiene)
    assert all(item.stale for item in old.hygiene)
    assert all(item.stale for item in old.legal)


def ids_in(plan):
    return (
        {e.vector.id for e in plan.exposures}
        | {i.measure.id for i in plan.hygiene}
        | {i.safeguard.id for i in plan.legal}
        | {i.item.id for i in plan.left_out}
    )


@pytest.mark.parametrize(("days", "there"), [(-1, True), (0, True), (1, False)])
def test_an_item_stands_in_plans_until_its_last_day_and_is_not_left_out_after(pack, days, there):
    law = next(safeguard for safeguard in pack.safeguards if not safeguard.clinic_only)
    ending = replace(
        pack,
        vectors=(replace(pack.vectors[0], until=DAY), *pack.vectors[1:]),
        measures=tuple(
            replace(m, until=DAY) if m.id in ("passcode-strong", "border-prep") else m for m in pack.measures
        ),
        safeguards=tuple(replace(s, until=DAY) if s == law else s for s in pack.safeguards),
    )
    plan = plan_for(ending, NO_GATE, DAY + timedelta(days=days))

    ended = {pack.vectors[0].id, "passcode-strong", "border-prep", law.id}
    assert ended & ids_in(plan) == (ended if there else set())
    assert ids_in(plan) | ended == ids_in(plan_for(pack, NO_GATE, DAY + timedelta(days=days)))


def test_a_measure_reduces_nothing_of_a_vector_that_has_ended(pack):
    over = replace(pack, vectors=tuple(replace(v, until=DAY - timedelta(days=1)) for v in pack.vectors))
    plan = plan_for(over, NO_GATE)

    assert plan.hygiene
    assert not any(item.reduces for item in plan.hygiene)


def test_it_is_time_to_look_again_when_something_in_the_plan_has_ended(pack):
    plan = plan_for(pack, NO_GATE)
    first = plan.hygiene[0].measure
    ending = replace(pack, measures=tuple(replace(m, until=DAY) if m == first else m for m in pack.measures))

    assert plan_for(ending, NO_GATE).look_again == (DAY + timedelta(days=1), (first.id,))


def test_what_needs_asking_first_does_not_count_as_done(pack):
    plan = plan_for(
        pack, {"pending": "criminal-case", "process": "us-citizen", "platforms": "facebook", "visibility": "public"}
    )

    asked = {vector for item in plan.hygiene if item.ask_first for vector in item.measure.reduces}
    done = {vector for item in plan.hygiene if not item.ask_first for vector in item.reduces}
    unmoved = [e for e in plan.exposures if e.vector.id in asked - done]
    assert unmoved
    assert all(e.after == e.level for e in unmoved)


@given(packs_and_two_answers)
def test_answers_off_the_path_never_change_a_plan(three):
    pack, answers, others = three
    on_path = read(answers).on_path
    changed = answers
    for question in pack.questions:
        if question.id not in on_path:
            changed = changed.choose(question.id, others.chosen(question.id))

    assert build_plan(changed, DAY) == build_plan(answers, DAY)


@given(packs_and_two_answers)
def test_going_back_and_changing_answers_gives_the_plan_of_answering_afresh(three):
    pack, first, then = three
    changed = first
    for question in reversed(pack.questions):
        changed = changed.choose(question.id, then.chosen(question.id))

    assert build_plan(changed, DAY) == build_plan(Answers.of(pack, then.as_mapping()), DAY)


@given(packs_and_answers)
def test_nothing_comes_in_an_earlier_bucket_than_what_must_come_before_it(both):
    _, answers = both
    hygiene = build_plan(answers, DAY).hygiene

    plain = [item for item in hygiene if not item.ask_first and not item.measure.first_with]
    for mover in plain:
        led = [item for item in plain if item.measure.action in mover.measure.before and not item.measure.before]
        assert all(BUCKETS.index(item.bucket) >= BUCKETS.index(mover.bucket) for item in led)


@given(packs_and_answers)
def test_every_item_is_either_in_the_plan_or_left_out(both):
    pack, answers = both
    plan = build_plan(answers, DAY)

    shown = (
        [i.measure.id for i in plan.hygiene] + [i.safeguard.id for i in plan.legal] + [i.item.id for i in plan.left_out]
    )
    assert sorted(shown) == sorted([m.id for m in pack.measures] + [s.id for s in pack.safeguards])


@given(packs_and_answers)
def test_a_plan_never_raises_a_level_and_never_lowers_what_no_setting_reaches(both):
    _, answers = both

    for exposure in build_plan(answers, DAY).exposures:
        assert LEVELS.index(exposure.after) <= LEVELS.index(exposure.level)
        if exposure.vector.lane != "hygiene":
            assert exposure.after == exposure.level


def questions_in(pack, condition) -> set[str]:
    match condition:
        case Chosen(question, _):
            return {question}
        case Fact(name):
            return questions_in(pack, pack.facts[name])
        case Any(parts) | All(parts) | NoneOf(parts):
            return {question for part in parts for question in questions_in(pack, part)}
    raise TypeError(condition)


def with_what_they_lean_on(pack, questions: set[str]) -> set[str]:
    """These questions and all that decide whether they are asked."""
    todo, found = set(questions), set()
    while todo:
        question = todo.pop()
        found.add(question)
        todo |= questions_in(pack, pack.question[question].asked_if) - found
    return found


@given(packs_and_two_answers)
def test_the_reason_alone_gives_the_same_verdict_whatever_else_is_answered(three):
    pack, answers, others = three
    plan = build_plan(answers, DAY)
    verdicts = [(item.measure.id, True, item.because) for item in plan.hygiene]
    verdicts += [(item.safeguard.id, True, item.because) for item in plan.legal]
    verdicts += [(item.item.id, False, item.because) for item in plan.left_out if not item.gate]
    rules = {item.id: pack.rule(item.applies) for item in (*pack.measures, *pack.safeguards)}

    for id_, kept, because in verdicts:
        mixed = others
        for question in with_what_they_lean_on(pack, {reason.question for reason in because}):
            mixed = mixed.choose(question, answers.chosen(question))
        assert rules[id_].holds(read(mixed).bits) == kept


@given(packs_and_answers)
def test_a_reason_is_marked_assumed_just_when_nobody_said_so(both):
    _, answers = both
    plan = build_plan(answers, DAY)

    for because in (reason for item in (*plan.hygiene, *plan.legal, *plan.exposures) for reason in item.because):
        assert because.assumed == (because.option not in answers.chosen(because.question) or because.option == "unsure")


def test_equal_answers_give_an_equal_plan_in_an_equal_order(pack):
    again = replace(pack)

    first, second = plan_for(pack, NO_GATE), plan_for(again, NO_GATE)

    assert [i.measure.id for i in first.hygiene] == [i.measure.id for i in second.hygiene]
