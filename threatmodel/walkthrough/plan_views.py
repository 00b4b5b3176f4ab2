"""The plan, on screen."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from threatmodel.documents.view import open_views, plan_view
from threatmodel.engine.plan import Plan, build_plan
from threatmodel.walkthrough.access import today, with_walk
from threatmodel.walkthrough.walk import Walk

MOST_OPEN = 4


@require_safe
@with_walk
def plan(request: HttpRequest, walk: Walk) -> HttpResponseBase:
    context = {
        "plan": plan_view(_plan(walk), walk.marks),
        "resumed": bool(walk.then),
        "depth": walk.depth,
        "open": open_views(walk.answers, today(), MOST_OPEN),
    }
    return render(request, "plan/page.html", context)


def _plan(walk: Walk) -> Plan:
    return build_plan(walk.answers, today())
