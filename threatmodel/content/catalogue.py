"""A pack's texts in another language: gettext catalogues, one beside each content file, as in es/measures/phone.po.

Translators see a text and where people meet it; never an id, a rule or a source. An item of which a text was not
translated, or not since the text changed, stays whole in the pack's own language, and each of its texts says so.

Easy words are a language of their own, as in en-simple or es-simple: whatever it does not say is said as in en or es.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po
from pydantic import BaseModel

from threatmodel.content.errors import BrokenPack, fault
from threatmodel.content.pack import Pack, Placed
from threatmodel.content.texts import KINDS, At, Kind, entries, texts

# No names and no days: the history of the files has both.
HEAD = r"""msgid ""
msgstr ""
"Language: {lang}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"""
PLURALS = r""""Plural-Forms: {plurals}\n"
"""
WORD = re.compile(r"[\u4e00-\u9fff]|[^\s\u4e00-\u9fff]+")  # in Chinese, a character
NAMES = ("sources", "instruments")  # titles that everywhere stand as they were published
RIGHT_TO_LEFT = ("ar",)
FIGURES = re.compile(r"\+?\d+(?:[-/.]\d+)+")  # as in 1-800-799-7233 or 2026-11-23
EASY = "-simple"  # a registered variant of any language (BCP 47)
EASY_FILES = ("sections/", "measures/")  # where easy words are wanted
TRANSLATED = ("sections", "gates", "cautions", "notes", "vectors", "measures", "safeguards", "letters")
TRANSLATED_ONE = ("pack", "referrals_file", "notice", "paper", "words")


type Words = Mapping[str, Mapping[str, str]]  # translations by their originals, in each content file


class Untranslated(str):
    """A text that stands in the pack's own language among texts in another, so that pages can say so."""

    __slots__ = ("lang",)
    lang: str

    def __new__(cls, text: str, lang: str) -> Untranslated:
        made = super().__new__(cls, text)
        made.lang = lang
        return made


def together(texts: Iterable[str], between: str) -> str:
    """Texts in one, which is untranslated as soon as one of them is."""
    parts = list(texts)
    left = next((part.lang for part in parts if isinstance(part, Untranslated)), "")
    return Untranslated(between.join(parts), left) if left else between.join(parts)


def catalogue_of(pack: Pack, lang: str, file: str) -> Path:
    """Where the words of one content file (as in "measures/phone.yaml") stand in a language."""
    return pack.directory / lang / Path(file).with_suffix(".po")


def is_easy(lang: str) -> bool:
    return lang.endswith(EASY)


def shown(pack: Pack, path: Path) -> str:
    """How a file of the pack is called in faults."""
    return f"{pack.directory.parent.name}/{path.relative_to(pack.directory.parent)}"


def languages(pack: Pack) -> list[str]:
    """The languages a pack has catalogues of, besides its own."""
    return sorted({path.relative_to(pack.directory).parts[0] for path in pack.directory.glob("*/**/*.po")})


def file_of(pack: Pack, at: At) -> str:
    """The content file in which an entry stands, as in "measures/phone.yaml"; nothing for one outside of the pack."""
    ours = f"{shown(pack, pack.directory)}/"
    return at.document.file.removeprefix(ours) if at.document.file.startswith(ours) else ""


def templates(pack: Pack) -> Mapping[str, Catalog]:
    """The texts to translate, by content file, in reading order. A text that stands twice in a file is one."""
    found: dict[str, Catalog] = {}
    for at in entries(pack):
        if not (file := file_of(pack, at)):
            continue  # the operator's own referrals are in the operator's own words
        catalogue = found.setdefault(file, Catalog(fuzzy=False))
        for text in texts(at):
            keys = [part for part in text.path if isinstance(part, str)]
            title = str(getattr(at.entry, "title", "") or getattr(at.entry, "ask", ""))
            of = f" ({title})" if title and title != text.text else ""
            catalogue.add(text.text, auto_comments=[" ".join(keys).replace("_", " ") + of])
    return found


def read_catalogue(path: Path) -> Catalog:
    """A catalogue as it stands. Raises ``BrokenPack`` with the fault that keeps it from being read."""
    try:
        return read_po(BytesIO(path.read_bytes()), abort_invalid=True)
    except (OSError, ValueError, PoFileError) as problem:
        place = "/".join(path.parts[-4:])
        raise BrokenPack([fault("T004", place, 0, problem=str(problem).splitlines()[0])]) from None


def update(pack: Pack, lang: str) -> Iterator[tuple[Path, int, int]]:
    """Write every catalogue of a language anew: new texts empty, changed ones marked, those that are gone dropped.

    Yields each file with how many of its texts are translated, and how many there are.
    """
    for file, template in templates(pack).items():
        path = catalogue_of(pack, lang, file)
        if not is_easy(lang) or file.startswith(EASY_FILES):
            yield path, *write_catalogue(path, template, lang)


def write_catalogue(path: Path, template: Catalog, lang: str) -> tuple[int, int]:
    """Write one catalogue anew, as ``update`` does. Returns the number of translated texts, and of all."""
    catalogue = read_catalogue(path) if path.exists() else Catalog(locale=lang.replace("-", "_"), fuzzy=False)
    catalogue.update(template, update_header_comment=False, keep_user_comments=True)
    catalogue.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        out.write(HEAD.format(lang=lang).encode())
        if any(message.pluralizable for message in template):
            out.write(PLURALS.format(plurals=catalogue.plural_forms).encode())
        out.write(b"\n")
        write_po(out, catalogue, width=0, omit_header=True, include_previous=True, include_lineno=False)
    return len(list(_current(catalogue))), len(catalogue)


def words_of(pack: Pack, lang: str) -> Words:
    """Every translated text of a language by its original. What is marked as changed since is left out.

    Raises ``BrokenPack`` for a catalogue that cannot be read.
    """
    before = words_of(pack, lang.removesuffix(EASY)) if is_easy(lang) else {}
    found = {}
    for file, template in templates(pack).items():
        words = dict(before.get(file, {}))
        if pack.pack and lang == pack.pack.entry.lang:
            words |= {str(message.id): str(message.id) for message in template if message.id}
        path = catalogue_of(pack, lang, file)
        if path.exists():
            words |= {str(message.id): str(message.string) for message in _current(read_catalogue(path))}
        found[file] = {text: isolated(said) for text, said in words.items()} if lang in RIGHT_TO_LEFT else words
    return found


def progress(pack: Pack, lang: str) -> dict[str, int]:
    """How far a language has come: texts, those translated, per cent of them, and the words of the translation."""
    words = words_of(pack, lang)
    before = words_of(pack, lang.removesuffix(EASY)) if is_easy(lang) else {}
    texts_ = [(file, str(one.id)) for file, template in templates(pack).items() for one in template if one.id]
    said = {at: words[at[0]][at[1]] for at in texts_ if at[1] in words[at[0]]}
    done = [text for at, text in said.items() if not before or text != before[at[0]].get(at[1])]
    return {
        "texts": len(texts_),
        "translated": len(done),
        "percent": 100 * len(done) // len(texts_),
        "words": sum(len(WORD.findall(text)) for text in done),
    }


def isolated(text: str) -> str:
    """A text of a language that runs right to left, with its numbers and days kept from being turned round in parts."""
    return FIGURES.sub("\u2066\\g<0>\u2069", text)


def _current(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id and _said(message) and not message.fuzzy)


def _said(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def translated(pack: Pack, words: Words, lang: str) -> Pack:
    """The same pack with its texts in other words, of this language."""
    assert pack.pack  # noqa: S101  it is sound
    own = "" if lang.removesuffix(EASY) == pack.pack.entry.lang else pack.pack.entry.lang

    def placed[T: BaseModel](at: Placed[T]) -> Placed[T]:
        return replace(at, entry=_Say(words.get(file_of(pack, at), {}), own)(at.entry))

    lists: dict[str, Any] = {name: [placed(at) for at in getattr(pack, name)] for name in (*TRANSLATED, *NAMES)}
    ones: dict[str, Any] = {name: placed(at) if (at := getattr(pack, name)) else None for name in TRANSLATED_ONE}
    return replace(pack, **lists, **ones)


@dataclass(frozen=True, slots=True)
class _Say:
    """Says an entry in other words. What has an id is an item, and is said whole or not at all.

    ``lang``: the language of what is left as it is, where that is not the language of the words.
    """

    words: Mapping[str, str]
    lang: str

    def __call__(self, value: Any, kind: Kind | None = None) -> Any:
        match value:
            case BaseModel():
                say = self if not hasattr(value, "id") or self.whole(value) else replace(self, words={})
                fields = {key: say(getattr(value, key), KINDS.get(key)) for key in type(value).model_fields}
                return value.model_copy(update=fields)
            case list():
                return [self(part, kind) for part in value]
            case dict():
                return {key: self(part, kind) for key, part in value.items()}
            case str() if kind and value:
                return self.words.get(value) or (Untranslated(value, self.lang) if self.lang else value)
        return value

    def whole(self, value: Any, kind: Kind | None = None) -> bool:
        match value:
            case BaseModel():
                return all(self.whole(getattr(value, key), KINDS.get(key)) for key in type(value).model_fields)
            case list():
                return all(self.whole(part, kind) for part in value)
            case dict():
                return all(self.whole(part, kind) for part in value.values())
            case str() if kind and value:
                return value in self.words
        return True
