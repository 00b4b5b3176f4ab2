from hypothesis import given

from tests.engine.strategies import DAY, packs_and_answers, packs_and_two_answers
from tests.engine.test_gates import NO_GATE
from threatmodel.engine.answers import Answers
from threatmodel.engine.changes import open_questions, path_difference, shown
from threatmodel.engine.flow import path
from threatmodel.engine.plan import build_plan


@given(packs_and_answers)
def test_what_is_shown_is_what_the_plan_holds(both):
    _, answers = both
    plan = build_plan(answers, DAY)

    expected = {item.measure.id: item.verdict.standing for item in plan.hygiene}
    expected |= {item.safeguard.id: "allowed" for item in plan.legal}
    assert shown(answers, DAY) == expected


@given(packs_and_answers)
def test_an_open_question_has_no_definite_answer_and_brings_what_it_says(both):
    pack, answers = both
    now = shown(answers, DAY)

    for one in open_questions(answers, DAY, 99):
        assert answers.chosen(one.question.id) in ((), ("unsure",))
        thens = [shown(answers.choose(one.question.id, (option.id,)), DAY) for option in one.question.options]
        assert set(one.appear) == {id_ for then in thens for id_ in then} - set(now)
        assert set(one.go) == {id_ for id_ in now if any(id_ not in then for then in thens)}


def test_the_most_telling_come_first_and_there_are_no_more_than_asked_for(pack):
    found = open_questions(Answers(pack), DAY, 4)

    assert len(found) == 4
    assert [one.changes for one in found] == sorted((one.changes for one in found), reverse=True)


def test_a_question_that_is_answered_is_not_open(pack):
    found = open_questions(Answers.of(pack, NO_GATE), DAY, 99)

    assert not {one.question.id for one in found} & set(NO_GATE)
    assert {one.question.id for one in found} & {question.id for question in pack.questions if question.later}


def test_it_says_which_gate_item_an_answer_would_bring(pack):
    answers = Answers.of(pack, NO_GATE | {"platforms": "facebook", "visibility": "forgotten", "pending": "unsure"})

    pending = next(one for one in open_questions(answers, DAY, 99) if one.question.id == "pending")

    assert "old-accounts" in pending.appear


@given(packs_and_two_answers)
def test_opened_and_closed_questions_turn_the_one_path_into_the_other(three):
    _, now, then = three
    found = path_difference(now, then)

    before, after = path(now, "everything"), path(then, "everything")
    assert [q for q in after if q not in before] == list(found.opened)
    assert [q for q in before if q not in after] == list(found.closed)
