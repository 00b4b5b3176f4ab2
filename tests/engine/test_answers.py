import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.strategies import packs_and_answers, questionnaires
from threatmodel.engine.answers import Answers, NotPacked, NotTogether, UnknownAnswer, fingerprint, packed_size


def test_our_answers_pack_into_a_few_dozen_bytes(pack):
    assert packed_size(pack) < 64


def test_an_unknown_question_or_option_is_refused(pack):
    with pytest.raises(UnknownAnswer, match="pendin"):
        Answers.of(pack, {"pendin": "none"})
    with pytest.raises(UnknownAnswer, match="nothing"):
        Answers.of(pack, {"pending": "nothing"})


@pytest.mark.parametrize("options", [["none", "criminal-case"], ["unsure", "criminal-case"], ["none", "unsure"]])
def test_an_option_that_stands_alone_cannot_be_combined(pack, options):
    with pytest.raises(NotTogether):
        Answers.of(pack, {"pending": options})


def test_two_answers_to_pick_one_are_refused(pack):
    with pytest.raises(NotTogether):
        Answers.of(pack, {"safety": ["yes", "no"]})


def test_choosing_again_replaces_and_choosing_nothing_takes_back(pack):
    answers = Answers.of(pack, {"safety": "yes", "who": ["me", "child"]})

    assert answers.choose("safety", ["no"]).as_mapping() == {"who": ["me", "child"], "safety": ["no"]}
    assert answers.choose("safety", []).as_mapping() == {"who": ["me", "child"]}


@given(packs_and_answers)
def test_packing_round_trips(both):
    pack, answers = both

    assert Answers.unpack(pack, answers.pack()) == answers
    assert Answers.of(pack, answers.as_mapping()) == answers


@given(questionnaires(), st.data())
def test_any_bytes_are_either_an_answer_or_refused(pack, data):
    raw = data.draw(st.binary(min_size=0, max_size=packed_size(pack) + 1))

    try:
        answers = Answers.unpack(pack, raw)
    except NotPacked:
        return
    assert answers.pack() == raw
    assert Answers.of(pack, answers.as_mapping()) == answers


def test_the_fingerprint_changes_with_the_options_and_not_with_the_words(pack):
    from dataclasses import replace

    first = pack.questions[0]
    reworded = replace(pack, questions=(replace(first, ask="Other words?"), *pack.questions[1:]))
    shorter = replace(pack, questions=(replace(first, options=first.options[:-1]), *pack.questions[1:]))

    assert fingerprint(reworded) == fingerprint(pack)
    assert fingerprint(shorter) != fingerprint(pack)
