import pytest

from tests.documents.test_export import PEOPLE
from tests.engine.strategies import DAY
from tests.engine.test_gates import NO_GATE
from threatmodel.documents.difference import difference_view
from threatmodel.documents.telling import plan_view
from threatmodel.engine.answers import Answers
from threatmodel.engine.difference import difference
from threatmodel.engine.plan import build_plan

CASES = [(one, other) for one in PEOPLE for other in PEOPLE if one is not other]


def plans(pack, one, other):
    return build_plan(Answers.of(pack, one), DAY), build_plan(Answers.of(pack, other), DAY)


def ids(groups):
    return [item.id for group in groups for item in group.items]


@pytest.mark.parametrize(("one", "other"), CASES)
def test_everything_that_differs_is_in_the_view_and_in_words(pack, one, other):
    now, then = plans(pack, one, other)
    found, view = difference(now, then), difference_view(now, then)

    assert sorted(ids(view.appeared)) == sorted(change.item.id for change in found.appeared)
    assert sorted(ids(view.gone)) == sorted(change.item.id for change in found.gone)
    assert [item.id for item in view.moved] == [moved.item.id for moved in found.moved]
    assert [level.id for level in view.levels] == [level.item.id for level in found.levels]
    assert [gate.id for gate in view.turned_on] == [state.gate.id for state in found.turned_on]
    assert all(gate.title and gate.text for gate in view.turned_on)
    assert not view.nothing


@pytest.mark.parametrize(("one", "other"), CASES)
def test_the_lanes_are_never_in_one_group(pack, one, other):
    view = difference_view(*plans(pack, one, other))

    for group in (*view.appeared, *view.gone):
        assert {(item.kind, item.lane) for item in group.items} == {(group.kind, group.lane)}
    keys = [(group.kind, group.lane) for group in view.appeared]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(("one", "other"), CASES)
def test_a_place_is_the_one_where_the_page_of_the_plan_shows_it(pack, one, other):
    now, then = plans(pack, one, other)
    view, page = difference_view(now, then), plan_view(then)

    shown = {}
    for word in ("today", "soon", "later", "ask_first"):
        shown |= {item.measure.id: word.replace("_", "-") for item in getattr(page, word)}
    changed = [item for item in view.moved] + [i for g in view.appeared if g.kind == "measure" for i in g.items]
    assert all(item.to.word == shown.get(item.id, "blocked") for item in changed)
    assert all(bool(item.to.gate) == (item.to.word in ("ask-first", "blocked")) for item in changed)


def test_reasons_are_the_words_of_the_new_answers(pack):
    now, then = plans(pack, NO_GATE, NO_GATE | {"pending": ["criminal-case"]})
    question = pack.question["pending"]

    hold = next(gate for gate in difference_view(now, then).turned_on if gate.id == "hold")

    label = next(option.label for option in question.options if option.id == "criminal-case")
    assert (question.ask, label) in {(reason.ask, reason.answer) for reason in hold.because}


def test_a_measure_that_stays_with_other_steps_is_named(pack):
    now, then = plans(pack, NO_GATE | {"devices": ["iphone"]}, NO_GATE | {"devices": ["android"]})
    view = difference_view(now, then)

    told = {measure.title for measure in pack.measures if {"iphone", "android"} <= set(measure.steps)}
    assert told & set(view.reworded)
    assert not set(view.reworded) & {item.title for item in view.moved}


@pytest.mark.parametrize("answers", PEOPLE)
def test_a_plan_does_not_differ_from_itself(pack, answers):
    plan = build_plan(Answers.of(pack, answers), DAY)

    assert difference_view(plan, plan).nothing
