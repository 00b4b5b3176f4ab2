"""What a lawyer types on the review page: comments on items, and answers to the questions for counsel."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from django.http import QueryDict
from django.utils.translation import get_language

from threatmodel.clinic.contents import Contents
from threatmodel.clinic.fields import COMMENT, REPLY, WAS, mark_of, typed_in
from threatmodel.clinic.matter_views import text_problem
from threatmodel.clinic.models import Staff
from threatmodel.clinic.pages import Line
from threatmodel.clinic.working import Working, said, working
from threatmodel.documents.help_view import LawyerQuestion
from threatmodel.documents.view import MeasureView, PlanView, SafeguardView


class ToComment(NamedTuple):
    """An item with the field for a comment on it."""

    item: MeasureView | SafeguardView
    field: str
    typed: str


class ToAnswer(NamedTuple):
    """A question for counsel with the mark in its fields, and the mark of the answer that stands there."""

    question: LawyerQuestion
    mark: str
    was: str
    typed: str


@dataclass(frozen=True, slots=True)
class Written:
    """Comments by item, and answers by question, of which an empty one takes an answer away. Only what is new."""

    comments: Mapping[str, str]
    answers: Mapping[str, str]

    @classmethod
    def read(cls, form: QueryDict, now: Working, questions: Iterable[str]) -> Self:
        """What is new in the form. Raises ``KeyError`` for an answer to none of these questions."""
        comments = {one.id: text for one in now.pack.items if (text := typed_in(form, COMMENT + one.id))}
        marks = {mark_of(question): question for question in questions}
        sent = [name.removeprefix(REPLY) for name in form if name.startswith(REPLY)]
        replies = {mark: typed_in(form, REPLY + mark) for mark in sent}
        new = {mark: text for mark, text in replies.items() if mark_of(text) != form.get(WAS + mark, "")}
        return cls(comments, {marks[mark]: text for mark, text in new.items()})

    @property
    def problem(self) -> str:
        """What is wrong with one of the texts, in a sentence; nothing when they will do."""
        texts = [*self.comments.values(), *filter(None, self.answers.values())]
        return next((problem for text in texts if (problem := text_problem(text))), "")

    @property
    def act(self) -> str:
        return "commented" if self.comments else "answered-counsel"

    def into(self, contents: Contents, staff: Staff) -> Contents:
        by = staff.id.hex
        comments = {item: (*contents.comments.get(item, ()), said(by, text)) for item, text in self.comments.items()}
        answered = {**contents.answered, **{question: said(by, text) for question, text in self.answers.items()}}
        return replace(
            contents,
            comments={**contents.comments, **comments},
            answered={question: one for question, one in answered.items() if one.text},
        )

    def standing(self, now: Working) -> Iterator[Line]:
        """Each text, beside what stands in its place now."""
        titles = {one.id: one.title for one in working(now.opened, get_language() or "").pack.items}
        for item, text in self.comments.items():
            theirs = "\n".join(one.text for one in now.contents.comments.get(item, ()))
            yield Line(titles[item], text, theirs, [(COMMENT + item, text)])
        for question, text in self.answers.items():
            there, mark = now.contents.answered.get(question), mark_of(question)
            theirs = there.text if there else ""
            yield Line(question, text, theirs, [(REPLY + mark, text), (WAS + mark, mark_of(theirs))])


def fields(plan: PlanView, form: QueryDict) -> dict[str, object]:
    """What the page has fields for, with what was typed into them when they were not saved."""
    marks = [(one, mark_of(one.key)) for one in plan.questions_for_lawyer]
    return {
        "items": [ToComment(one, COMMENT + one.id, form.get(COMMENT + one.id, "")) for one in plan.items],
        "questions": [
            ToAnswer(one, mark, mark_of(one.answer), form.get(REPLY + mark, one.answer)) for one, mark in marks
        ],
    }
