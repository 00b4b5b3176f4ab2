"""Hard words, found where they stand."""

import pytest

from threatmodel.documents.glossary import hard_words, words_in
from threatmodel.documents.packs import questionnaire_in
from threatmodel.engine.model import Word


def word(word: str, *forms: str) -> Word:
    return Word(word, forms or (word,), f"what {word} means")


SUBPOENA = word("subpoena", "subpoena", "subpoenas")
ADMINISTRATIVE = word("administrative subpoena", "administrative subpoena")
ICE = word("ICE")
WORDS = (SUBPOENA, ADMINISTRATIVE, ICE)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("They sent subpoenas.", (SUBPOENA,)),
        ("Subpoenas come by mail.", (SUBPOENA,)),
        ("An administrative subpoena came.", (ADMINISTRATIVE,)),
        ("A subpoena, then an administrative subpoena.", (SUBPOENA, ADMINISTRATIVE)),
        ("The ice is thin, but ICE is here.", (ICE,)),
        ("Subpoenaed twice over ice.", ()),
        ("", ()),
    ],
)
def test_words_are_found_whole_in_their_forms_and_the_longer_one_of_two(text, found):
    assert words_in(WORDS, [text]) == found


def test_a_word_is_explained_once_where_it_stands_often():
    assert words_in(WORDS, ["A subpoena.", "Two subpoenas."]) == (SUBPOENA,)


def test_words_are_found_in_writing_without_blanks():
    assert words_in((word("传票"),), ["一份传票到了。"])


def test_without_a_glossary_nothing_is_explained():
    assert words_in((), ["A subpoena."]) == ()


@pytest.mark.parametrize("lang", ["en", "es", "ar", "zh-hans", "vi", "ht", "pt-br"])
def test_hard_words_are_explained_in_every_language_that_has_them(lang):
    pack = questionnaire_in(lang)

    explained = {one.word for words in hard_words(pack).values() for one in words}

    assert len(pack.glossary) == len(questionnaire_in("en").glossary) > 10
    assert len(explained) > 5
