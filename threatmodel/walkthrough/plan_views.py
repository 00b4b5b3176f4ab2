"""The plan, on screen: a page that an old phone has at once, and the rest of it on pages of its own."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from threatmodel.documents.packs import sample_plans
from threatmodel.documents.telling import open_views, plan_view
from threatmodel.documents.view import PlanView
from threatmodel.engine.plan import build_plan
from threatmodel.walkthrough import faults
from threatmodel.walkthrough.access import today, with_walk
from threatmodel.walkthrough.walk import Walk

MOST_OPEN = 4


@require_safe
@with_walk
def plan(request: HttpRequest, walk: Walk) -> HttpResponseBase:
    context = {
        "plan": plan_of(walk),
        "resumed": bool(walk.then),
        "depth": walk.depth,
        "open": open_views(walk.answers, today(), MOST_OPEN),
        "handoff": settings.HANDOFF_KEY is not None,
    }
    return render(request, "plan/page.html", context)


@require_safe
@with_walk
def item(request: HttpRequest, walk: Walk, place: int) -> HttpResponseBase:
    """One item, by its place in the plan. A script gets its text alone, and puts it where its title stands."""
    return _item(request, plan_of(walk), place, markable=True) or faults.off_plan(request)


@require_safe
@with_walk
def part(request: HttpRequest, walk: Walk, part: str) -> HttpResponseBase:
    """What few people want to read, and a lawyer does: all sources, questions, tables, what was left out."""
    return render(request, f"plan/parts/{part}.html", {"plan": plan_of(walk)})


@require_safe
def sample_list(request: HttpRequest) -> HttpResponse:
    """The made-up people whose plans show where the questions lead."""
    return render(request, "walkthrough/samples.html", {"samples": sample_plans().values()})


@require_safe
def sample(request: HttpRequest, sample: str) -> HttpResponse:
    plan = _sample(sample)
    return render(request, "walkthrough/sample.html", {"plan": plan, "sample": sample_plans()[sample]})


@require_safe
def sample_item(request: HttpRequest, sample: str, place: int) -> HttpResponse:
    shown = _item(request, _sample(sample), place, markable=False)
    if shown is None:
        raise Http404
    return shown


@require_safe
def sample_part(request: HttpRequest, sample: str, part: str) -> HttpResponse:
    return render(request, f"plan/parts/{part}.html", {"plan": _sample(sample)})


def plan_of(walk: Walk) -> PlanView:
    """The plan of a walk as of today, with its notes."""
    return plan_view(build_plan(walk.answers, today()), walk.marks, reverse("plan"))


def _sample(sample: str) -> PlanView:
    """Raises ``Http404`` for a sample that there is not."""
    if (found := sample_plans().get(sample)) is None:
        raise Http404
    return plan_view(build_plan(found.answers, today()), None, reverse("sample", args=[sample]))


def _item(request: HttpRequest, plan: PlanView, place: int, *, markable: bool) -> HttpResponse | None:
    if (found := next((one for one in plan.items if one.place == place), None)) is None:
        return None
    template = "plan/item.html#text" if request.htmx else "plan/item.html"  # type: ignore[attr-defined]
    return render(request, template, {"plan": plan, "item": found, "markable": markable})
