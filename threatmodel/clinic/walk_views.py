"""Walking with a client: a section or a question a page, with prompts for staff, and a view for the client alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from threatmodel.clinic import audit, matters
from threatmodel.clinic.desk_views import languages
from threatmodel.clinic.faults import not_here
from threatmodel.clinic.models import Staff
from threatmodel.clinic.pages import ANSWER, CLIENT_VIEW, change, form_marks, staff_page
from threatmodel.clinic.shown import show
from threatmodel.clinic.working import Working, answered, spoken, working
from threatmodel.documents.casework import Casework
from threatmodel.documents.glossary import hard_words
from threatmodel.documents.telling import plan_view
from threatmodel.documents.view import PlanView
from threatmodel.engine.answers import NotTogether, UnknownAnswer
from threatmodel.engine.help import Prompt
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


def asked(now: Working, questions: Sequence[Question], form: QueryDict | None = None) -> list[Asked]:
    """Questions as pages show them, with what was chosen, or what was sent in."""
    own = now.pack.original or now.pack
    return [
        Asked(
            question,
            tuple(Choice(o, o.id in _ticked(now, question, form)) for o in (*question.options, question.unsure)),
            own.question[question.id].ask if own is not now.pack else "",
            own.prompts.get(question.id),
            hard_words(now.pack)[question.id],
            _("Some of these answers cannot go together. Keep those that fit.") if form is not None else "",
        )
        for question in questions
    ]


def _ticked(now: Working, question: Question, form: QueryDict | None) -> Sequence[str]:
    sent = form.getlist(ANSWER + question.id) if form is not None else []
    return sent or now.answers.chosen(question.id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def section(request: HttpRequest, staff: Staff, matter: UUID, number: int) -> HttpResponseBase:
    """All questions of a section that apply, on one page. ``number`` counts the sections that apply, from 1."""
    if request.method != "POST":
        return _section_page(request, staff, working(matters.open_matter(staff, matter)), number)
    saved = _answer(request, staff, matter)
    if isinstance(saved, NotTogether):
        now = working(matters.load(staff, matter))
        return _section_page(request, staff, now, number, {saved.question: request.POST})
    if isinstance(saved, HttpResponse):
        return saved
    now = working(saved)
    sections = now.sections()
    still_open = number <= len(sections) and any(not now.answers.answered(q.id) for q in sections[number - 1][1])
    told = {name.removeprefix(ANSWER) for name in request.POST if name.startswith(ANSWER)}
    appeared = still_open and any(q.id not in told and q.id not in _shown(request) for q in sections[number - 1][1])
    if appeared:
        return redirect("clinic-section", matter, number)
    return redirect("clinic-section", matter, number + 1) if number < len(sections) else redirect("clinic-plan", matter)


def _shown(request: HttpRequest) -> set[str]:
    """The questions that the page which was sent in had on it."""
    return set(request.POST.get("shown", "").split())


def _section_page(
    request: HttpRequest, staff: Staff, now: Working, number: int, refused: dict[str, QueryDict] | None = None
) -> HttpResponse:
    sections = now.sections()
    if not 1 <= number <= len(sections):
        return not_here(request)
    section, questions = sections[number - 1]
    context = {
        "matter": now,
        "section": section,
        "sections": [s for s, _ in sections],
        "number": number,
        "asked": [asked(now, [q], (refused or {}).get(q.id))[0] for q in questions],
        "shown": " ".join(question.id for question in questions),
        "refused": bool(refused),
        "tongues": languages(),
        **form_marks(now.opened),
    }
    return show(request, "clinic/section.html", context, 422 if refused else 200)


def _answer(request: HttpRequest, staff: Staff, matter: UUID) -> matters.Opened | HttpResponse | NotTogether:
    """Save the answers a form holds; a question without one is left as it was."""
    given = {n.removeprefix(ANSWER): v for n, v in request.POST.lists() if n.startswith(ANSWER)}
    try:
        return change(request, staff, matter, "answered", lambda now: answered(now, given))
    except NotTogether as fault:
        return fault
    except UnknownAnswer:
        return not_here(request)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def question(request: HttpRequest, staff: Staff, matter: UUID, number: int) -> HttpResponseBase:
    """One question a page, by its place in the client's path from 1."""
    if request.method != "POST":
        return _question_page(request, staff, working(matters.open_matter(staff, matter)), number)
    saved = _answer(request, staff, matter)
    if isinstance(saved, NotTogether):
        return _question_page(request, staff, working(matters.load(staff, matter)), number, request.POST)
    if isinstance(saved, HttpResponse):
        return saved
    last = number >= len(working(saved).path())
    return redirect("clinic-plan", matter) if last else redirect("clinic-question", matter, number + 1)


def _question_page(
    request: HttpRequest, staff: Staff, now: Working, number: int, refused: QueryDict | None = None
) -> HttpResponse:
    questions = now.path()
    if not 1 <= number <= len(questions):
        return not_here(request)
    context = {
        "matter": now,
        "asked": asked(now, [questions[number - 1]], refused),
        "shown": questions[number - 1].id,
        "number": number,
        "total": len(questions),
        "refused": refused is not None,
        "tongues": languages(),
        **form_marks(now.opened),
    }
    return show(request, "clinic/question.html", context, 422 if refused else 200)


@require_POST
@staff_page()
def hand_over(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Give the device to the client: from now on it shows this matter's questions and plan, and nothing else."""
    matters.open_matter(staff, matter, "handed-over")
    request.session[CLIENT_VIEW] = str(matter)
    return redirect("clinic-client", matter, 1)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(for_client=True)
def hand_back(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Take the device back, with the password of whoever is signed in."""
    problem = ""
    if request.method == "POST":
        if staff.check_password(request.POST.get("password", "")):
            request.session.pop(CLIENT_VIEW, None)
            audit.note(staff.id, "handed-back", matter=matter)
            return redirect("clinic-matter", matter)
        problem = _("That is not the password of whoever is signed in here.")
    context = {"problem": problem, "matter_id": matter, "staff": staff, "yours": None}
    return render(request, "clinic/hand_back.html", context, status=422 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(for_client=True)
def client(request: HttpRequest, staff: Staff, matter: UUID, number: int) -> HttpResponseBase:
    """A question as the client sees it, in their language: no alias, no notes, no prompts, no way to other matters."""
    if request.method != "POST":
        return _client_page(request, working(matters.open_matter(staff, matter, "shown")), number)
    saved = _answer(request, staff, matter)
    if isinstance(saved, NotTogether):
        return _client_page(request, working(matters.load(staff, matter)), number, request.POST)
    if isinstance(saved, HttpResponse):
        return saved
    last = number >= len(working(saved).path())
    return redirect("clinic-client-plan", matter) if last else redirect("clinic-client", matter, number + 1)


def _client_page(request: HttpRequest, now: Working, number: int, refused: QueryDict | None = None) -> HttpResponse:
    questions = now.path()
    if not 1 <= number <= len(questions):
        return not_here(request)
    context = {
        "matter_id": now.opened.row.id,
        "one": asked(now, [questions[number - 1]], refused)[0],
        "number": number,
        "total": len(questions),
        "refused": refused is not None,
        "yours": None,
        **form_marks(now.opened),
    }
    with override(spoken(now.contents.lang)):
        return render(request, "clinic/client_question.html", context, status=422 if refused else 200)


@require_safe
@staff_page(for_client=True)
def client_plan(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """The plan as the client sees it, in their language, with what a lawyer unfolded."""
    return _for_client(request, staff, matter, None)


@require_safe
@staff_page(for_client=True)
def client_item(request: HttpRequest, staff: Staff, matter: UUID, place: int) -> HttpResponseBase:
    """One item of that plan. A script gets its text alone, and puts it where its title stands."""
    return _for_client(request, staff, matter, place)


def _for_client(request: HttpRequest, staff: Staff, matter: UUID, place: int | None) -> HttpResponse:
    now = working(matters.open_matter(staff, matter, "shown"))
    address = reverse("clinic-client-plan", args=[matter])
    with override(spoken(now.contents.lang)):
        plan = plan_view(now.plan(), now.record.marks, address, casework(now))
        if place is None:
            return render(request, "clinic/client_plan.html", {"plan": plan, "matter_id": matter, "yours": None})
        return item_page(request, plan, place, markable=False)


def item_page(request: HttpRequest, plan: PlanView, place: int, *, markable: bool) -> HttpResponse:
    """One item of a plan, or its text alone for a script."""
    found = next((one for one in plan.items if one.place == place), None)
    if found is None:
        return not_here(request)
    template = "plan/item.html#text" if request.htmx else "plan/item.html"  # type: ignore[attr-defined]
    return render(request, template, {"plan": plan, "item": found, "markable": markable, "yours": None})


def casework(now: Working) -> Casework:
    """What a lawyer unfolded and signed off, for the client's eyes."""
    contents = now.contents
    advised = {item: one.on for item, one in contents.advised.items()}
    return Casework(reviewed_on=contents.reviewed.on if contents.reviewed else None, advised=advised)
