"""What another answer would do to the plan. Nothing is kept until the person says so."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from threatmodel.documents.difference import DifferenceView, difference_view
from threatmodel.documents.telling import labels
from threatmodel.engine.answers import Answers, NotTogether, UnknownAnswer
from threatmodel.engine.changes import PathDifference, path_difference
from threatmodel.engine.flow import path
from threatmodel.engine.model import Question, Section
from threatmodel.engine.plan import build_plan
from threatmodel.walkthrough import faults
from threatmodel.walkthrough.access import today, with_walk
from threatmodel.walkthrough.pages import Choice
from threatmodel.walkthrough.walk import Walk


class Row(NamedTuple):
    """A question that applies, its number from 1, and its answer in words; empty when there is none yet."""

    number: int
    question: Question
    answer: str


class Part(NamedTuple):
    section: Section
    rows: tuple[Row, ...]


class Tried(NamedTuple):
    """An answer that is only tried, and what it would do."""

    chosen: tuple[str, ...]
    answer: str
    same: bool
    difference: DifferenceView
    path: PathDifference


@require_safe
@with_walk
def questions(request: HttpRequest, walk: Walk) -> HttpResponseBase:
    """Every question that applies to the person, asked in their walk or not, each with its answer now."""
    pack = walk.answers.questionnaire
    rows = [Row(n, q, _answer(walk.answers, q)) for n, q in enumerate(path(walk.answers, "everything"), start=1)]
    parts = [Part(s, tuple(row for row in rows if row.question.section == s.id)) for s in pack.sections]
    return render(request, "walkthrough/what_if_list.html", {"parts": [part for part in parts if part.rows]})


@require_http_methods(["GET", "HEAD", "POST"])
@with_walk
def question(request: HttpRequest, walk: Walk, number: int) -> HttpResponseBase:
    """One question. POST tries an answer and says what it would change; with ``keep`` it keeps it."""
    applying = path(walk.answers, "everything")
    if not 1 <= number <= len(applying):
        return faults.off_path(request)
    page = _Page(walk, applying[number - 1], number)
    if request.method != "POST":
        return page.response(request)
    if request.POST.get("question") != page.question.id:
        return faults.off_path(request)
    return _tried(request, page)


def _tried(request: HttpRequest, page: "_Page") -> HttpResponseBase:
    chosen = request.POST.getlist("answer")
    if not chosen:
        return page.refused(request, _("Choose an answer to try."), chosen)
    try:
        then = page.walk.answer(page.question.id, chosen)
    except UnknownAnswer:
        return faults.answer_refused(request)
    except NotTogether:
        return page.refused(request, _("Some of these answers cannot go together. Keep those that fit."), chosen)
    if request.POST.get("keep"):
        return _keep(then, page.question)
    return page.response(request, then.answers)


def _keep(walk: Walk, kept: Question) -> HttpResponse:
    """Back to the plan. A question that the walk does not ask joins it, so that its answer can be found and changed."""
    if kept not in path(walk.answers, walk.depth):
        walk = replace(walk, depth="everything", checked=True)
    response = redirect("plan")
    walk.seal_into(response)
    return response


@dataclass(frozen=True, slots=True)
class _Page:
    """One question's page."""

    walk: Walk
    question: Question
    number: int

    def response(self, request: HttpRequest, then: Answers | None = None) -> HttpResponse:
        """The page with the options as they are, or as they are tried and with what that would change."""
        chosen = (then or self.walk.answers).chosen(self.question.id)
        tried = self.tried(then) if then else None
        return render(request, "walkthrough/what_if.html", {**self.context(chosen), "tried": tried})

    def refused(self, request: HttpRequest, error: str, sent: list[str]) -> HttpResponse:
        """The page with what was wrong, and with what was sent still chosen."""
        return render(request, "walkthrough/what_if.html", {**self.context(sent), "error": error}, status=422)

    def context(self, chosen: list[str] | tuple[str, ...]) -> dict[str, object]:
        options = (*self.question.options, self.question.unsure)
        return {
            "number": self.number,
            "question": self.question,
            "now": _answer(self.walk.answers, self.question),
            "choices": [Choice(option, "checked" if option.id in chosen else "") for option in options],
        }

    def tried(self, then: Answers) -> Tried:
        now, day = self.walk.answers, today()
        return Tried(
            then.chosen(self.question.id),
            _answer(then, self.question),
            then == now,
            difference_view(build_plan(now, day), build_plan(then, day)),
            path_difference(now, then),
        )


def _answer(answers: Answers, question: Question) -> str:
    return labels(answers.questionnaire, question.id, answers.chosen(question.id))
