"""The two papers, as HTML and style: the take-home, and the one for the person's lawyer."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Literal, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language_bidi, override

from threatmodel.documents.casework import Casework, asides
from threatmodel.documents.picture import Picture, picture
from threatmodel.documents.side_by_side import Paper, alone, side_by_side
from threatmodel.documents.telling import plan_view, told
from threatmodel.documents.view import MeasureView, PlanView, Reason
from threatmodel.engine import paper
from threatmodel.engine.answers import Answers
from threatmodel.engine.flow import Because
from threatmodel.engine.model import Panel
from threatmodel.engine.plan import Exposure, Plan, PlannedMeasure, PlannedSafeguard, build_plan

type Audience = Literal["client", "counsel"]
PAGE, SIDEWAYS = (500, 640), (640, 450)  # points that every size of paper has room for, beside a heading
WIDE = 390
LARGE = 1.24  # at this scale the picture's words are 16 points high

type Size = Literal["letter", "a4"]


class Printable(NamedTuple):
    """A whole HTML document and the style sheet to print it with."""

    html: str
    css: str


@dataclass(frozen=True, slots=True)
class PanelView:
    panel: Panel
    stale: bool


@dataclass(frozen=True, slots=True)
class GateRow:
    """A gate, whether it is on, and the answers that decided it."""

    id: str
    title: str
    on: bool
    because: tuple[Reason, ...]


def printable(
    answers: Answers,
    as_of: date,
    audience: Audience,
    size: Size,
    *,
    large: bool,
    staff: bool,
    beside: Answers | None = None,
    casework: Casework | None = None,
) -> Printable:
    """The paper for a client or for counsel. ``staff`` adds, for counsel, what is for clinic staff only.

    ``beside``: the same answers in the pack of another language, which then stands beside the first.
    ``casework``: what a clinic adds. Of it a client's paper holds only what the client may read.
    """
    added = (casework or Casework()).plain()
    page = SIDEWAYS if beside else PAGE

    def paper_of(answers: Answers) -> Paper:
        lang = answers.questionnaire.lang
        with override(lang):
            if audience == "client":
                html = _take_home(answers, as_of, added.for_client(), large=large, page=page)
            else:
                html = _for_counsel(answers, as_of, added, large=large, staff=staff, page=page)
            return Paper(html, lang, get_language_bidi())

    paper = paper_of(answers)
    if beside is None:
        return Printable(alone(paper.html), style(size, large=large))
    return Printable(side_by_side(paper, paper_of(beside)), style(size, large=large, wide=True))


def _take_home(answers: Answers, as_of: date, added: Casework, *, large: bool, page: tuple[int, int]) -> str:
    pack = answers.questionnaire
    if not pack.paper.everyone:
        raise ValueError("the pack has no cautions for everyone; without them there is no take-home")
    plan = paper.take_home(answers, as_of)
    view = plan_view(_shown(plan, added.advised), casework=added)
    context = {
        "plan": view,
        "picture": _picture(view, page, large=large),
        "everyone": pack.paper.everyone,
        "left_off": pack.paper.left_off,
        "panels": [PanelView(panel, as_of > panel.stale_after) for panel in pack.paper.card],
        "blanks": pack.paper.blanks,
        "letterhead": added.letterhead,
    }
    return render_to_string("pdf/take_home.html", context)


def _for_counsel(
    answers: Answers, as_of: date, added: Casework, *, large: bool, staff: bool, page: tuple[int, int]
) -> str:
    plan = build_plan(answers, as_of, staff=staff)
    view = plan_view(plan, added.marks, casework=added)
    held, asked = {item.id for item in view.items}, {question.key for question in view.questions_for_lawyer}
    context = {
        "plan": view,
        "picture": _picture(view, page, large=large),
        "gates": gate_rows(plan),
        "standings": _standings(view),
        "answers": _answers(plan),
        "letterhead": added.letterhead,
        "asides": asides(added, plan.questionnaire, held, asked),
    }
    return render_to_string("pdf/counsel.html", context)


def gate_rows(plan: Plan) -> tuple[GateRow, ...]:
    """Every gate that answers decide, whether it is on or off: the criteria that staff read before they confirm."""
    return tuple(
        GateRow(state.gate.id, state.gate.title, state.on, told(plan, state.because))
        for state in plan.gates.values()
        if state.gate.decided_by
    )


@cache
def style(size: Size, *, large: bool, wide: bool = False) -> str:
    """The print style sheet for a size of paper, in ordinary or large print, and ``wide`` for two languages."""
    css = (settings.BASE_DIR / "static" / "print.css").read_text(encoding="utf-8")
    css += f"@page{{size:{size}{' landscape' if wide else ''}}}"
    if large:
        css += (settings.BASE_DIR / "static" / "print-large.css").read_text(encoding="utf-8")
    return css


def _picture(view: PlanView, page: tuple[int, int], *, large: bool) -> Picture:
    """The picture as large as a page takes it; in large print one lane above the other, if its words stay large so."""
    narrow = picture(view, right_to_left=get_language_bidi()).within(*page)
    if large and narrow.scale >= LARGE:
        return narrow
    return picture(view, wide=True, right_to_left=get_language_bidi()).within(WIDE, page[1])


def _shown(plan: Plan, advised: Container[str]) -> Plan:
    """A take-home's plan with sources only where its text is printed, so that none is listed for what is not there."""

    def measure(item: PlannedMeasure) -> PlannedMeasure:
        whole = item.measure.id in advised if item.ask_first else item.bucket != "later"
        return item if whole else item._replace(measure=replace(item.measure, sources=()))

    def exposure(item: Exposure) -> Exposure:
        whole = item.vector.lane == "out-of-reach"
        return item if whole else item._replace(vector=replace(item.vector, sources=()))

    def safeguard(item: PlannedSafeguard) -> PlannedSafeguard:
        hidden = item.stale and item.safeguard.volatile
        return item._replace(safeguard=replace(item.safeguard, sources=())) if hidden else item

    return replace(
        plan,
        hygiene=tuple(measure(item) for item in plan.hygiene),
        exposures=tuple(exposure(item) for item in plan.exposures),
        legal=tuple(safeguard(item) for item in plan.legal),
    )


def _standings(view: PlanView) -> dict[str, tuple[MeasureView, ...]]:
    return {"allowed": (*view.today, *view.soon, *view.later), "ask_first": view.ask_first}


def _answers(plan: Plan) -> tuple[Reason, ...]:
    """Every question that was answered, with its answer."""

    def because() -> Iterable[Because]:
        for question, options in plan.asked.items():
            yield from (Because(question, option, False) for option in options)

    return told(plan, because())
