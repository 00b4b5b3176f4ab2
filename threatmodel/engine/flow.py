"""Which questions are asked of this person, and what the rules take as true of them.

Nothing here remembers where somebody was: the path is worked out from the answers each time, so going back and
changing one gives what answering afresh would have given.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from threatmodel.engine.answers import Answers
from threatmodel.engine.conditions import Bits, Clause, Rule, Witness, set_bits, smallest_reason
from threatmodel.engine.model import Question, Questionnaire

type Depth = Literal["quick", "full", "everything"]


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
    the questions that apply to this person, whether asked in a walk or not.
    """

    questionnaire: Questionnaire
    bits: int
    assumed: int
    on_path: frozenset[str]

    def because(self, clauses: tuple[Clause, ...]) -> tuple[Because, ...]:
        """The smallest set of answers that makes these clauses hold, in asking order. They must hold."""
        if not clauses:
            return ()
        names = _names(self.questionnaire)
        reason = smallest_reason(clauses, self.witness, _question_masks(self.questionnaire))
        assumed = self.assumed
        return tuple([names[bit][1 if bit & assumed else 0] for bit in set_bits(reason)])

    @cached_property
    def witness(self) -> Witness:
        told = sum(step.bits.mask for step in _steps(self.questionnaire) if step.question.id in self.on_path)
        unsure = sum(step.bits.unsure for step in _steps(self.questionnaire))
        return Witness(self.bits, self.assumed, told & ~(unsure & self.assumed), self._behind)

    def _behind(self, question: int) -> int:
        """Why a question does not apply, as a mask of answers; of one that does, its whole answer."""
        if question not in self._reasons:
            step = next(step for step in _steps(self.questionnaire) if step.bits.mask == question)
            self._reasons[question] = (
                self.bits & question
                if step.question.id in self.on_path
                else smallest_reason(step.rule.inverse, self.witness, _question_masks(self.questionnaire))
            )
        return self._reasons[question]

    @cached_property
    def _reasons(self) -> dict[int, int]:
        return {}


@lru_cache(maxsize=16)
def _names(questionnaire: Questionnaire) -> dict[int, tuple[Because, Because]]:
    """Each bit as an answer that was given, and as one that is assumed."""
    return {
        bit: (Because(question, option, False), Because(question, option, True))
        for question, layout in questionnaire.layout.items()
        for option, bit in layout.option.items()
    }


@lru_cache(maxsize=16)
def _question_masks(questionnaire: Questionnaire) -> dict[int, int]:
    return {bit: layout.mask for layout in questionnaire.layout.values() for bit in layout.option.values()}


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
    """List the questions of a walk of this depth that apply, in asking order.

    Later questions are in neither the quick nor the full walk, only in ``everything``.
    """
    on_path = read(answers).on_path
    return tuple(
        question
        for question in answers.questionnaire.questions
        if question.id in on_path and _asked_at(question, depth)
    )


def _asked_at(question: Question, depth: Depth) -> bool:
    return {"quick": question.quick, "full": not question.later, "everything": True}[depth]


def next_unanswered(answers: Answers, depth: Depth, after: int = 0) -> int | None:
    """The number, from 1, of the first unanswered question past step ``after``, then of any; None when none is."""
    unanswered = [
        number for number, question in enumerate(path(answers, depth), start=1) if not answers.answered(question.id)
    ]
    return next((number for number in unanswered if number > after), unanswered[0] if unanswered else None)


def at_depth(answers: Answers, depth: Depth) -> Answers:
    """Keep what a walk of this depth goes by: a quick one only the quick questions' answers, any other all."""
    if depth != "quick":
        return answers
    return answers.only(question.id for question in answers.questionnaire.questions if question.quick)
