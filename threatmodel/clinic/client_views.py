"""The device in a client's hands: their questions, their plan, their marks, and nothing else until it is taken back."""

from contextlib import suppress
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from threatmodel.clinic import audit, matters
from threatmodel.clinic.accounts import factors, signed_in, throttle
from threatmodel.clinic.asking import asking, given
from threatmodel.clinic.faults import not_here
from threatmodel.clinic.models import Staff
from threatmodel.clinic.pages import CLIENT_VIEW, attempt, form_marks, staff_page
from threatmodel.clinic.plan_views import ASK_WHY, noting
from threatmodel.clinic.review_views import casework_of
from threatmodel.clinic.working import Working, spoken, working
from threatmodel.documents.telling import plan_view
from threatmodel.documents.view import PlanView
from threatmodel.engine.answers import NotTogether, UnknownAnswer
from threatmodel.engine.marks import UnknownMark


@require_POST
@staff_page()
def hand_over(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Give the device to the client: from now on it shows this matter's questions and plan, and nothing else."""
    matters.open_matter(staff, matter, "handed-over")
    request.session[CLIENT_VIEW] = str(matter)
    request.session.cycle_key()  # a request that is still under way with the old key can take nothing back
    signed_in.end_freshness(request, staff)
    return redirect("clinic-client", matter, 1)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def hand_back(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Take the device back, with the password of whoever is signed in."""
    if request.session.get(CLIENT_VIEW) != str(matter):
        return redirect("clinic-home")
    if request.method != "POST":
        return _hand_back_page(request, staff, matter)
    try:
        factors.check_password(staff, request.POST.get("password", ""))
    except throttle.Slowed as fault:
        wait = _("Too many tries went wrong. Wait %(seconds)d seconds, then try again.") % {"seconds": fault.seconds}
        response = _hand_back_page(request, staff, matter, wait, 429)
        response["Retry-After"] = str(fault.seconds)
        return response
    except factors.CodeRefused:
        audit.note(staff.id, "handed-back-failed", matter=matter)
        problem = _("That is not the password of whoever is signed in here.")
        return _hand_back_page(request, staff, matter, problem, 422)
    del request.session[CLIENT_VIEW]
    request.session.cycle_key()
    audit.note(staff.id, "handed-back", matter=matter)
    return redirect("clinic-matter", matter)


def _hand_back_page(
    request: HttpRequest, staff: Staff, matter: UUID, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"problem": problem, "matter_id": matter, "staff": staff, "yours": None}
    return render(request, "clinic/hand_back.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def client(request: HttpRequest, staff: Staff, matter: UUID, number: int) -> HttpResponseBase:
    """A question as the client sees it, in their language: no alias, no notes, no prompts, no way to other matters."""
    if request.method != "POST":
        return _client_page(request, working(matters.open_matter(staff, matter, "shown")), number)
    questions = working(matters.load(staff, matter)).path()
    if not 1 <= number <= len(questions):
        return not_here(request)
    here = questions[number - 1].id
    try:
        saved = attempt(request, staff, matter, "answered", lambda now: given(request.POST, now, here))
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
            **asking(request, now, [questions[number - 1]], refused),
        }
        status = 422 if refused else 409 if sent else 200
        return render(request, "clinic/client_question.html", context, status=status)


@require_safe
@staff_page()
def client_plan(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """The plan as the client sees it, in their language, with what a lawyer unfolded."""
    now = working(matters.open_matter(staff, matter, "shown"))
    with override(spoken(now.contents.lang)):
        context = {"plan": _clients_plan(now), "matter_id": matter, "yours": None, **form_marks(now.opened)}
        return render(request, "clinic/client_plan.html", context)


@require_safe
@staff_page()
def client_item(request: HttpRequest, staff: Staff, matter: UUID, place: int) -> HttpResponseBase:
    """One item of that plan. A script gets its text alone, and puts it where its title stands."""
    now = working(matters.open_matter(staff, matter, "shown"))
    with override(spoken(now.contents.lang)):
        return _item_page(request, now, place)


@require_safe
@staff_page()
def client_part(request: HttpRequest, staff: Staff, matter: UUID, part: str) -> HttpResponseBase:
    """What stands beside that plan: sources, questions for a lawyer, tables."""
    now = working(matters.open_matter(staff, matter, "shown"))
    with override(spoken(now.contents.lang)):
        return render(request, f"plan/parts/{part}.html", {"plan": _clients_plan(now), "yours": None})


@require_POST
@staff_page()
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


def _item_page(request: HttpRequest, now: Working, place: int) -> HttpResponse:
    plan = _clients_plan(now)
    found = next((one for one in plan.items if one.place == place), None)
    if found is None:
        return not_here(request)
    template = "plan/item.html#text" if request.htmx else "clinic/client_item.html"  # type: ignore[attr-defined]
    context = {"plan": plan, "item": found, "markable": True, "yours": None, "matter_id": now.opened.row.id}
    return render(request, template, {**context, **form_marks(now.opened)})
