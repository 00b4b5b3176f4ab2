from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given

from tests.engine.strategies import DAY, packs_and_answers
from threatmodel.engine.answers import Answers
from threatmodel.engine.conditions import ALWAYS, Any, Chosen
from threatmodel.engine.flow import read
from threatmodel.engine.gates import GateState, GatesUnavailable, evaluate_gates, judge
from threatmodel.engine.model import ACTIONS, GATES
from threatmodel.engine.plan import MOST_TODAY, build_plan

NO_GATE = {
    "who": "me",
    "safety": "no",
    "pending": "none",
    "process": "us-citizen",
    "detained": "no",
    "reported": "no",
    "adversary": "data-companies",
    "role": "none",
    "groups": "none",
    "devices": "iphone",
    "travel": "none",
    "ssn": "ssn-issued-to-me",
    "worst": "fraud",
}


def on(pack, answers):
    states = evaluate_gates(read(Answers.of(pack, answers)))
    return {gate for gate, state in states.items() if state.on}


def test_with_nothing_answered_every_gate_is_on(pack):
    assert on(pack, {}) == set(GATES)


def test_with_every_question_unsure_every_gate_is_on(pack):
    assert on(pack, {question.id: "unsure" for question in pack.questions}) == set(GATES)


def test_a_citizen_with_nothing_going_on_has_no_gate_but_always(pack):
    assert on(pack, NO_GATE) == {"always"}


@pytest.mark.parametrize(
    ("change", "gate"),
    [
        ({"pending": "subpoena-or-notice"}, "hold"),
        ({"pending": "unsure"}, "hold"),
        ({"reported": "letter"}, "hold"),
        ({"detained": "past"}, "hold"),
        ({"travel": "cross-border"}, "hold"),
        ({"groups": "admin-of-a-group"}, "hold"),
        ({"role": "lawyer-or-clinic"}, "hold"),
        ({"who": "client"}, "hold"),
        ({"process": "applying-abroad"}, "public"),
        ({"process": "permanent-resident"}, "truth"),
        ({"process": "permanent-resident"}, "evidence"),
        ({"process": "permanent-resident"}, "address"),
        ({"process": "undocumented", "monitor": "worn-device"}, "monitor"),
        ({"process": "permanent-resident", "pending": "immigration-court"}, "monitor"),
        ({"safety": "maybe"}, "survivor"),
        ({"adversary": "ex-or-family"}, "survivor"),
        ({"ssn": "itin"}, "ssn"),
        ({"devices": "work-or-school-device"}, "workdev"),
    ],
)
def test_one_answer_turns_a_gate_on(pack, change, gate):
    assert gate in on(pack, NO_GATE | change)


def test_a_pack_without_one_of_the_gates_is_refused(pack):
    with pytest.raises(ValueError, match="no plan"):
        replace(pack, gates=pack.gates[1:])


def test_when_a_gate_cannot_be_read_there_is_no_plan(pack):
    broken = replace(pack.gates[0], when=Chosen("a-question-that-is-gone", ("yes",)))
    blind = replace(pack, gates=(broken, *pack.gates[1:]))

    with pytest.raises(GatesUnavailable):
        build_plan(Answers(blind), DAY)


def test_a_measure_that_claims_a_vector_of_the_law_is_refused(pack):
    of_the_law = next(vector.id for vector in pack.vectors if vector.lane == "legal")
    claiming = replace(pack.measures[0], reduces={of_the_law: "low"})

    with pytest.raises(ValueError, match="no setting reaches"):
        replace(pack, measures=(claiming,))


@given(packs_and_answers)
def test_the_matrix_holds_for_any_content(both):
    _, answers = both

    plan = build_plan(answers, DAY)

    gates = {gate for gate, state in plan.gates.items() if state.on}
    for item in plan.hygiene:
        action = item.measure.action
        if {"hold", "public", "monitor", "survivor"} & gates:
            assert action not in ("retention", "destroy")
        if "public" in gates:
            assert action != "visibility"
        if {"hold", "survivor"} & gates and action == "visibility":
            assert item.ask_first
        if "survivor" in gates and item.bucket == "today":
            assert item.measure.first_with
        if action == "destroy":
            assert {"copy-first", "never-in-bulk"} <= set(item.verdict.notes)
    assert len(plan.today) <= MOST_TODAY
    assert not any(item.ask_first for item in plan.today)


STRICTER = ("allowed", "ask-first", "blocked")
# Written apart from the engine's own table, from the legal research: gate → action → how it stands.
RESEARCH = {
    "hold": {"visibility": "ask-first", "retention": "blocked", "destroy": "blocked"},
    "public": {"visibility": "blocked", "retention": "blocked", "destroy": "blocked"},
    "monitor": {"retention": "blocked", "destroy": "blocked"},
    "survivor": {"visibility": "ask-first", "retention": "blocked", "destroy": "blocked"},
}


@pytest.mark.parametrize("action", ACTIONS)
def test_under_every_set_of_gates_an_act_stands_as_the_strictest_of_them_says(pack, action):
    gates = {gate.id: gate for gate in pack.gates}
    for size in range(len(GATES) + 1):
        for on in combinations(GATES, size):
            states = {id_: GateState(gates[id_], id_ in on, ()) for id_ in GATES}
            says = [RESEARCH.get(gate, {}).get(action, "allowed") for gate in on]
            expected = max(says, default="allowed", key=STRICTER.index)
            verdict = judge(action, states)
            assert verdict.standing == expected, on
            assert (verdict.gate is None) == (expected == "allowed")


@pytest.mark.parametrize("gate", sorted(RESEARCH))
@given(both=packs_and_answers)
def test_one_gate_alone_is_enough_in_any_plan(gate, both):
    pack, _ = both
    only = tuple(replace(one, when=ALWAYS if one.id == gate else Any(())) for one in pack.gates)

    plan = build_plan(Answers(replace(pack, gates=only)), DAY)

    for item in plan.hygiene:
        assert item.verdict.standing == RESEARCH[gate].get(item.measure.action, "allowed") != "blocked"
