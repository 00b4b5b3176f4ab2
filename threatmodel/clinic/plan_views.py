"""A matter's plan for staff: the app's own criteria to go through and confirm, items to mark, and what has changed."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from threatmodel.clinic import matters
from threatmodel.clinic.clock import today
from threatmodel.clinic.contents import Contents
from threatmodel.clinic.counts import count
from threatmodel.clinic.faults import not_here
from threatmodel.clinic.matter_views import changed, names
from threatmodel.clinic.models import Staff
from threatmodel.clinic.pages import change, form_marks, staff_page
from threatmodel.clinic.review_views import casework_of
from threatmodel.clinic.shown import show
from threatmodel.clinic.working import Working, gates_on, marked, review_state, said, working
from threatmodel.documents.paper import gate_rows
from threatmodel.documents.since import since_view
from threatmodel.documents.telling import plan_view
from threatmodel.documents.view import PlanView
from threatmodel.engine.marks import UnknownMark

ASK_WHY = "not-for-me"


def read_by_staff(opened: matters.Opened) -> Working:
    """A matter in the language of whoever reads it now."""
    return working(opened, get_language() or "")


def staff_plan(now: Working) -> PlanView:
    return plan_view(
        now.plan(staff=True), now.record.marks, reverse("clinic-plan", args=[now.opened.row.id]), casework_of(now)
    )


@require_safe
@staff_page()
def plan(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    now = read_by_staff(matters.open_matter(staff, matter))
    built = now.plan(staff=True)
    confirmed = now.contents.confirmed
    context = {
        "matter": now,
        "row": now.opened.row,
        "state": review_state(now),
        "plan": staff_plan(now),
        "gates": gate_rows(built),
        "confirmed": confirmed if confirmed and confirmed.text == gates_on(built) else None,
        "confirmed_by": names().get(confirmed.by, "") if confirmed else "",
        "lost": now.record.lost,
        "again": bool(now.contents.before),
        **form_marks(now.opened),
    }
    return show(request, "clinic/plan.html", context)


@require_safe
@staff_page()
def item(request: HttpRequest, staff: Staff, matter: UUID, place: int) -> HttpResponseBase:
    """One item, with a lawyer's comments. A script gets its text alone, and puts it where its title stands."""
    now = read_by_staff(matters.open_matter(staff, matter))
    return _item(request, staff, now, place, asking=False)


def _item(request: HttpRequest, staff: Staff, now: Working, place: int, *, asking: bool) -> HttpResponse:
    plan = staff_plan(now)
    found = next((one for one in plan.items if one.place == place), None)
    if found is None:
        return not_here(request)
    context = {"matter": now, "plan": plan, "item": found, "asking": asking, **form_marks(now.opened)}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "clinic/item.html#text", {**context, "markable": True, "yours": None})
    return show(request, "clinic/item.html", {**context, "markable": True})


@require_safe
@staff_page()
def part(request: HttpRequest, staff: Staff, matter: UUID, part: str) -> HttpResponseBase:
    """What few people want to read: all sources, questions, tables, what was left out."""
    plan = staff_plan(read_by_staff(matters.open_matter(staff, matter)))
    return show(request, f"plan/parts/{part}.html", {"plan": plan})


@require_POST
@staff_page()
def mark(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Note one thing on one item, as in "adid-off done"; what is done is counted, once a matter."""
    id_, _, noted = request.POST.get("mark", "").partition(" ")
    now = read_by_staff(matters.load(staff, matter))
    found = next((one for one in staff_plan(now).items if one.id == id_), None)
    if found is None:
        return not_here(request)
    if noted == ASK_WHY:
        again = read_by_staff(matters.open_matter(staff, matter, "shown-again"))
        return _item(request, staff, again, found.place, asking=True)
    try:
        edit, counted = noting(id_, noted)
        saved = change(request, staff, matter, "marked", edit, also=counted)
    except UnknownMark:
        return not_here(request)
    if isinstance(saved, HttpResponse):
        return saved
    return redirect(f"{reverse('clinic-plan', args=[matter])}#item-{found.place}")


def noting(item: str, noted: str) -> tuple[Callable[[Working], Contents], Callable[[], None]]:
    """How a mark is put into the contents, and how what is newly done is counted with it, once a matter."""
    newly: set[str] = set()

    def edit(now: Working) -> Contents:
        contents = marked(now, item, noted)
        if noted != "done" or item in contents.counted:
            return contents
        newly.add(item)
        return replace(contents, counted=(*contents.counted, item))

    def counted() -> None:
        for done in newly:
            count(today(), "measures", done)

    return edit, counted


@require_POST
@staff_page()
def confirm(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Note that somebody went through the criteria with the client. It confirms them, and can change none."""

    def edit(now: Working) -> Contents:
        return replace(now.contents, confirmed=said(staff.id.hex, gates_on(now.plan(staff=True))))

    return changed(request, staff, matter, "confirmed", edit, "clinic-plan")


@require_POST
@staff_page()
def again(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Begin a re-assessment: what stands now is kept to hold the new answers against."""

    def edit(now: Working) -> Contents:
        return replace(now.contents, before=now.contents.record, reviewed=None, confirmed=None)

    saved = change(request, staff, matter, "assessed-again", edit)
    return saved if isinstance(saved, HttpResponse) else redirect("clinic-section", matter, 1)


@require_safe
@staff_page()
def changes(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """What is different since the assessment before, and why."""
    now = read_by_staff(matters.open_matter(staff, matter))
    before = now.before()
    since = since_view(before.then, now.answers, today()) if before else None
    lost = before.lost if before else ()
    return show(request, "clinic/changes.html", {"matter": now, "since": since, "lost": lost})
