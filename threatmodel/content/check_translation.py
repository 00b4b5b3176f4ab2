"""What is wrong with a pack's translations: texts that are missing or old, or say other numbers or wrong words."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from babel.messages.catalog import Catalog, Message

from threatmodel.content.catalogue import EASY, catalogue_of, is_easy, languages, read_catalogue, shown, templates
from threatmodel.content.errors import BrokenPack, Fault, fault
from threatmodel.content.pack import Pack
from threatmodel.content.schema import TermEntry
from threatmodel.content.wording import any_of

type Terms = list[tuple[re.Pattern[str], TermEntry]]

ITEM = re.compile(r"^\s*(?:\d+\.|[-*])\s", re.MULTILINE)
NUMBER = re.compile(r"\d+")
GROUPED = re.compile(r"(?<=\d)[.,\s](?=\d{3}\b)")  # 10,000 is 10.000 or 10 000 elsewhere
DAY = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")  # the month may be a word
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
ADDRESS = re.compile(r"[\w-]+(?:\.[\w-]+)*\.(?:gov|org|com|net|us)\b(?:/[\w./-]*\w)?")
# What has to be the same in both languages, and how it is told apart.
SAME: dict[str, Callable[[str], object]] = {
    "the items of a list": lambda text: len(ITEM.findall(text)),
    "addresses": lambda text: set(ADDRESS.findall(text)),
}


def translation_faults(pack: Pack, *only: str) -> Iterator[Fault]:
    """What is to be mended or looked at in every language the pack has catalogues of, or in those named."""
    for lang in only or languages(pack):
        terms = [(any_of(term.avoid), term) for term in _terms(pack, lang) if term.avoid]
        for file, template in templates(pack).items():
            path = catalogue_of(pack, lang, file)
            yield from _of_one(lang, path, shown(pack, path), template, terms)


def _terms(pack: Pack, lang: str) -> list[TermEntry]:
    """The words of a language; of easy words, those of the ordinary ones, and of our own, what no text may say."""
    own = lang.removesuffix(EASY)
    if pack.pack and pack.words and own == pack.pack.entry.lang:
        return [TermEntry(english=e.say, say=e.say, avoid=e.say_not, because=e.because) for e in pack.words.entry.avoid]
    return pack.terms[own].entry.terms if own in pack.terms else []


def _of_one(lang: str, path: Path, file: str, template: Catalog, terms: Terms) -> Iterator[Fault]:
    if not path.exists():
        return  # nobody has begun on it, as on one without a single translation: `content stats` counts it
    try:
        catalogue = read_catalogue(path)
    except BrokenPack as broken:
        yield from (replace(one, file=file) for one in broken.faults)
        return
    originals = [str(message.id) for message in template if message.id]
    missing = [original for original in originals if not (found := catalogue.get(original)) or not found.string]
    for original in originals:
        if original not in missing and (message := catalogue.get(original)):
            yield from _of_text(lang, message, file, terms)
    begun = len(missing) < len(originals)
    if missing and begun and not is_easy(lang):  # what easy words do not say is said in ordinary ones
        first = _short(missing[0])
        yield fault("T001", file, 0, count=len(missing), all=len(originals), lang=lang, first=first)


def _of_text(lang: str, message: Message, file: str, terms: Terms) -> Iterator[Fault]:
    original, said, line = str(message.id), str(message.string), message.lineno or 0
    short = _short(original)
    if message.fuzzy:
        yield fault("T002", file, line, lang=lang, text=short)
    different = [what for what, told in SAME.items() if told(original) != told(said)]
    if not set(DAY.findall(said)) <= set(DAY.findall(original)):
        different.append("days")
    if not numbers(original) <= numbers(said) <= numbers(original) | _months(original):
        different.append("numbers")
    for what in different:
        yield fault("T003", file, line, lang=lang, text=short, what=what)
    for avoided, term in terms:
        if found := avoided.search(said):
            yield fault("T005", file, line, lang=lang, text=short, word=found[0], because=term.because, say=term.say)


def numbers(text: str) -> set[int]:
    """The numbers of a text; of a day in figures without its month, which may be a word."""
    return {int(number) for number in NUMBER.findall(GROUPED.sub("", DAY.sub(r"\1 \3", text)))}


def _months(text: str) -> set[int]:
    """The numbers of the months that an English text names, since a translation may write them in figures."""
    return {number for number, month in enumerate(MONTHS, 1) if re.search(rf"\b{month}\b", text)}


def _short(text: str) -> str:
    return text if len(text) <= 50 else f"{text[:50].rstrip()}…"
