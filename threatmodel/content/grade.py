"""How hard a text is to read, as a school grade (Flesch-Kincaid).

The grade needs a count of syllables, and no library that could be had does that offline, from data we may ship: so it
is counted here from the letters. Against a pronouncing dictionary, over every word of our pack, the count is 1.4 % too
high, which errs towards "too hard".
"""

import re
from collections.abc import Iterable, Iterator

from threatmodel.content.texts import words

SILENT = re.compile(r"(?<=[^aeiouy])(?:e|(?<![td])ed|(?<![sxzcg])(?<!ch)(?<!sh)es)$")
GROUP = re.compile(r"[aeiouy]+")
APART = re.compile(r"ia(?!l)|io(?!us|n)|iu|eo(?!n)|ua(?!r)|[^q]uou")  # neighbours that are spoken one by one
FEWEST_WORDS = 30  # below this one long word decides the grade, and it says nothing


def syllables(word: str) -> int:
    """About how many syllables an English word has; at least one.

    >>> [syllables(word) for word in ("phone", "settings", "little", "immigration")]
    [1, 2, 2, 4]
    """
    word = word.lower()
    if not word.endswith(("le", "les")):
        word = SILENT.sub("", word)
    return max(1, len(GROUP.findall(word)) + len(APART.findall(word)))


def is_name(word: str, first: bool) -> bool:
    """Whether a word is a name, a number or an address rather than a word one can choose.

    The first word of a sentence has a capital anyway; it counts as a name only when it has another sign of one.
    """
    return not re.fullmatch(r"[A-Z]?[a-z'’-]+", word) or (word[0].isupper() and not first)


def reading_grade(sentences: Iterable[str]) -> float:
    """The grade of some sentences; 0 of no words.

    A name makes its sentence longer and so harder, but how long the name itself is says nothing: nobody can choose a
    plainer one for LexisNexis. So the syllables are those of the other words.
    """
    lines = [words(sentence) for sentence in sentences]
    plain = list(_plain(lines))
    count = sum(map(len, lines))
    if not plain or count < FEWEST_WORDS:
        return 0
    return 0.39 * count / len(lines) + 11.8 * sum(map(syllables, plain)) / len(plain) - 15.59


def hardest(sentences: Iterable[str], most: int = 5) -> list[str]:
    """The words with the most syllables, each once."""
    plain = dict.fromkeys(word.lower() for word in _plain(words(sentence) for sentence in sentences))
    return sorted(plain, key=syllables, reverse=True)[:most]


def _plain(lines: Iterable[list[str]]) -> Iterator[str]:
    """The words of sentences that are no names."""
    return (word for line in lines for i, word in enumerate(line) if not is_name(word, first=i == 0))
