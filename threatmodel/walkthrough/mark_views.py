"""What a person notes on their plan. It stays in their cookie, like their answers."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from threatmodel.engine.marks import UnknownMark
from threatmodel.walkthrough import faults
from threatmodel.walkthrough.access import with_walk
from threatmodel.walkthrough.plan_views import plan_of
from threatmodel.walkthrough.walk import Walk

ASK_WHY = "not-for-me"  # what the button sends that leads to the reasons


@require_POST
@with_walk
def mark(request: HttpRequest, walk: Walk) -> HttpResponseBase:
    """Note one thing on one item; `mark` is the item's id and a mark, as in "adid-off done".

    A script gets the item and the progress alone; without one it is back to the plan, at the item.
    """
    item, _, noted = request.POST.get("mark", "").partition(" ")
    if noted != ASK_WHY:
        try:
            walk = replace(walk, marks=walk.marks.set(item, noted))
        except UnknownMark:
            return faults.mark_refused(request)
    plan = plan_of(walk)
    found = next((one for one in plan.items if one.id == item), None)
    if found is None:
        return faults.mark_refused(request)
    if noted == ASK_WHY or request.htmx:  # type: ignore[attr-defined]
        template = "plan/marked.html" if request.htmx else "plan/why_not.html"  # type: ignore[attr-defined]
        context = {"plan": plan, "item": found, "asking": noted == ASK_WHY}
        response: HttpResponseBase = render(request, template, context)
    else:
        # the item's place in this plan, since its name would stand in the browser's history
        response = redirect(f"{reverse('plan')}#item-{found.place}")
    walk.seal_into(response)
    return response
