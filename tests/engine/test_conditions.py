from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.strategies import conditions, packs_and_answers
from threatmodel.engine.conditions import (
    ALWAYS,
    All,
    Any,
    Chosen,
    Condition,
    Fact,
    NoneOf,
    compile_condition,
    lay_out,
    set_bits,
)
from threatmodel.engine.flow import Reading, read

LAYOUT = lay_out(
    [("papers", ("subpoena", "letter", "none"), frozenset({"none"}), False), ("who", ("me", "you"), frozenset(), True)]
)


def true_of(condition: Condition, bits: int, layout) -> bool:
    """The meaning of a condition, written as plainly as can be."""
    match condition:
        case Chosen(question, options):
            return any(bits & layout[question].option[option] for option in options)
        case Any(parts):
            return any(true_of(part, bits, layout) for part in parts)
        case All(parts):
            return all(true_of(part, bits, layout) for part in parts)
        case NoneOf(parts):
            return not any(true_of(part, bits, layout) for part in parts)
    raise TypeError(condition)


def test_of_no_parts_all_and_none_hold_and_any_does_not():
    assert compile_condition(ALWAYS, LAYOUT).holds(0)
    assert compile_condition(NoneOf(()), LAYOUT).holds(0)
    assert not compile_condition(Any(()), LAYOUT).holds(0)


def test_a_fact_stands_for_its_condition():
    facts = {"paper": Chosen("papers", ("subpoena", "letter"))}

    rule = compile_condition(NoneOf((Fact("paper"),)), LAYOUT, facts)

    assert rule.holds(LAYOUT["papers"].option["none"])
    assert not rule.holds(LAYOUT["papers"].option["letter"])


@pytest.mark.parametrize("condition", [Chosen("paper", ("letter",)), Chosen("papers", ("leter",)), Fact("gone")])
def test_a_condition_on_what_does_not_exist_is_refused(condition):
    with pytest.raises(KeyError):
        compile_condition(condition, LAYOUT)


def test_options_that_cannot_stand_together_rule_each_other_out():
    papers, who = LAYOUT["papers"], LAYOUT["who"]

    assert papers.rules_out[papers.option["none"]] == papers.of(["subpoena", "letter", "unsure"])
    assert papers.rules_out[papers.option["letter"]] == papers.of(["none", "unsure"])
    assert who.rules_out[who.option["me"]] == who.of(["you", "unsure"])


@given(packs_and_answers.flatmap(lambda both: st.tuples(st.just(both[1]), conditions(list(both[0].questions)))))
def test_the_compiled_rule_means_what_the_tree_means(both):
    answers, condition = both
    bits = read(answers).bits

    rule = answers.questionnaire.rule(condition)

    assert rule.holds(bits) == true_of(condition, bits, answers.questionnaire.layout)


def witnesses(clauses, reading: Reading) -> list[set[int]]:
    """For each clause, every mask of answers that shows it to be true."""
    masks = {bit: layout.mask for layout in reading.questionnaire.layout.values() for bit in layout.option.values()}
    witness = reading.witness
    return [{*set_bits(witness.alone(clause)), *witness.together(clause, masks)} for clause in clauses]


@given(packs_and_answers.flatmap(lambda both: st.tuples(st.just(both[1]), conditions(list(both[0].questions)))))
def test_no_smaller_set_of_answers_explains_a_condition(both):
    answers, condition = both
    reading = read(answers)
    rule = answers.questionnaire.rule(condition)
    clauses = rule.clauses if rule.holds(reading.bits) else rule.inverse
    reason = reading.because(clauses)

    needed = witnesses(clauses, reading)
    names = sorted({mask for masks in needed for mask in masks})
    for size in range(min(len(names), 4) + 1):
        for some in combinations(names, size):
            union = 0
            for mask in some:
                union |= mask
            if all(any(mask & union == mask for mask in masks) for masks in needed):
                assert len(reason) <= union.bit_count()
