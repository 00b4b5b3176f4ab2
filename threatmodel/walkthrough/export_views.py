"""The plan as files, made in memory: JSON and CSV for a clinic, the day to look again for a calendar."""

import json

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from threatmodel.documents.calendar import look_again_ics
from threatmodel.documents.export import plan_json
from threatmodel.documents.spreadsheet import plan_csv
from threatmodel.engine.plan import build_plan
from threatmodel.walkthrough.access import today, with_walk
from threatmodel.walkthrough.walk import Walk


@require_safe
@with_walk
def json_file(request: HttpRequest, walk: Walk) -> HttpResponseBase:
    plan = plan_json(build_plan(walk.answers, today()))
    text = json.dumps(plan, indent=2, ensure_ascii=False) + "\n"
    return _file(text.encode(), "application/json", "plan.json")


@require_safe
@with_walk
def csv_file(request: HttpRequest, walk: Walk) -> HttpResponseBase:
    plan = build_plan(walk.answers, today())
    return _file(plan_csv(plan), "text/csv; charset=utf-8; header=present", "plan.csv")


@require_safe
@with_walk
def calendar_file(request: HttpRequest, walk: Walk) -> HttpResponseBase:
    plan = build_plan(walk.answers, today())
    return _file(look_again_ics(plan.look_again.on, plan.as_of), "text/calendar; charset=utf-8", "calendar.ics")


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
