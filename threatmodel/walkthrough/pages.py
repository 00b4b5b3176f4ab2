"""What a question's page and the check page show.

A question's page hardly differs from person to person. It is therefore rendered once with marks in the places that
do differ (the form's token, the numbers, the ticks), and each request only fills the marks. A test holds the filled
page against the plain template for every question and answer.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from threatmodel.engine.flow import path
from threatmodel.engine.model import Option, Question, Section
from threatmodel.walkthrough.walk import Walk

# Characters of Unicode's private use area: no content holds one, and escaping leaves them alone.
MARK = re.compile("\ue000(.+?)\ue001")


def _mark(name: str) -> str:
    return f"\ue000{name}\ue001"


@dataclass(frozen=True, slots=True)
class Choice:
    """An option as a form shows it; ``tick`` is the attribute that makes it chosen, or nothing."""

    option: Option
    tick: str


@dataclass(frozen=True, slots=True)
class StepPage:
    """One question's page in one walk. ``number`` counts from 1."""

    question: Question
    number: int
    total: int
    walk: Walk

    def response(self, request: HttpRequest) -> HttpResponse:
        fixed = _fixed(self.question.id, self.walk, _template(request), get_language() or "")
        values = self._values(get_token(request))
        return HttpResponse("".join(values[part] if i % 2 else part for i, part in enumerate(fixed)))

    def plain(self, request: HttpRequest) -> str:
        """The same page, rendered by the template alone."""
        template = _template(request)
        return render_to_string(template, self._context(template, self._values(get_token(request))), request)

    def refused(self, request: HttpRequest, error: str, sent: list[str] | None = None) -> HttpResponse:
        """The page again, with what was wrong, and with what was sent still chosen."""
        values = self._values(get_token(request))
        if sent is not None:
            values |= self._ticks(tuple(sent))
        template = _template(request)
        context = self._context(template, values) | {"error": error}
        return HttpResponse(render_to_string(template, context, request), status=422)

    def _values(self, token: str) -> dict[str, str]:
        back = reverse("step", args=[self.number - 1]) if self.number > 1 else reverse("start")
        values = {"token": token, "number": str(self.number), "total": str(self.total), "back": back}
        return values | self._ticks(self.walk.answers.chosen(self.question.id))

    def _ticks(self, chosen: tuple[str, ...]) -> dict[str, str]:
        return {f"tick {o.id}": "checked" if o.id in chosen else "" for o in _options(self.question)}

    def _context(self, template: str, values: Mapping[str, str]) -> dict[str, object]:
        sections = self.walk.answers.questionnaire.sections
        return {
            **values,
            "swap": template.endswith("#card"),
            "question": self.question,
            "section": next(section for section in sections if section.id == self.question.section),
            "choices": [Choice(option, values[f"tick {option.id}"]) for option in _options(self.question)],
        }


def _template(request: HttpRequest) -> str:
    return "walkthrough/step.html#card" if request.htmx else "walkthrough/step.html"  # type: ignore[attr-defined]


def _options(question: Question) -> tuple[Option, ...]:
    return (*question.options, question.unsure)


def _fixed(question: str, walk: Walk, template: str, language: str) -> tuple[str, ...]:
    return _rendered(walk.answers.questionnaire, question, template, language)


@lru_cache(maxsize=1024)
def _rendered(pack: object, question: str, template: str, language: str) -> tuple[str, ...]:
    """The page as text and names of marks in turn, beginning and ending with text."""
    from threatmodel.engine.answers import Answers

    walk = Walk(Answers(pack), "full", 0)  # type: ignore[arg-type]
    page = StepPage(walk.answers.questionnaire.question[question], 1, 1, walk)
    names = ["token", "number", "total", "back", *(f"tick {o.id}" for o in _options(page.question))]
    context = page._context(template, {name: _mark(name) for name in names})
    from threatmodel.walkthrough.context import STYLE

    html = render_to_string(template, {**context, "style": STYLE})
    return tuple(MARK.split(html))


@dataclass(frozen=True, slots=True)
class Line:
    """A question and its answer as the check page shows them; no labels when it is unanswered."""

    number: int
    question: Question
    labels: tuple[str, ...]


def sections_of(walk: Walk) -> tuple[tuple[Section, tuple[Line, ...]], ...]:
    """The questions of this walk by section, each with its number and answer. Empty sections are left out."""

    def lines(section: Section) -> Iterator[Line]:
        for number, question in enumerate(path(walk.answers, walk.depth), start=1):
            if question.section == section.id:
                chosen = walk.answers.chosen(question.id)
                yield Line(number, question, tuple(o.label for o in _options(question) if o.id in chosen))

    shown = ((section, tuple(lines(section))) for section in walk.answers.questionnaire.sections)
    return tuple((section, found) for section, found in shown if found)
