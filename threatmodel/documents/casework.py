"""What a clinic's work on a matter adds to the papers of its plan. None of it changes what the engine says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from threatmodel.documents.side_by_side import MARKS as BLOCK_MARKS
from threatmodel.engine.marks import Marks
from threatmodel.engine.model import Questionnaire


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who prints a paper. On a take-home it tells where somebody went for help, so that the clinic asks before."""

    name: str
    contact: tuple[str, ...] = ()
    referrals: tuple[str, ...] = ()

    def each(self, change: Callable[[str], str]) -> Letterhead:
        """The same with every text changed alike."""
        return Letterhead(change(self.name), _each(self.contact, change), _each(self.referrals, change))


@dataclass(frozen=True, slots=True)
class Casework:
    """What staff noted. Texts are plain, as they were typed; ``comments`` and ``advised`` go by the id of an item.

    ``advised`` holds the day on which a lawyer talked an ask-first item over with the client. It only unfolds the
    steps of an item that the plan asks about first, and says nothing of any other. ``answered`` goes by a question's
    ``LawyerQuestion.key``, so that an answer stands under its question in every language. ``comments``, ``answered``
    and ``marks`` are for counsel and staff alone.
    """

    letterhead: Letterhead | None = None
    reviewed_on: date | None = None
    advised: Mapping[str, date] = field(default_factory=dict)
    comments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answered: Mapping[str, str] = field(default_factory=dict)
    marks: Marks | None = None

    def for_client(self) -> Casework:
        """What of it the client may read, on paper and on the screen.

        No marks: a filled box beside a step that is to be asked about first would be a record that somebody hid
        something, and on a paper that is found a "not for me" tells what they fear.
        """
        return Casework(self.letterhead, self.reviewed_on, self.advised)

    def plain(self) -> Casework:
        """The same without the characters that mark blocks in a paper of two languages."""
        return replace(
            self,
            letterhead=self.letterhead and self.letterhead.each(_plain),
            comments={id_: _each(texts, _plain) for id_, texts in self.comments.items()},
            answered={key: _plain(text) for key, text in self.answered.items()},
        )


class Aside(NamedTuple):
    """What was noted on something that the plan does not hold, so that no paper loses it."""

    title: str
    texts: tuple[str, ...]


def asides(casework: Casework, pack: Questionnaire, items: set[str], questions: set[str]) -> tuple[Aside, ...]:
    """Comments on other items than these, and answers to other questions than these (by their keys)."""
    titles = {item.id: item.title for item in pack.items}
    titles |= {id_: gone.was for id_, gone in pack.numbering.retired.items()}
    comments = (Aside(titles[i], texts) for i, texts in casework.comments.items() if i in titles and i not in items)
    answers = (Aside(key, (text,)) for key, text in casework.answered.items() if key not in questions)
    return (*comments, *answers)


def _each(texts: tuple[str, ...], change: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(change(text) for text in texts)


def _plain(text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, BLOCK_MARKS)))
