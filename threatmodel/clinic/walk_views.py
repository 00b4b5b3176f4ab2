"""Walking with a client, on staff's pages: a section or a question a page, with prompts."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from threatmodel.clinic import matters
from threatmodel.clinic.asking import apart, asking, given, shown_in
from threatmodel.clinic.faults import not_here
from threatmodel.clinic.models import Staff
from threatmodel.clinic.pages import change, staff_page
from threatmodel.clinic.shown import show
from threatmodel.clinic.working import Working, working
from threatmodel.engine.answers import NotTogether, UnknownAnswer


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def section(request: HttpRequest, staff: Staff, matter: UUID, number: int) -> HttpResponseBase:
    """All questions of a section that apply, on one page. ``number`` counts the sections that apply, from 1."""
    if request.method != "POST":
        return _section_page(request, working(matters.open_matter(staff, matter)), number)
    try:
        saved = _answer(request, staff, matter)
    except NotTogether as fault:
        now = working(matters.open_matter(staff, matter, "shown-again"))
        return _section_page(request, now, number, fault.question)
    except UnknownAnswer:
        return not_here(request)
    if isinstance(saved, HttpResponse):
        return saved
    sections, stays = working(saved).sections(), "stay" in request.POST
    here = sections[number - 1][1] if number <= len(sections) else []
    appeared = any(one.id not in shown_in(request.POST) for one in here)
    if stays or appeared:
        return redirect("clinic-section", matter, number)
    return redirect("clinic-section", matter, number + 1) if number < len(sections) else redirect("clinic-plan", matter)


def _section_page(request: HttpRequest, now: Working, number: int, refused: str = "") -> HttpResponse:
    sections = now.sections()
    if not 1 <= number <= len(sections):
        return not_here(request)
    section, questions = sections[number - 1]
    context = {
        "matter": now,
        "section": section,
        "sections": [s for s, _ in sections],
        "number": number,
        **asking(request, now, questions, refused),
    }
    return show(request, "clinic/section.html", context, 422 if refused else 200)


def _answer(request: HttpRequest, staff: Staff, matter: UUID) -> matters.Opened | HttpResponse:
    """Save what a page with questions holds. Raises ``NotTogether`` or ``UnknownAnswer``."""
    form = request.POST
    return change(
        request, staff, matter, "answered", lambda now: given(form, now), standing=lambda now: apart(form, now)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def question(request: HttpRequest, staff: Staff, matter: UUID, number: int) -> HttpResponseBase:
    """One question a page, by its place in the client's path from 1."""
    if request.method != "POST":
        return _question_page(request, working(matters.open_matter(staff, matter)), number)
    try:
        saved = _answer(request, staff, matter)
    except NotTogether as fault:
        return _question_page(
            request, working(matters.open_matter(staff, matter, "shown-again")), number, fault.question
        )
    except UnknownAnswer:
        return not_here(request)
    if isinstance(saved, HttpResponse):
        return saved
    if "stay" in request.POST:
        return redirect("clinic-question", matter, number)
    last = number >= len(working(saved).path())
    return redirect("clinic-plan", matter) if last else redirect("clinic-question", matter, number + 1)


def _question_page(request: HttpRequest, now: Working, number: int, refused: str = "") -> HttpResponse:
    questions = now.path()
    if not 1 <= number <= len(questions):
        return not_here(request)
    context = {
        "matter": now,
        "number": number,
        "total": len(questions),
        **asking(request, now, [questions[number - 1]], refused),
    }
    return show(request, "clinic/question.html", context, 422 if refused else 200)
