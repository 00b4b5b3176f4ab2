"""Rules in plain English."""

import pytest

from threatmodel.content.compile import load_pack
from threatmodel.content.words import in_words
from threatmodel.engine.conditions import ALWAYS, UNSURE, All, Any, Chosen, Fact, NoneOf

CASE = Chosen("case", ("yes",))
PHONE = Chosen("things", ("phone",))


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (ALWAYS, "always"),
        (Any(()), "never"),
        (CASE, '"Is there a case?" is Yes'),
        (Chosen("case", ("no", UNSURE)), '"Is there a case?" is one of: No, Not sure'),
        (Chosen("things", ("phone", "computer")), '"What do you have?" includes one of: A phone, A computer'),
        (Fact("has-thing"), '"What do you have?" does not include None of these'),
        (All((CASE,)), '"Is there a case?" is Yes'),
        (All((CASE, PHONE)), 'all of these: ("Is there a case?" is Yes); ("What do you have?" includes A phone)'),
        (
            NoneOf((Any((CASE, PHONE)),)),
            "none of these: "
            '(at least one of these: ("Is there a case?" is Yes); ("What do you have?" includes A phone))',
        ),
    ],
)
def test_a_rule_is_said_in_the_words_people_are_asked(small, condition, words):
    assert in_words(condition, load_pack(small)) == words


def test_no_two_questions_or_options_of_one_question_read_the_same(pack):
    """Else two different rules could have the same words, and one signature would stand for both."""
    assert len({question.ask for question in pack.questions}) == len(pack.questions)
    for question in pack.questions:
        assert len({option.label for option in question.options}) == len(question.options)
