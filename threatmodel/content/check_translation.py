"""What is wrong with a pack's translations: texts that are missing, older than the original, or say other numbers."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError

from threatmodel.content.catalogue import catalogue_of, languages, read_catalogue, templates
from threatmodel.content.errors import Fault, fault
from threatmodel.content.pack import Pack

ITEM = re.compile(r"^\s*(?:\d+\.|[-*])\s", re.MULTILINE)
NUMBER = re.compile(r"\d+")
GROUPED = re.compile(r"(?<=\d)[.,\s](?=\d{3}\b)")  # 10,000 is 10.000 or 10 000 elsewhere
DAY = re.compile(r"\b(\d{4})-\d{2}-(\d{2})\b")  # the month may be a word
ADDRESS = re.compile(r"[\w-]+(?:\.[\w-]+)*\.(?:gov|org|com|net|us)\b(?:/[\w./-]*\w)?")
# What has to be the same in both languages, and how it is told apart.
SAME: dict[str, Callable[[str], object]] = {
    "the items of a list": lambda text: len(ITEM.findall(text)),
    "numbers": lambda text: {int(number) for number in NUMBER.findall(GROUPED.sub("", DAY.sub(r"\1 \2", text)))},
    "addresses": lambda text: set(ADDRESS.findall(text)),
}


def translation_faults(pack: Pack, *only: str) -> Iterator[Fault]:
    """What is to be mended or looked at in every language the pack has catalogues of, or in those named."""
    for lang in only or languages(pack):
        for file, template in templates(pack).items():
            path = catalogue_of(pack, lang, file)
            shown = f"{pack.directory.parent.name}/{path.relative_to(pack.directory.parent)}"
            yield from _of_one(lang, path, shown, template)


def _of_one(lang: str, path: Path, shown: str, template: Catalog) -> Iterator[Fault]:
    if not path.exists():
        return  # nobody has begun on it: `content stats` counts it
    try:
        catalogue = read_catalogue(path)
    except (OSError, ValueError, PoFileError) as problem:
        yield fault("T004", shown, 0, problem=str(problem).splitlines()[0])
        return
    yield from _of_texts(lang, catalogue, shown, [str(message.id) for message in template if message.id])


def _of_texts(lang: str, catalogue: Catalog, shown: str, originals: list[str]) -> Iterator[Fault]:
    missing = []
    for original in originals:
        message = catalogue.get(original)
        if message is None or not message.string:
            missing.append(original)
            continue
        line = message.lineno or 0
        if message.fuzzy:
            yield fault("T002", shown, line, lang=lang, text=_short(original))
        for what, told in SAME.items():
            if told(original) != told(str(message.string)):
                yield fault("T003", shown, line, lang=lang, text=_short(original), what=what)
    if missing:
        yield fault("T001", shown, 0, count=len(missing), all=len(originals), lang=lang, first=_short(missing[0]))


def _short(text: str) -> str:
    return text if len(text) <= 50 else f"{text[:50].rstrip()}…"
