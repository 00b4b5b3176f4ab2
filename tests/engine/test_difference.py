from dataclasses import replace

from hypothesis import given

from tests.engine.strategies import DAY, packs_and_answers, packs_and_two_answers
from tests.engine.test_gates import NO_GATE
from threatmodel.engine.answers import Answers
from threatmodel.engine.difference import difference
from threatmodel.engine.plan import build_plan


def places(plan):
    """Everything that applies, by kind and id, with how it stands; worked out apart from the engine."""
    found = {("measure", item.measure.id): (item.verdict.standing, item.bucket) for item in plan.hygiene}
    found |= {("measure", left.item.id): ("blocked", None) for left in plan.left_out if left.gate}
    found |= {("safeguard", item.safeguard.id): None for item in plan.legal}
    found |= {("vector", exposure.vector.id): None for exposure in plan.exposures}
    return found


def key(change):
    return type(change.item).__name__.lower(), change.item.id


def levels(plan):
    return {exposure.vector.id: (exposure.level, exposure.after) for exposure in plan.exposures}


def two_plans(three):
    _, first, second = three
    return build_plan(first, DAY), build_plan(second, DAY)


@given(packs_and_answers)
def test_a_plan_does_not_differ_from_itself(both):
    plan = build_plan(both[1], DAY)

    assert difference(plan, plan).nothing


@given(packs_and_two_answers)
def test_the_difference_applied_to_the_one_plan_gives_the_other(three):
    now, then = two_plans(three)
    found = difference(now, then)

    applied = places(now)
    for gone in found.gone:
        assert applied.pop(key(gone)) == gone.place
    for moved in found.moved:
        assert applied[key(moved)] == moved.was != moved.to
        applied[key(moved)] = moved.to
    for appeared in found.appeared:
        assert key(appeared) not in applied
        applied[key(appeared)] = appeared.place
    assert applied == places(then)


@given(packs_and_two_answers)
def test_levels_and_gates_applied_to_the_one_plan_give_the_others(three):
    now, then = two_plans(three)
    found = difference(now, then)

    changed = {one.item.id: (one.was, one.to) for one in found.levels}
    both = levels(now).keys() & levels(then).keys()
    assert {id_: (levels(now)[id_], levels(then)[id_]) for id_ in both if levels(now)[id_] != levels(then)[id_]} == (
        changed
    )
    on = {id_ for id_, state in now.gates.items() if state.on}
    on = on | {state.gate.id for state in found.turned_on}
    on = on - {state.gate.id for state in found.turned_off}
    assert on == {id_ for id_, state in then.gates.items() if state.on}


@given(packs_and_two_answers)
def test_the_way_back_swaps_what_appeared_and_what_is_gone(three):
    now, then = two_plans(three)
    there, back = difference(now, then), difference(then, now)

    assert {key(one) for one in there.appeared} == {key(one) for one in back.gone}
    assert {key(one) for one in there.gone} == {key(one) for one in back.appeared}
    assert {(key(one), one.was, one.to) for one in there.moved} == {(key(one), one.to, one.was) for one in back.moved}
    assert {(key(one), one.was, one.to) for one in there.levels} == {(key(one), one.to, one.was) for one in back.levels}
    assert {s.gate.id for s in there.turned_on} == {s.gate.id for s in back.turned_off}
    assert {s.gate.id for s in there.turned_off} == {s.gate.id for s in back.turned_on}


@given(packs_and_two_answers)
def test_every_reason_is_one_that_the_new_plan_gives(three):
    now, then = two_plans(three)
    found = difference(now, then)

    given_for = {item.measure.id: item.because for item in then.hygiene}
    given_for |= {item.safeguard.id: item.because for item in then.legal}
    given_for |= {left.item.id: left.because for left in then.left_out}
    given_for |= {exposure.vector.id: exposure.because for exposure in then.exposures}
    for change in (*found.appeared, *found.moved, *found.levels, *found.gone):
        assert change.because == given_for.get(change.item.id, ())
    assert all(state == then.gates[state.gate.id] for state in (*found.turned_on, *found.turned_off))


def test_a_case_holds_back_what_deletes_and_asks_first_for_what_hides(pack):
    now = Answers.of(pack, NO_GATE | {"platforms": "facebook", "visibility": "public"})
    then = now.choose("pending", ["subpoena-or-notice"])
    found = difference(build_plan(now, DAY), build_plan(then, DAY))

    standings = {(one.was.standing, one.to.standing) for one in found.moved}
    assert ("allowed", "ask-first") in standings
    assert ("allowed", "blocked") in standings
    assert {one.gate for one in found.moved if one.to.standing != "allowed"} == {"hold"}
    assert "hold" in {state.gate.id for state in found.turned_on}
    assert any(one.question == "pending" for state in found.turned_on for one in state.because)


def test_plans_of_two_versions_of_a_pack_can_be_compared(pack):
    then = build_plan(Answers.of(pack, NO_GATE), DAY)
    newest = then.hygiene[0].measure
    older = replace(pack, version="0", measures=tuple(one for one in pack.measures if one is not newest))
    now = build_plan(Answers.of(older, NO_GATE), DAY)

    assert [one.item for one in difference(now, then).appeared] == [newest]
    assert [one.item for one in difference(then, now).gone] == [newest]
