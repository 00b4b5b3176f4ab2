"""The texts of a pack that people read, each with its place, and how a text falls into sentences and words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any as Any_
from typing import Literal

from pydantic import BaseModel

from threatmodel.content.pack import Pack, Placed
from threatmodel.content.reader import Path_

type Kind = Literal["label", "sentence", "lawyer"]
type At = Placed[Any_]

LABELS = ("title", "label", "blanks", "again", "cost", "undo", "unsure", "binds", "to", "who", "word", "forms")
SENTENCES = (
    *("intro", "ask", "why", "hint", "card", "do", "dont", "note", "ask_first", "blocked", "text", "honest"),
    *("what", "since", "reach", "discloses", "helps", "limits", "steps"),
    *("everyone", "left_off", "say", "lines"),
    *("statement", "no_setting_changes", "you_can", "ask_lawyer"),
    *("ignored", "refused", "asks_more", "check", "careful", "use_when", "lawyer_first", "dont_add", "body"),
    *("means", "lead", "zero", "practice", "says", "first", "keep", "looks", "hope"),
    *("listen", "interpreter", "do_not_write"),
)
KINDS: dict[str, Kind] = {
    **dict.fromkeys(LABELS, "label"),
    **dict.fromkeys(SENTENCES, "sentence"),
    "precise": "lawyer",
}

ENTRIES = ("questions", "panels")  # entries of their own inside another

MARKER = re.compile(r"^\s*(?:\d+\.|[-*])\s+")
# a full stop ends a sentence unless it follows a lone capital (D.C.) or one of the usual short forms
END = re.compile(r"(?<!\b[A-Z]\.)(?<!\bNo\.)(?<!\bv\.)(?:(?<=[.!?])|(?<=[.!?][\")]))\s+(?=[\"(A-Z0-9])")
WORD = re.compile(r"[\w@/](?:[\w'’.@/&-]*\w)?")
# what turns an act into its opposite, or into something that somebody else is asked for
DENIAL = re.compile(r"\b(?:not|never|nobody|nothing|cannot|(?:instead of|rather than)|ask \w+(?: \w+){0,2} to)\b", re.I)
DENIES_ALL = re.compile(r"(?:do not|don't|never|nothing here) ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """One text: the entry it is part of, where in it, and for whom it is written."""

    at: At
    path: Path_
    kind: Kind
    text: str

    @property
    def sentences(self) -> tuple[str, ...]:
        return sentences(self.text)


def entries(pack: Pack) -> Iterator[At]:
    """Every entry that holds texts people read; a section without its questions, which are entries of their own."""
    yield from [pack.pack] if pack.pack else []
    yield from chain(pack.sections, pack.questions, pack.gates, pack.cautions, pack.notes)
    yield from chain(pack.vectors, pack.measures, pack.safeguards, pack.referrals, pack.letters)
    yield from [pack.notice] if pack.notice else []
    yield from chain([pack.paper] if pack.paper else [], pack.panels, pack.glossary)


def written(pack: Pack) -> Iterator[At]:
    """Every entry whose words are checked: those that people read, and what staff are told, which is not translated."""
    yield from entries(pack)
    yield from pack.prompts


def texts(at: At) -> list[Text]:
    """The texts of one entry, in the order of the schema."""
    return [Text(at, path, kind, text) for path, kind, text in _walk(at.entry, (), None)]


def _walk(value: object, path: Path_, kind: Kind | None) -> Iterator[tuple[Path_, Kind, str]]:
    match value:
        case BaseModel():
            for key in [key for key in type(value).model_fields if key not in ENTRIES]:
                yield from _walk(getattr(value, key), (*path, key), KINDS.get(key))
        case list():
            for i, part in enumerate(value):
                yield from _walk(part, (*path, i), kind)
        case dict():
            for key, part in value.items():
                yield from _walk(part, (*path, key), kind)
        case str() if kind and value:
            yield path, kind, value


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text; each item of a list is one or more of its own."""
    return tuple(s for item in _items(text) for s in END.split(item) if WORD.search(s))


def _items(text: str) -> Iterator[str]:
    item = ""
    for line in text.splitlines():
        if not line.strip() or MARKER.match(line):
            yield item
            item = ""
        item = f"{item} {MARKER.sub('', line)}".strip()
    yield item


def words(sentence: str) -> list[str]:
    """The words of a sentence: what holds a letter or a figure."""
    return WORD.findall(sentence)


def denied(sentence: str, at: int) -> bool:
    """Whether what stands at a place of a sentence is denied before it: by how the sentence opens, or in its clause."""
    if DENIES_ALL.match(sentence):
        return True
    return bool(DENIAL.search(re.split(r"[,;:]", sentence[:at])[-1]))
