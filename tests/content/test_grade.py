"""Reading grades: names do not make a text hard, long words and long sentences do."""

import pytest

from threatmodel.content.grade import FEWEST_WORDS, reading_grade, syllables
from threatmodel.content.texts import sentences

PLAIN = ["You open the settings of your phone and look for the list.", "Then you ask a lawyer what to keep."] * 3


@pytest.mark.parametrize(
    ("word", "count"),
    [("phone", 1), ("the", 1), ("asked", 1), ("wanted", 2), ("settings", 2), ("little", 2), ("places", 2)]
    + [("lawyer", 2), ("government", 3), ("immigration", 4), ("information", 4), ("radio", 3), ("notices", 3)],
)
def test_syllables_are_counted_from_the_letters(word, count):
    assert syllables(word) == count


def test_a_long_name_is_no_harder_than_a_short_word():
    named = [line.replace("lawyer", "LexisNexis") for line in PLAIN]

    assert reading_grade(named) <= reading_grade(PLAIN)


def test_a_name_makes_its_sentence_longer():
    longer = [line.replace("lawyer", "lawyer from Catholic Charities") for line in PLAIN]

    assert reading_grade(longer) > reading_grade(PLAIN)


def test_long_words_and_long_sentences_are_harder():
    assert reading_grade([line.replace("list", "documentation") for line in PLAIN]) > reading_grade(PLAIN) + 0.5
    assert reading_grade([" and ".join(PLAIN)]) > reading_grade(PLAIN) + 5


def test_a_few_words_have_no_grade():
    assert reading_grade(["Administrative adjudication."] * (FEWEST_WORDS // 2 - 1)) == 0


def test_steps_are_sentences_of_their_own_and_short_forms_end_none():
    text = "1. Open Settings > Ads. Tap the switch\n2. Read No. 24 of the D.C. Circuit."

    assert sentences(text) == ("Open Settings > Ads.", "Tap the switch", "Read No. 24 of the D.C. Circuit.")
