"""Who can help: only whom the answers and the state bring, in the pack's order."""

from datetime import date

import pytest
from hypothesis import given

from tests.engine.strategies import DAY, answers_to_ours
from threatmodel.engine.answers import Answers
from threatmodel.engine.plan import build_plan

SURVIVOR = {"survivor-advocate"}


@given(answers=answers_to_ours())
def test_help_in_one_state_is_for_those_who_said_they_live_there(answers):
    found = build_plan(answers, DAY).referrals

    here = set(answers.chosen("state"))
    assert all(here & set(one.states) for one in found if one.states)
    order = [one.id for one in answers.questionnaire.referrals]
    assert [one.id for one in found] == sorted((one.id for one in found), key=order.index)


@given(answers=answers_to_ours())
def test_advocates_stand_in_a_plan_when_the_survivor_gate_is_on_and_not_else(answers):
    plan = build_plan(answers, DAY)

    assert ({one.kind for one in plan.referrals} >= SURVIVOR) == plan.gates["survivor"].on


@pytest.mark.parametrize("state", ["unsure", "moves-often", "not-given", None])
def test_without_a_state_only_help_for_everywhere_is_named(pack, state):
    answers = {"role": "organizer", "pending": "subpoena-or-notice"} | ({"state": state} if state else {})

    found = build_plan(Answers.of(pack, answers), DAY).referrals

    assert found
    assert not any(one.states for one in found)
    assert any(one.states for one in build_plan(Answers.of(pack, answers | {"state": "PA"}), DAY).referrals)


def test_no_phone_number_is_given_without_the_day_it_was_checked(pack):
    assert any(one.phone for one in pack.referrals)
    assert all(isinstance(one.phone_checked_on, date) for one in pack.referrals if one.phone)
