"""What a sealed file holds, as bytes by permanent numbers, so that it outlives changes of the questions.

Layout: format, pack, content version, day of the plan, two counts (HEAD); from format 2 on the language; then, each of
a size that follows from it, a bit an answer, three bits an item (its mark), two bits an item (how it stood), and a
byte an item (over what it said). The length depends on the content version alone, never on the answers.
"""

import hashlib
import struct
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from threatmodel.documents.telling import labels
from threatmodel.engine.answers import Answers, NotTogether
from threatmodel.engine.gates import STANDINGS, Standing
from threatmodel.engine.marks import MARK_BITS, MARKS, Marks, item_places
from threatmodel.engine.model import Questionnaire, Retired
from threatmodel.engine.snapshot import STANDING_BITS, Snapshot

FORMAT = 2
HEAD = struct.Struct(">B4s16sIHH")
LANG = 12  # bytes; formats before 2 have none


class NotARecord(ValueError):
    """Bytes that are no record at all, or one in a form this program does not know."""


class NewerFormat(NotARecord):
    """A record in a form that came after this program."""


class OtherPack(NotARecord):
    """A record made with another set of questions."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Something a record holds that the pack no longer has.

    ``was`` is what it was called and ``now`` the id that took over, each empty when unknown or none. Without ``was`` it
    came from newer content than this.
    """

    id: str = ""
    was: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One person's answers and marks, and what their plan said on the day it was kept.

    ``version`` is the content version of that day, and ``lang`` the language it was read in, or nothing where that is
    not known; ``lost`` is what could not be taken over as it was.
    """

    answers: Answers
    marks: Marks
    then: Snapshot
    version: str
    lang: str = ""
    lost: tuple[Lost, ...] = ()

    @classmethod
    def keep(cls, answers: Answers, marks: Marks, as_of: date) -> Self:
        """The record to keep of a plan made on this day."""
        pack = answers.questionnaire
        return cls(answers, marks, Snapshot.take(answers, as_of), pack.version, pack.lang)

    def pack(self) -> bytes:
        """The record as bytes."""
        pack = self.answers.questionnaire
        numbers = pack.numbering
        chosen = {
            f"{question}/{option}" for question, options in self.answers.as_mapping().items() for option in options
        }
        marks, standings = self.marks.as_mapping(), self.then.standings
        head = HEAD.pack(
            FORMAT,
            _pack_id(pack),
            pack.version.encode()[:16],
            self.then.on.toordinal(),
            len(numbers.answers),
            len(numbers.items),
        )
        return b"".join(
            (
                head,
                self.lang.encode()[:LANG].ljust(LANG, b"\0"),
                _bits((int(id_ in chosen) for id_ in numbers.answers), len(numbers.answers), 1),
                _bits((MARKS.index(marks.get(id_, "none")) for id_ in numbers.items), len(numbers.items), MARK_BITS),
                _bits((_held(standings.get(id_)) for id_ in numbers.items), len(numbers.items), STANDING_BITS),
                bytes(self.then.said.get(id_, 0) for id_ in numbers.items),
            )
        )


def _pack_id(pack: Questionnaire) -> bytes:
    return hashlib.sha256(pack.id.encode()).digest()[:4]


def _held(standing: Standing | None) -> int:
    return 0 if standing is None else STANDINGS.index(standing) + 1


def _bits(values: Iterator[int], count: int, each: int) -> bytes:
    """Values of ``each`` bits, the first of them lowest."""
    whole = 0
    for i, value in enumerate(values):
        whole |= value << i * each
    return whole.to_bytes(-(-count * each // 8), "big")


def read_record(pack: Questionnaire, packed: bytes) -> Record:
    """Undo ``Record.pack``, for a pack that may have changed since. Raises ``NotARecord`` or one of its kinds."""
    if packed and packed[0] > FORMAT:
        raise NewerFormat
    if len(packed) < HEAD.size + LANG or not packed[0]:
        raise NotARecord
    _, made_for, version, day, answer_count, item_count = HEAD.unpack_from(packed)
    if made_for != _pack_id(pack):
        raise OtherPack
    end = HEAD.size + (LANG if packed[0] > 1 else 0)
    fields = _fields(packed[end:], (answer_count, 1), (item_count, MARK_BITS), (item_count, STANDING_BITS))
    answered, marks, standings, said = fields
    if len(said) != item_count:
        raise NotARecord
    try:
        on, made_with = date.fromordinal(day), version.rstrip(b"\0").decode("ascii")
        lang = packed[HEAD.size : end].rstrip(b"\0").decode("ascii")
    except (ValueError, OverflowError) as fault:
        raise NotARecord from fault
    reader = _Reader(pack)
    answers = reader.answers(answered)
    marked = reader.marks(marks)
    then = reader.snapshot(answers, on, standings, said)
    return Record(answers, marked, then, made_with, lang, tuple(dict.fromkeys(reader.lost)))


def _fields(packed: bytes, *shapes: tuple[int, int]) -> tuple[bytes | list[int], ...]:
    """Cut off one list of numbers a shape (how many, bits each), and return them with what is left."""
    found: list[bytes | list[int]] = []
    for count, each in shapes:
        size = -(-count * each // 8)
        if len(packed) < size:
            raise NotARecord
        whole = int.from_bytes(packed[:size], "big")
        found.append([whole >> i * each & (1 << each) - 1 for i in range(count)])
        packed = packed[size:]
    return (*found, packed)


class _Reader:
    """Takes over what an older or newer pack wrote, and notes what it could not take over as it was."""

    def __init__(self, pack: Questionnaire) -> None:
        self.pack = pack
        self.lost: list[Lost] = []

    def known(self, ids: Sequence[str], values: Sequence[int], there: Container[str]) -> Iterator[tuple[str, int]]:
        """The values that are not nothing, by the id that bears them now; what is gone is noted."""
        for number, value in enumerate(values):
            if not value:
                continue
            if number >= len(ids):
                self.lost.append(Lost())
                continue
            id_ = ids[number]
            if id_ not in there:
                retired = self.pack.numbering.retired.get(id_, Retired(id_))
                self.lost.append(Lost(id_, retired.was, retired.now))
                id_ = retired.now
            if id_ in there:
                yield id_, value

    def answers(self, answered: Sequence[int]) -> Answers:
        """Choose what was chosen. What can no longer be chosen together is left open, and noted."""
        there = {f"{question}/{option}" for question, bits in self.pack.layout.items() for option in bits.option}
        chosen: dict[str, list[str]] = {}
        for id_, _ in self.known(self.pack.numbering.answers, answered, there):
            question, option = id_.split("/")
            chosen.setdefault(question, []).append(option)
        answers = Answers(self.pack)
        for question, options in chosen.items():
            try:
                answers = answers.choose(question, options)
            except NotTogether:
                self.lost += [Lost(f"{question}/{o}", labels(self.pack, question, [o])) for o in options]
        return answers

    def marks(self, marks: Sequence[int]) -> Marks:
        there = item_places(self.pack)
        found = self.known(self.pack.numbering.items, marks, there)
        return Marks.of(self.pack, {id_: MARKS[mark] for id_, mark in found})

    def snapshot(self, answers: Answers, on: date, standings: Sequence[int], said: Sequence[int]) -> Snapshot:
        there = item_places(self.pack)
        ids = self.pack.numbering.items
        stood = dict(self.known(ids, standings, there))
        says = {id_: said[number] for number, id_ in enumerate(ids[: len(said)]) if id_ in stood}
        if any(held > len(STANDINGS) for held in stood.values()):
            raise NotARecord
        return Snapshot(
            answers,
            on,
            {id_: STANDINGS[held - 1] for id_, held in stood.items()},
            {id_: says.get(id_, 0) for id_ in stood},
        )
