"""The pages of the walk. Every one is kept out of caches; every change is a POST that answers with a redirect."""

from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from threatmodel.documents.packs import questionnaire
from threatmodel.engine.answers import NotTogether, UnknownAnswer
from threatmodel.engine.flow import next_unanswered, path
from threatmodel.walkthrough import faults
from threatmodel.walkthrough.access import private, with_walk
from threatmodel.walkthrough.pages import CheckPage, StepPage
from threatmodel.walkthrough.walk import COOKIE, DEPTHS, NoWalk, Walk, forget, walk_of


@require_safe
@private
def start(request: HttpRequest) -> HttpResponse:
    return _with_beginning(request, "walkthrough/start.html")


@require_safe
@private
def safety(request: HttpRequest) -> HttpResponse:
    """What leaving removes, and what it cannot."""
    return _with_beginning(request, "walkthrough/safety.html")


def _with_beginning(request: HttpRequest, template: str) -> HttpResponse:
    """A page from which one can begin, or go on. What cannot be opened any more is forgotten on the way."""
    try:
        return render(request, template, {"has_walk": bool(walk_of(request).answers.bits)})
    except NoWalk:
        response = render(request, template, {"has_walk": False, "yours": None})
        if COOKIE in request.COOKIES:
            forget(response)
        return response


@private
def begin(request: HttpRequest) -> HttpResponseBase:
    """POST begins a walk, or deepens one (``keep``); GET goes on with it."""
    if request.method != "POST":
        return go_on(request)
    depth = next((depth for depth in DEPTHS[:2] if depth == request.POST.get("depth")), None)
    if depth is None:
        return faults.answer_refused(request)
    walk = Walk.begin(questionnaire(), depth)
    if request.POST.get("keep"):
        try:
            walk = replace(walk_of(request), depth=depth, checked=True)
        except NoWalk as fault:
            return faults.no_walk(request, fault)
    response = redirect(_next_page(walk, after=0))
    walk.seal_into(response)
    return response


@with_walk
def go_on(request: HttpRequest, walk: Walk) -> HttpResponseBase:
    return redirect(_next_page(walk, after=0))


@with_walk
def step(request: HttpRequest, walk: Walk, number: int) -> HttpResponseBase:
    """One question. POST keeps the answer and goes on; what cannot be kept is shown again as it was sent."""
    questions = path(walk.answers, walk.depth)
    if not 1 <= number <= len(questions):
        return faults.off_path(request)
    page = StepPage(questions[number - 1], number, len(questions), walk)
    if request.method != "POST":
        return page.response(request)
    if request.POST.get("question") != page.question.id:
        return faults.off_path(request)
    chosen = request.POST.getlist("answer")
    if not chosen:
        return page.refused(request, _("Choose an answer. If you are not sure, there is an answer for that too."))
    try:
        walk = walk.answer(page.question.id, chosen)
    except UnknownAnswer:
        return faults.answer_refused(request)
    except NotTogether:
        return page.refused(request, _("Some of these answers cannot go together. Keep those that fit."), chosen)
    response = redirect(_next_page(walk, after=number))
    walk.seal_into(response)
    return response


@require_POST
@with_walk
def one(request: HttpRequest, walk: Walk) -> HttpResponseBase:
    """Go to one question that applies, whether a walk asks it or not, and from there back to the plan."""
    walk = replace(walk, depth="everything", checked=True)
    ids = [question.id for question in path(walk.answers, walk.depth)]
    if request.POST.get("question") not in ids:
        return faults.off_path(request)
    response = redirect("step", ids.index(request.POST["question"]) + 1)
    walk.seal_into(response)
    return response


def _next_page(walk: Walk, after: int) -> str:
    """The next step; once the end was reached, whatever is still open, and then the check page.

    Who went to single questions from the plan comes back to the plan.
    """
    if walk.depth == "everything" and after:
        return reverse("plan")
    if not walk.checked and 0 < after < len(path(walk.answers, walk.depth)):
        return reverse("step", args=[after + 1])
    number = next_unanswered(walk.answers, walk.depth, after)
    return reverse("step", args=[number]) if number else reverse("check")


@require_safe
@with_walk
def check(request: HttpRequest, walk: Walk) -> HttpResponseBase:
    response = CheckPage(walk).response(request)
    if not walk.checked:
        replace(walk, checked=True).seal_into(response)
    return response


@require_POST
@with_walk
def stay(request: HttpRequest, walk: Walk) -> HttpResponseBase:
    """Keep the walk from ending. Whatever is sent in does; this does nothing else."""
    return HttpResponse(status=204) if request.headers.get("Sec-Fetch-Mode") != "navigate" else go_on(request)


@require_POST
@private
def delete(request: HttpRequest) -> HttpResponse:
    """Forget the walk, and say so."""
    response = render(request, "walkthrough/deleted.html", {"yours": None})
    forget(response)
    return response


@require_safe
@private
def leave(request: HttpRequest) -> HttpResponse:
    """Forget everything this site put on the device, and go elsewhere."""
    response = HttpResponse(status=303, headers={"Location": settings.LEAVE_TO})
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    forget(response)
    response.delete_cookie(settings.CSRF_COOKIE_NAME, samesite="Strict")
    response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Strict")
    return response


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    pack = questionnaire()
    return render(request, "walkthrough/about.html", {"pack": pack, "sources": sorted(pack.sources.values(), key=_by)})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What was tested for whom, and what was not."""
    return render(request, "walkthrough/accessibility.html", {"contact": settings.SECURITY_CONTACT})


def _by(source: object) -> str:
    return getattr(source, "publisher", "").lower()


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")
