"""Walking with a client: a section or a question a page, with prompts for staff, and a view for the client alone."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from threatmodel.clinic import audit, matters
from threatmodel.clinic.accounts import signed_in, throttle
from threatmodel.clinic.accounts.sign_in_views import LONGEST_PASSWORD
from threatmodel.clinic.contents import Contents
from threatmodel.clinic.desk_views import languages
from threatmodel.clinic.faults import not_here
from threatmodel.clinic.models import Staff
from threatmodel.clinic.pages import ANSWER, CLIENT_VIEW, attempt, change, form_marks, staff_page
from threatmodel.clinic.plan_views import ASK_WHY, noting
from threatmodel.clinic.review_views import casework_of
from threatmodel.clinic.shown import show
from threatmodel.clinic.working import Working, answered, spoken, working
from threatmodel.documents.glossary import hard_words
from threatmodel.documents.telling import plan_view
from threatmodel.documents.view import PlanView
from threatmodel.engine.answers import NotTogether, UnknownAnswer
from threatmodel.engine.help import Prompt
from threatmodel.engine.marks import UnknownMark
from threatmodel.engine.model import Option, Question, Word


@dataclass(frozen=True, slots=True)
class Choice:
    option: Option
    ticked: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on a staff's or client's page: in the client's language, with what only staff see beside it."""

    question: Question
    choices: tuple[Choice, ...]
    own: str
    prompt: Prompt | None
    words: tuple[Word, ...]
    problem: str = ""

    @property
    def field(self) -> str:
        return ANSWER + self.question.id


def asked(now: Working, questions: Sequence[Question], form: QueryDict | None = None, refused: str = "") -> list[Asked]:
    """Questions as pages show them, with what was chosen, or sent in; ``refused`` is the one that was wrong."""
    own = now.pack.original or now.pack
    problem = _("Some of these answers cannot go together. Keep those that fit.")
    return [
        Asked(
            question,
            tuple(Choice(o, o.id in _ticked(now, question, form)) for o in (*question.options, question.unsure)),
            own.question[question.id].ask if own is not now.pack else "",
            own.prompts.get(question.id),
            hard_words(now.pack)[question.id],
            problem if question.id == refused else "",
        )
        for question in questions
    ]


def _ticked(now: Working, question: Question, form: QueryDict | None) -> Sequence[str]:
    """What was sent in, for the questions that were on the page that was sent."""
    if form is not None and question.id in form.get("shown", "").split():
        return form.getlist(ANSWER + question.id)
    return now.answers.chosen(question.id)


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
    appeared = any(one.id not in request.POST.get("shown", "").split() for one in here)
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
        **_asking(request, now, questions, refused),
    }
    return show(request, "clinic/section.html", context, 422 if refused else 200)


def _asking(request: HttpRequest, now: Working, questions: Sequence[Question], refused: str) -> dict[str, object]:
    """What every page with questions needs."""
    return {
        "asked": asked(now, questions, request.POST if request.method == "POST" else None, refused),
        "shown": " ".join(question.id for question in questions),
        "refused": bool(refused),
        "tongues": languages(),
        **form_marks(now.opened),
    }


def _answer(request: HttpRequest, staff: Staff, matter: UUID) -> matters.Opened | HttpResponse:
    """Save what a page with questions holds. Raises ``NotTogether`` or ``UnknownAnswer``."""
    return change(request, staff, matter, "answered", lambda now: _given(request.POST, now))


def _given(form: QueryDict, now: Working, only: str = "") -> Contents:
    """The contents with the answers of a form, and the language it asks for.

    A question that was on the page and has no answer in the form loses the one it had. With ``only``, the form may
    answer that question and no other.
    """
    shown = [one for one in form.get("shown", "").split() if one in now.pack.question]
    given = {question: form.getlist(ANSWER + question) for question in shown if not only or question == only}
    contents = answered(now, given)
    lang = form.get("lang", "")
    return replace(contents, lang=lang) if lang in languages() else contents


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
        **_asking(request, now, [questions[number - 1]], refused),
    }
    return show(request, "clinic/question.html", context, 422 if refused else 200)


@require_POST
@staff_page()
def hand_over(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Give the device to the client: from now on it shows this matter's questions and plan, and nothing else."""
    matters.open_matter(staff, matter, "handed-over")
    request.session[CLIENT_VIEW] = str(matter)
    signed_in.end_freshness(request, staff)
    return redirect("clinic-client", matter, 1)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(for_client=True)
def hand_back(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Take the device back, with the password of whoever is signed in."""
    if request.session.get(CLIENT_VIEW) != str(matter):
        return redirect("clinic-home")
    if request.method != "POST":
        return _hand_back_page(request, staff, matter)
    try:
        throttle.attempt(throttle.PASSWORD, f"again {staff.pk}")
    except throttle.Slowed as fault:
        wait = _("Too many tries went wrong. Wait %(seconds)d seconds, then try again.") % {"seconds": fault.seconds}
        response = _hand_back_page(request, staff, matter, wait, 429)
        response["Retry-After"] = str(fault.seconds)
        return response
    if not staff.check_password(request.POST.get("password", "")[:LONGEST_PASSWORD]):
        audit.note(staff.id, "handed-back-failed", matter=matter)
        problem = _("That is not the password of whoever is signed in here.")
        return _hand_back_page(request, staff, matter, problem, 422)
    throttle.succeeded(throttle.PASSWORD, f"again {staff.pk}")
    del request.session[CLIENT_VIEW]
    audit.note(staff.id, "handed-back", matter=matter)
    return redirect("clinic-matter", matter)


def _hand_back_page(
    request: HttpRequest, staff: Staff, matter: UUID, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"problem": problem, "matter_id": matter, "staff": staff, "yours": None}
    return render(request, "clinic/hand_back.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(for_client=True)
def client(request: HttpRequest, staff: Staff, matter: UUID, number: int) -> HttpResponseBase:
    """A question as the client sees it, in their language: no alias, no notes, no prompts, no way to other matters."""
    if request.method != "POST":
        return _client_page(request, working(matters.open_matter(staff, matter, "shown")), number)
    now = working(matters.load(staff, matter))
    asked_here = now.path()[number - 1].id if 1 <= number <= len(now.path()) else ""
    try:
        saved = attempt(request, staff, matter, "answered", lambda now: _given(request.POST, now, asked_here))
    except (NotTogether, matters.Conflict) as fault:
        refused = fault.question if isinstance(fault, NotTogether) else ""
        return _client_page(request, working(matters.open_matter(staff, matter, "shown")), number, refused)
    except UnknownAnswer:
        return not_here(request)
    if "stay" in request.POST:
        return redirect("clinic-client", matter, number)
    last = number >= len(working(saved).path())
    return redirect("clinic-client-plan", matter) if last else redirect("clinic-client", matter, number + 1)


def _client_page(request: HttpRequest, now: Working, number: int, refused: str = "") -> HttpResponse:
    """The question; after a form that was not saved, with what it held still ticked and a sentence."""
    questions = now.path()
    if not 1 <= number <= len(questions):
        return not_here(request)
    sent = request.method == "POST"
    with override(spoken(now.contents.lang)):
        context = {
            "matter_id": now.opened.row.id,
            "number": number,
            "total": len(questions),
            "meanwhile": sent and not refused,
            "lang": now.contents.lang,
            "yours": None,
            **_asking(request, now, [questions[number - 1]], refused),
        }
        status = 422 if refused else 409 if sent else 200
        return render(request, "clinic/client_question.html", context, status=status)


@require_safe
@staff_page(for_client=True)
def client_plan(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """The plan as the client sees it, in their language, with what a lawyer unfolded."""
    now = working(matters.open_matter(staff, matter, "shown"))
    with override(spoken(now.contents.lang)):
        context = {"plan": _clients_plan(now), "matter_id": matter, "yours": None, **form_marks(now.opened)}
        return render(request, "clinic/client_plan.html", context)


@require_safe
@staff_page(for_client=True)
def client_item(request: HttpRequest, staff: Staff, matter: UUID, place: int) -> HttpResponseBase:
    """One item of that plan. A script gets its text alone, and puts it where its title stands."""
    now = working(matters.open_matter(staff, matter, "shown"))
    with override(spoken(now.contents.lang)):
        return item_page(request, _clients_plan(now), place, markable=False)


@require_safe
@staff_page(for_client=True)
def client_part(request: HttpRequest, staff: Staff, matter: UUID, part: str) -> HttpResponseBase:
    """What stands beside that plan: sources, questions for a lawyer, tables."""
    now = working(matters.open_matter(staff, matter, "shown"))
    with override(spoken(now.contents.lang)):
        return render(request, f"plan/parts/{part}.html", {"plan": _clients_plan(now), "yours": None})


@require_POST
@staff_page(for_client=True)
def client_mark(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """What the client notes on their plan: as on their own device, with the reasons on a page between."""
    id_, _sep, noted = request.POST.get("mark", "").partition(" ")
    now = working(matters.load(staff, matter))
    with override(spoken(now.contents.lang)):
        found = next((one for one in _clients_plan(now).items if one.id == id_), None)
        if found is None:
            return not_here(request)
        if noted == ASK_WHY:
            opened = matters.open_matter(staff, matter, "shown")
            context = {"item": found, "matter_id": matter, "yours": None, **form_marks(opened)}
            return render(request, "clinic/client_reasons.html", context)
    edit, counted = noting(id_, noted)
    with suppress(matters.Conflict, UnknownMark):  # then the plan shows what stands, to be noted on again
        attempt(request, staff, matter, "marked", edit, also=counted)
    return redirect(f"{reverse('clinic-client-plan', args=[matter])}#item-{found.place}")


def _clients_plan(now: Working) -> PlanView:
    address = reverse("clinic-client-plan", args=[now.opened.row.id])
    return plan_view(now.plan(), now.record.marks, address, casework_of(now).for_client())


def item_page(request: HttpRequest, plan: PlanView, place: int, *, markable: bool) -> HttpResponse:
    """One item of a plan, or its text alone for a script."""
    found = next((one for one in plan.items if one.place == place), None)
    if found is None:
        return not_here(request)
    template = "plan/item.html#text" if request.htmx else "plan/item.html"  # type: ignore[attr-defined]
    return render(request, template, {"plan": plan, "item": found, "markable": markable, "yours": None})
