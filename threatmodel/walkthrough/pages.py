"""What a question's page and the check page show.

These pages hardly differ from person to person. Each is therefore rendered once with marks in the places that do
differ (the form's token, the numbers, the ticks, which lines are there), and each request only fills the marks. A test
holds the filled pages against the plain templates for every question and answer.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CSRF_TOKEN_LENGTH, get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from threatmodel.deflate import Form
from threatmodel.documents.glossary import hard_words
from threatmodel.engine.answers import Answers
from threatmodel.engine.flow import next_unanswered, path
from threatmodel.engine.marks import Marks
from threatmodel.engine.model import Option, Question, Questionnaire, Section
from threatmodel.walkthrough.context import Yours, fixed
from threatmodel.walkthrough.languages import Spoken, spoken
from threatmodel.walkthrough.walk import Walk

# Characters of Unicode's private use area: no content holds one, and escaping leaves them alone.
# A mark that begins with "?" opens a part that is left out when its value is empty; "/" closes it.
MARK = re.compile("\ue000(.+?)\ue001")
CHECK = "walkthrough/check.html"
CHECKED, UNCHECKED = "checked", "       "  # as wide as each other


def _mark(name: str) -> str:
    return f"\ue000{name}\ue001"


def fill(parts: tuple[str, ...], values: Mapping[str, str]) -> str:
    """Put a page together from text and names of marks in turn. Values must be fit for HTML already."""
    page: list[str] = []
    left_out = ""
    for i, part in enumerate(parts):
        if i % 2 == 0:
            if not left_out:
                page.append(part)
        elif part[0] == "/":
            left_out = "" if left_out == part[1:] else left_out
        elif left_out:
            pass
        elif part[0] == "?":
            left_out = "" if values.get(part) else part[1:]
        else:
            page.append(values[part])
    return "".join(page)


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
        form = _fixed_step(self.walk.answers.questionnaire, self.question.id, _template(request), spoken(request))
        page, deflated = form.filled(self._values(get_token(request)))
        response = HttpResponse(page)
        response.deflated = deflated  # type: ignore[attr-defined]  # so that `padding` need not compress it again
        return response

    def plain(self, request: HttpRequest) -> str:
        """The same page, rendered by the template alone."""
        template = _template(request)
        return render_to_string(template, self.context(template, self._values(get_token(request))), request)

    def refused(self, request: HttpRequest, error: str, sent: list[str] | None = None) -> HttpResponse:
        """The page again, with what was wrong, and with what was sent still chosen."""
        values = self._values(get_token(request))
        if sent is not None:
            values |= self._ticks(tuple(sent))
        template = _template(request)
        context = self.context(template, values) | {"error": error}
        return HttpResponse(render_to_string(template, context, request), status=422)

    def _values(self, token: str) -> dict[str, str]:
        back = reverse("step", args=[self.number - 1]) if self.number > 1 else reverse("start")
        values = {"token": token, "number": str(self.number), "total": str(self.total), "back": back}
        values["age"] = Yours.of(self.walk).age
        return values | self._ticks(self.walk.answers.chosen(self.question.id))

    def _ticks(self, chosen: tuple[str, ...]) -> dict[str, str]:
        return {f"tick {o.id}": CHECKED if o.id in chosen else UNCHECKED for o in _options(self.question)}

    def context(self, template: str, values: Mapping[str, str]) -> dict[str, object]:
        pack = self.walk.answers.questionnaire
        return {
            **values,
            "yours": Yours(values["age"]),
            "first": self.question == pack.questions[0],
            "swap": template.endswith("#card"),
            "question": self.question,
            "words": hard_words(pack)[self.question.id],
            "section": next(section for section in pack.sections if section.id == self.question.section),
            "choices": [Choice(option, values[f"tick {option.id}"]) for option in _options(self.question)],
        }


def _template(request: HttpRequest) -> str:
    return "walkthrough/step.html#card" if request.htmx else "walkthrough/step.html"  # type: ignore[attr-defined]


def _options(question: Question) -> tuple[Option, ...]:
    return (*question.options, question.unsure)


@lru_cache(maxsize=1024)
def _fixed_step(pack: Questionnaire, question: str, template: str, tongue: Spoken) -> Form:
    page = StepPage(pack.question[question], 1, 1, Walk(Answers(pack), "full", 0, Marks(pack)))
    names = ["token", "number", "total", "back", "age", *(f"tick {o.id}" for o in _options(page.question))]
    context = page.context(template, {name: _mark(name) for name in names})
    widths = {name: len(CHECKED) for name in names if name.startswith("tick ")}
    widths["token"] = CSRF_TOKEN_LENGTH
    return Form(MARK.split(render_to_string(template, {**context, **fixed(tongue)})), widths)


@dataclass(frozen=True, slots=True)
class Line:
    """A question and its answer on the check page. ``answer`` is HTML; empty when there is none yet."""

    question: Question
    number: str
    answer: SafeString
    begin: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the check page with its lines."""

    section: Section
    lines: tuple[Line, ...]
    begin: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class CheckPage:
    """All answers of one walk, by section, each with a way to change it."""

    walk: Walk

    def response(self, request: HttpRequest) -> HttpResponse:
        fixed = _fixed_check(self.walk.answers.questionnaire, spoken(request))
        return HttpResponse(fill(fixed, self._values(get_token(request))))

    def plain(self, request: HttpRequest) -> str:
        """The same page, rendered by the template alone."""
        lines: dict[str, list[Line]] = {}
        for number, question, answer in self._answers():
            lines.setdefault(question.section, []).append(Line(question, str(number), answer))
        parts = [
            Part(section, tuple(lines[section.id]))
            for section in self.walk.answers.questionnaire.sections
            if section.id in lines
        ]
        yours = Yours.of(self.walk)
        context = {"parts": parts, "open": self._open(), "token": get_token(request), "yours": yours}
        return render_to_string(CHECK, context, request)

    def _open(self) -> str:
        return str(next_unanswered(self.walk.answers, self.walk.depth) or "")

    def _answers(self) -> Iterator[tuple[int, Question, SafeString]]:
        answers = self.walk.answers
        for number, question in enumerate(path(answers, self.walk.depth), start=1):
            chosen = answers.chosen(question.id)
            labels = (escape(o.label) for o in _options(question) if o.id in chosen)
            yield number, question, mark_safe("; ".join(labels))  # noqa: S308  each label is escaped

    def _values(self, token: str) -> dict[str, str]:
        values = {"token": token, "open": self._open(), "?open": self._open(), "age": Yours.of(self.walk).age}
        for number, question, answer in self._answers():
            id_ = question.id
            values |= {f"?{id_}": "y", f"number {id_}": str(number), f"answer {id_}": answer}
            values |= {f"?yes {id_}": answer, f"?no {id_}": "" if answer else "y", f"?in {question.section}": "y"}
        return values


@lru_cache(maxsize=64)
def _fixed_check(pack: Questionnaire, tongue: Spoken) -> tuple[str, ...]:
    """The check page with every question of the pack, each of them a part that can be left out."""

    def line(question: Question) -> Line:
        id_ = question.id
        yes = _mark(f"?yes {id_}") + _mark(f"answer {id_}") + _mark(f"/yes {id_}")
        no = _mark(f"?no {id_}") + render_to_string("components/no_answer.html") + _mark(f"/no {id_}")
        answer = mark_safe(yes + no)  # noqa: S308  marks and a template of ours
        return Line(question, _mark(f"number {id_}"), answer, _mark(f"?{id_}"), _mark(f"/{id_}"))

    parts = []
    for section in pack.sections:
        lines = tuple(line(question) for question in pack.questions if question.section == section.id)
        parts.append(Part(section, lines, _mark(f"?in {section.id}"), _mark(f"/in {section.id}")))
    marks = {"open": _mark("open"), "token": _mark("token"), "begin": _mark("?open"), "end": _mark("/open")}
    yours = Yours(_mark("age"))
    return tuple(MARK.split(render_to_string(CHECK, {"parts": parts, "yours": yours, **marks, **fixed(tongue)})))
