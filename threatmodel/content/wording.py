"""Words: no HTML, no promises, short sentences, plain reading."""

import re
from collections.abc import Iterable, Iterator

from threatmodel.content import schema
from threatmodel.content.contradictions import contradictions
from threatmodel.content.errors import Fault
from threatmodel.content.grade import hardest, reading_grade
from threatmodel.content.pack import Pack
from threatmodel.content.texts import At, Text, texts, words, written

MOST_WORDS = 25
MOST_GRADE = 8
HTML = re.compile(r"</?[a-z][^<>]*>|<!--|&(?:[a-z]+|#\d+);", re.IGNORECASE)


def wording_faults(pack: Pack) -> Iterator[Fault]:
    """Every fault of words but the reading grade."""
    avoid = _avoided(pack)
    for at in written(pack):
        parts = texts(at)
        for part in parts:
            yield from _form(part)
            if part.kind != "lawyer":
                yield from _avoids(part, avoid)
        yield from contradictions(at, parts)


def grade_faults(pack: Pack) -> Iterator[Fault]:
    """Entries whose sentences, taken together, are too hard to read."""
    for at in written(pack):
        lines = [sentence for part in texts(at) if part.kind == "sentence" for sentence in part.sentences]
        grade = round(reading_grade(lines), 1)
        if grade > MOST_GRADE:
            found = ", ".join(hardest(lines))
            yield at.fault("W003", id=name_of(at), grade=grade, hardest=found, most=MOST_GRADE)


def name_of(at: At) -> str:
    """The id of an entry, or what it is when it has none."""
    return str(getattr(at.entry, "id", getattr(at.entry, "section", "pack")))


def _form(part: Text) -> Iterator[Fault]:
    for found in HTML.finditer(part.text):
        yield part.at.fault("W001", *part.path, mark=found[0])
    for sentence in part.sentences if part.kind != "lawyer" else ():
        count = len(words(sentence))
        if count > MOST_WORDS:
            start = " ".join(sentence.split()[:6]) + " …"
            yield part.at.fault("W004", *part.path, count=count, start=start, most=MOST_WORDS)


def _avoided(pack: Pack) -> list[tuple[re.Pattern[str], schema.AvoidEntry]]:
    return [(any_of(entry.say_not), entry) for entry in (pack.words.entry.avoid if pack.words else ())]


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Finds any of these words, as whole words, in small letters or capitals."""
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})(?![\w-])", re.IGNORECASE)


def _avoids(part: Text, avoid: list[tuple[re.Pattern[str], schema.AvoidEntry]]) -> Iterator[Fault]:
    flat = " ".join(part.text.split())
    for pattern, entry in avoid:
        for found in pattern.finditer(flat):
            yield part.at.fault("W002", *part.path, word=found[0], because=entry.because, say=entry.say)
