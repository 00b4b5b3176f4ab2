"""Which questions are asked of this person, and what the rules take as true of them.

Nothing here remembers where somebody was: the path is worked out from the answers each time, so going back and
changing one gives what answering afresh would have given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from threatmodel.engine.answers import Answers
from threatmodel.engine.conditions import Bits, Clause, Rule, set_bits, smallest_reason
from threatmodel.engine.model import Question, Questionnaire

type Depth = Literal["quick", "full"]


class Because(NamedTuple):
    """One answer behind an item; ``assumed`` when the person did not say so but the rules take it as true."""

    question: str
    option: str
    assumed: bool


class _Step(NamedTuple):
    question: Question
    bits: Bits
    rule: Rule
    assume: int
    otherwise: int


@lru_cache(maxsize=16)
def _steps(questionnaire: Questionnaire) -> tuple[_Step, ...]:
    return tuple(
        _Step(
            question,
            (bits := questionnaire.layout[question.id]),
            questionnaire.rule(question.asked_if),
            bits.of(question.assume) | bits.unsure,
            bits.of(question.otherwise),
        )
        for question in questionnaire.questions
    )


@dataclass(frozen=True)
class Reading:
    """Answers as the rules read them.

    ``bits`` holds what is taken as true of every question; ``assumed`` the part of it that nobody said; ``on_path``
    the questions that apply to this person, whether asked in a walk or not. It is the witness of ``smallest_reason``.
    """

    questionnaire: Questionnaire
    bits: int
    assumed: int
    on_path: frozenset[str]

    def because(self, clauses: Iterable[Clause]) -> tuple[Because, ...]:
        """The smallest set of answers that makes these clauses hold, in asking order. They must hold."""
        return self.name(smallest_reason(clauses, self.bits, self))

    def name(self, answers: int) -> tuple[Because, ...]:
        """Spell out a mask of answers."""
        names = _names(self.questionnaire)
        return tuple(Because(*names[bit], bool(bit & self.assumed)) for bit in set_bits(answers))

    def cost(self, answers: int) -> int:
        """Fewest answers first; among equals, those that somebody gave."""
        return answers.bit_count() * 1024 + (answers & self.assumed).bit_count()

    def present(self, bit: int) -> int:
        """An answer stands for itself; one of a question that does not apply, for why it does not."""
        question = _names(self.questionnaire)[bit][0]
        return bit if question in self.on_path else self._off_path(question)

    def absent(self, options: int) -> Iterable[int]:
        """Every chosen option that rules these out; where none does alone, the whole answer."""
        question = _names(self.questionnaire)[options & -options][0]
        if question not in self.on_path:
            return (self._off_path(question),)
        layout = self.questionnaire.layout[question]
        chosen = self.bits & layout.mask
        told = chosen & ~layout.unsure or chosen
        alone = [bit for bit in set_bits(told) if not options & ~layout.rules_out[bit]]
        return alone or (told,)

    def _off_path(self, question: str) -> int:
        if question not in self._reasons:
            rule = next(step.rule for step in _steps(self.questionnaire) if step.question.id == question)
            self._reasons[question] = smallest_reason(rule.inverse, self.bits, self)
        return self._reasons[question]

    @cached_property
    def _reasons(self) -> dict[str, int]:
        return {}


@lru_cache(maxsize=16)
def _names(questionnaire: Questionnaire) -> dict[int, tuple[str, str]]:
    return {
        bit: (question, option)
        for question, layout in questionnaire.layout.items()
        for option, bit in layout.option.items()
    }


def read(answers: Answers) -> Reading:
    """Work out what the rules take as true.

    In asking order: a question whose ``if`` does not hold counts as its ``otherwise``, whatever was once answered;
    one that is unanswered or answered ``unsure`` counts as its ``assume``; any other as answered. The bit of
    ``unsure`` is set beside what is assumed, so that a condition may name it.
    """
    bits = assumed = 0
    on_path = []
    for question, layout, rule, assume, otherwise in _steps(answers.questionnaire):
        if not rule.holds(bits):
            bits |= otherwise
            continue
        on_path.append(question.id)
        given = answers.bits & layout.mask
        if given & ~layout.unsure:
            bits |= given
        else:
            bits |= assume
            assumed |= assume
    return Reading(answers.questionnaire, bits, assumed, frozenset(on_path))


def path(answers: Answers, depth: Depth) -> tuple[Question, ...]:
    """List the questions of a walk of this depth that apply, in asking order. Later questions are in neither walk."""
    on_path = read(answers).on_path
    return tuple(
        question
        for question in answers.questionnaire.questions
        if question.id in on_path and (question.quick if depth == "quick" else not question.later)
    )


def next_unanswered(answers: Answers, depth: Depth, after: int = 0) -> int | None:
    """The number, from 1, of the first unanswered question past step ``after``, then of any; None when none is."""
    unanswered = [
        number for number, question in enumerate(path(answers, depth), start=1) if not answers.answered(question.id)
    ]
    return next((number for number in unanswered if number > after), unanswered[0] if unanswered else None)


def at_depth(answers: Answers, depth: Depth) -> Answers:
    """Keep what a walk of this depth goes by: a quick one only the quick questions' answers, a full one all."""
    if depth == "full":
        return answers
    return answers.only(question.id for question in answers.questionnaire.questions if question.quick)
