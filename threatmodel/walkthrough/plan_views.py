"""The plan, on screen and on paper."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from threatmodel.documents.pdf import render_pdf
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


@require_safe
@with_walk
def plan_pdf(request: HttpRequest, walk: Walk) -> HttpResponseBase:
    """The plan as a PDF, made in memory, with a name that says nothing."""
    response = HttpResponse(render_pdf(plan_view(_plan(walk))), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="plan.pdf"'
    return response


def _plan(walk: Walk) -> Plan:
    return build_plan(walk.answers, today())
