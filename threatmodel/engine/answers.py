"""What a person chose, and its packed form of a few dozen bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from threatmodel.engine.conditions import UNSURE, set_bits
from threatmodel.engine.model import Questionnaire


class UnknownAnswer(ValueError):
    """A question or option that this questionnaire does not have."""

    def __init__(self, question: str, option: str = "") -> None:
        self.question, self.option = question, option
        super().__init__(f"{question}: no option {option!r}" if option else f"no question {question!r}")


class NotTogether(ValueError):
    """Options of one question that cannot be chosen together."""

    def __init__(self, question: str, options: tuple[str, ...]) -> None:
        self.question, self.options = question, options
        super().__init__(f"{question}: {' and '.join(options)} cannot be chosen together")


class NotPacked(ValueError):
    """Bytes that are not packed answers to this questionnaire."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The options chosen, as one bit each of the questionnaire's layout. A question with no bit set is unanswered."""

    questionnaire: Questionnaire
    bits: int = 0

    @classmethod
    def of(cls, questionnaire: Questionnaire, chosen: Mapping[str, str | Iterable[str]]) -> Answers:
        """Build answers from question id → option id or ids. Raises ``UnknownAnswer`` or ``NotTogether``."""
        answers = cls(questionnaire)
        for question, options in chosen.items():
            answers = answers.choose(question, (options,) if isinstance(options, str) else options)
        return answers

    def choose(self, question: str, options: Iterable[str]) -> Answers:
        """Replace the answer to one question; no options leaves it unanswered."""
        layout = self.questionnaire.layout.get(question)
        if layout is None:
            raise UnknownAnswer(question)
        options = tuple(options)
        for option in options:
            if option not in layout.option:
                raise UnknownAnswer(question, option)
        chosen = layout.of(options)
        if any(layout.rules_out[bit] & chosen for bit in set_bits(chosen)):
            raise NotTogether(question, options)
        return replace(self, bits=self.bits & ~layout.mask | chosen)

    def chosen(self, question: str) -> tuple[str, ...]:
        """The options chosen for a question, in its order; empty when unanswered."""
        layout = self.questionnaire.layout[question]
        return tuple(option for option, bit in layout.option.items() if self.bits & bit)

    def answered(self, question: str) -> bool:
        return bool(self.bits & self.questionnaire.layout[question].mask)

    def only(self, questions: Iterable[str]) -> Answers:
        """Keep just the answers to these questions."""
        mask = sum(self.questionnaire.layout[question].mask for question in questions)
        return replace(self, bits=self.bits & mask)

    def as_mapping(self) -> dict[str, list[str]]:
        """The answered questions in asking order, each with its chosen options."""
        return {q.id: list(self.chosen(q.id)) for q in self.questionnaire.questions if self.answered(q.id)}

    def pack(self) -> bytes:
        """The answers as bytes, always of ``packed_size`` of their questionnaire."""
        return self.bits.to_bytes(packed_size(self.questionnaire), "big")

    @classmethod
    def unpack(cls, questionnaire: Questionnaire, packed: bytes) -> Answers:
        """Undo ``pack``. Raises ``NotPacked`` for another length, and for what no person could have chosen."""
        if len(packed) != packed_size(questionnaire):
            raise NotPacked("another length than this questionnaire's answers")
        bits = int.from_bytes(packed, "big")
        rules_out = _rules_out(questionnaire)
        for bit in set_bits(bits):
            if bit not in rules_out:
                raise NotPacked("an option that this questionnaire does not have")
            if rules_out[bit] & bits:
                raise NotPacked("options together that cannot be chosen together")
        return cls(questionnaire, bits)


@lru_cache(maxsize=16)
def _rules_out(questionnaire: Questionnaire) -> dict[int, int]:
    return {bit: others for layout in questionnaire.layout.values() for bit, others in layout.rules_out.items()}


@lru_cache(maxsize=16)
def packed_size(questionnaire: Questionnaire) -> int:
    """Bytes of a packed set of answers: one bit an option, rounded up."""
    return -(-sum(len(layout.option) for layout in questionnaire.layout.values()) // 8)


@lru_cache(maxsize=16)
def fingerprint(questionnaire: Questionnaire) -> bytes:
    """Eight bytes that change whenever a packed answer or mark would mean something else; wording does not count."""
    answers = ((question, *layout.option) for question, layout in questionnaire.layout.items())
    shape = (*answers, tuple(item.id for item in questionnaire.items))
    return hashlib.sha256("\n".join(" ".join(line) for line in shape).encode()).digest()[:8]


__all__ = ["UNSURE", "Answers", "NotPacked", "NotTogether", "UnknownAnswer", "fingerprint", "packed_size"]
