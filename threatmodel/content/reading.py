"""How hard translations are to read, each by a measure of its own language."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from threatmodel.content.catalogue import (
    EASY,
    Untranslated,
    catalogue_of,
    file_of,
    is_easy,
    languages,
    shown,
    translated,
    words_of,
)
from threatmodel.content.errors import BrokenPack, Fault, fault
from threatmodel.content.grade import FEWEST_WORDS, is_name, reading_grade
from threatmodel.content.pack import Pack
from threatmodel.content.schema import QuestionEntry
from threatmodel.content.texts import At, entries, texts, words
from threatmodel.content.wording import name_of

MOST_GRADE_EASY = 5
LEAST_SCORE, LEAST_SCORE_EASY = 55, 65  # INFLESZ: "normal" and "rather easy" begin there
VOWELS = re.compile(r"[aeiouáéíóúü]+")
STRONG = re.compile(r"[aeoáéó]|[íú](?=[aeoáéó])|(?<=[aeoáéó])[íú]")


def syllables_es(word: str) -> int:
    """How many syllables a Spanish word has; at least one.

    >>> [syllables_es(word) for word in ("guía", "ciudad", "teléfono", "que", "ahora", "muy")]
    [2, 2, 4, 1, 3, 1]
    """
    word = re.sub(r"(?<=[qg])u(?=[eiéí])", "", word.lower()).replace("h", "")
    word = re.sub(r"y\b", "i", word)
    return max(1, sum(max(1, len(STRONG.findall(group))) for group in VOWELS.findall(word)))


def inflesz(sentences: Iterable[str]) -> float:
    """The ease of Spanish sentences from 0 to 100, by Szigriszt-Pazos (1993) on the INFLESZ scale.

    Of too few words it is 100. As for English, the syllables are those of words that are no names.
    """
    lines = [words(sentence) for sentence in sentences]
    plain = [word for line in lines for i, word in enumerate(line) if not is_name(_bare(word), first=i == 0)]
    count = sum(map(len, lines))
    if not plain or count < FEWEST_WORDS:
        return 100
    return 206.835 - 62.3 * sum(map(syllables_es, plain)) / len(plain) - count / len(lines)


def _bare(word: str) -> str:
    """The word with English letters only, so that an accent does not make it a name."""
    return word.translate(str.maketrans("áéíóúüñÁÉÍÓÚÑ", "aeiouunAEIOUN"))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a measure says of an entry, and what is wanted."""

    measured: str
    wanted: str
    hard: bool


def reading(lang: str, sentences: list[str]) -> Reading | None:
    """Measure sentences in a language; nothing where no measure is known."""
    easy = is_easy(lang)
    match lang.removesuffix(EASY):
        case "en" if easy:
            grade = round(reading_grade(sentences), 1)
            return Reading(f"grade {grade}", f"grade {MOST_GRADE_EASY} or below", grade > MOST_GRADE_EASY)
        case "es":
            least = LEAST_SCORE_EASY if easy else LEAST_SCORE
            score = round(inflesz(sentences))
            return Reading(f"INFLESZ {score}", f"INFLESZ {least} or above", score < least)
    return None


def reading_faults(pack: Pack) -> Iterator[Fault]:
    """The translated entries that are too hard to read; of easy words, every question and what else has them."""
    for lang in languages(pack):
        try:
            said = words_of(pack, lang)
        except BrokenPack:  # T004 says so already
            continue
        before = words_of(pack, lang.removesuffix(EASY)) if is_easy(lang) else {}
        for at, other in zip(entries(pack), entries(translated(pack, said, lang)), strict=True):
            file = file_of(pack, at)
            now, then = said.get(file, {}), before.get(file, {})
            its_own = any(now.get(part.text) != then.get(part.text) for part in texts(at))
            if its_own or isinstance(at.entry, QuestionEntry):
                yield from _of_entry(pack, lang, at, other)


def _of_entry(pack: Pack, lang: str, at: At, other: At) -> Iterator[Fault]:
    told = [part for part in texts(other) if part.kind == "sentence" and not isinstance(part.text, Untranslated)]
    found = reading(lang, [sentence for part in told for sentence in part.sentences])
    if found and found.hard:
        words = {"lang": lang, "id": name_of(at), "measured": found.measured, "wanted": found.wanted}
        yield fault("T006", shown(pack, catalogue_of(pack, lang, file_of(pack, at))), 0, **words)
