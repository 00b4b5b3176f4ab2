"""The take-home tells nothing: whoever reads it learns no answer to a sensitive question."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.engine.strategies import DAY, answers_to, questionnaires
from threatmodel.documents.export import plan_json
from threatmodel.engine.answers import Answers
from threatmodel.engine.conditions import ALWAYS, UNSURE, All, Any, Chosen, NoneOf
from threatmodel.engine.gates import judge
from threatmodel.engine.model import ACTIONS
from threatmodel.engine.paper import take_home, tells_nothing
from threatmodel.engine.plan import build_plan


def open_ones(pack):
    return [question.id for question in pack.questions if not question.sensitive]


def secrets(pack):
    return [question.id for question in pack.questions if question.sensitive]


@st.composite
def two_alike(draw, pack):
    """Two sets of answers that differ only in what is sensitive."""
    one, other = draw(answers_to(pack)), draw(answers_to(pack))
    return one, replace(one, bits=one.only(open_ones(pack)).bits | other.only(secrets(pack)).bits)


@st.composite
def packs_with_secrets(draw):
    pack = draw(questionnaires())
    marked = tuple(replace(question, sensitive=draw(st.booleans())) for question in pack.questions)
    return replace(pack, questions=marked)


def standings(answers):
    gates = build_plan(answers, DAY).gates
    return [judge(action, gates).standing for action in ACTIONS]


def without_order(plan):
    """A plan as values, but for the order and the buckets of its measures."""
    told = plan_json(plan)
    del told["today"]
    told["referrals"] = [referral.id for referral in plan.referrals]
    told["hygiene"] = sorted(
        ({key: value for key, value in item.items() if key != "bucket"} for item in told["hygiene"]),
        key=lambda item: item["id"],
    )
    return told


@given(packs_with_secrets().flatmap(two_alike))
@settings(suppress_health_check=[HealthCheck.filter_too_much])
def test_whoever_differs_only_in_what_is_sensitive_gets_the_same_paper(pair):
    one, other = pair
    assume(standings(one) == standings(other))

    assert without_order(take_home(one, DAY)) == without_order(take_home(other, DAY))


def picked(pack, numbers):
    """Answers by number: 0 leaves a question open, 1 is unsure, the others are its options."""
    answers = Answers(pack)
    for question, number in zip(pack.questions, numbers, strict=False):
        choices = [(), (UNSURE,), *((option.id,) for option in question.options)]
        answers = answers.choose(question.id, choices[number % len(choices)])
    return answers


NUMBERS = st.lists(st.integers(0, 60), min_size=50, max_size=50)


@given(NUMBERS, NUMBERS)
@settings(suppress_health_check=[HealthCheck.filter_too_much])
def test_so_it_is_with_the_pack_we_ship(pack, numbers, others):
    one = picked(pack, numbers)
    other = replace(one, bits=one.only(open_ones(pack)).bits | picked(pack, others).only(secrets(pack)).bits)
    assume(standings(one) == standings(other))

    assert without_order(take_home(one, DAY)) == without_order(take_home(other, DAY))


@given(packs_with_secrets().flatmap(answers_to))
def test_the_paper_holds_nothing_that_the_plan_does_not(answers):
    plan, paper = build_plan(answers, DAY), take_home(answers, DAY)

    assert {m.measure.id: m.verdict.standing for m in paper.hygiene}.items() <= {
        m.measure.id: m.verdict.standing for m in plan.hygiene
    }.items()
    assert {s.safeguard.id for s in paper.legal} <= {s.safeguard.id for s in plan.legal}
    assert {e.vector.id for e in paper.exposures} <= {e.vector.id for e in plan.exposures}


@given(packs_with_secrets().flatmap(answers_to))
def test_it_gives_no_reason_no_gate_and_no_sensitive_answer(answers):
    paper = take_home(answers, DAY)

    assert not [item for item in (*paper.exposures, *paper.hygiene, *paper.legal) if item.because]
    assert not [state for state in paper.gates.values() if state.on or state.because]
    assert not paper.left_out
    assert not {*secrets(answers.questionnaire)} & {*paper.asked, *paper.assumed}


@given(packs_with_secrets().flatmap(answers_to))
def test_a_level_after_the_plan_rests_only_on_measures_on_the_paper(answers):
    paper = take_home(answers, DAY)

    for exposure in paper.exposures:
        if exposure.after != exposure.level:
            assert any(
                item.reduces.get(exposure.vector.id) == exposure.after and not item.ask_first for item in paper.hygiene
            )


def test_a_question_that_a_sensitive_one_opens_is_telling_too(pack):
    first, second, third = (question.id for question in pack.questions[:3])
    asked_if = Chosen(first, (pack.questions[0].options[0].id,))
    changed = replace(
        pack,
        facts={},
        questions=tuple(
            replace(question, sensitive=question.id == first, asked_if=asked_if if question.id == second else ALWAYS)
            for question in pack.questions
        ),
    )

    def chosen(number):
        return Chosen(changed.questions[number].id, (changed.questions[number].options[0].id,))

    assert not tells_nothing(changed, chosen(0))
    assert not tells_nothing(changed, NoneOf((chosen(1),)))
    assert not tells_nothing(changed, All((chosen(2), chosen(0))))
    assert tells_nothing(changed, Any((chosen(2),)))


@pytest.mark.parametrize("measure", ["survivor-safe-first", "monitor-comply", "presence-file"])
def test_what_is_only_for_some_never_stands_on_paper(pack, measure):
    answers = Answers.of(pack, {"safety": "yes", "monitor": "phone-app", "process": "undocumented"})

    assert measure in {item.measure.id for item in build_plan(answers, DAY).hygiene}
    assert measure not in {item.measure.id for item in take_home(answers, DAY).hygiene}
