"""A lawyer's review: the queue, comments on items, answers to the questions for counsel, advice given, and sign-off."""

from dataclasses import replace
from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from threatmodel.clinic import matters
from threatmodel.clinic.access import readable
from threatmodel.clinic.contents import LONGEST_TEXT, Contents
from threatmodel.clinic.desk_views import listing
from threatmodel.clinic.faults import not_here
from threatmodel.clinic.house import House
from threatmodel.clinic.matter_views import changed, names
from threatmodel.clinic.models import Matter, Staff
from threatmodel.clinic.pages import View, form_marks, is_stale, look_again, staff_page
from threatmodel.clinic.review_texts import Written, fields
from threatmodel.clinic.shown import show
from threatmodel.clinic.working import Working, basis, gates_on, review_state, reviewed_on, said, working
from threatmodel.documents.casework import Casework, Letterhead, asides
from threatmodel.documents.telling import plan_view


def letterhead(of: House) -> Letterhead | None:
    return Letterhead(of.name, of.contact_lines, of.referral_lines) if of.name else None


def casework_of(now: Working, head: Letterhead | None = None) -> Casework:
    """All that staff noted on a matter, for staff and for counsel.

    A sign-off counts while content and gates are those it was given for, and advice while the gates are.
    """
    contents, known = now.contents, names()
    gates = gates_on(now.plan())
    return Casework(
        letterhead=head,
        reviewed_on=reviewed_on(now),
        advised={item: one.on for item, one in contents.advised.items() if one.text == gates},
        comments={
            item: tuple(f"{one.text} ({known.get(one.by, '–')}, {one.on:%Y-%m-%d})" for one in those)
            for item, those in contents.comments.items()
        },
        answered={key: one.text for key, one in contents.answered.items()},
        marks=now.record.marks,
    )


@require_safe
@staff_page("review")
def queue(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    """What waits for a lawyer, first what nobody has opened for longest."""
    waiting = readable(staff).filter(review=Matter.Review.ASKED).order_by("used_on", "id")
    return show(request, "clinic/queue.html", listing(staff, waiting))


@require_POST
@staff_page()
def ask(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Put a matter into the lawyers' queue."""
    beside = {"review": Matter.Review.ASKED}
    return changed(request, staff, matter, "review-asked", lambda now: now.contents, "clinic-plan", beside)


@require_safe
@staff_page("review")
def review(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    return _page(request, working(matters.open_matter(staff, matter), get_language() or ""))


def _page(request: HttpRequest, now: Working, problem: str = "") -> HttpResponse:
    casework = casework_of(now)
    plan = plan_view(now.plan(staff=True), now.record.marks, "", casework)
    keys = {one.key for one in plan.questions_for_lawyer}
    context = {
        "matter": now,
        "row": now.opened.row,
        "ask_first": plan.ask_first,
        "asides": asides(casework, now.pack, {item.id for item in plan.items}, keys),
        "problem": problem,
        "longest": LONGEST_TEXT,
        "state": review_state(now),
        **fields(plan, request.POST),
        **form_marks(now.opened),
    }
    return show(request, "clinic/review.html", context, 422 if problem else 200)


def _refused(request: HttpRequest, staff: Staff, matter: UUID, problem: str) -> HttpResponse:
    opened = matters.open_matter(staff, matter, "shown-again")
    if is_stale(request, opened):
        return look_again(request, reverse("clinic-review-one", args=[matter]))
    return _page(request, working(opened, get_language() or ""), problem)


def _reading(view: View) -> View:
    """Hand the view the matter with what was typed on its review page; where that cannot be saved, say so instead."""

    @wraps(view)
    def wrapped(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
        now = working(matters.load(staff, matter), get_language() or "")
        asked = [one.key for one in plan_view(now.plan(staff=True)).questions_for_lawyer]
        try:
            written = Written.read(request.POST, now, (*asked, *now.contents.answered))
        except KeyError:
            there = reverse("clinic-review-one", args=[matter])
            return look_again(request, there) if is_stale(request, now.opened) else not_here(request)
        if written.problem:
            return _refused(request, staff, matter, written.problem)
        return view(request, staff, matter, now, written)

    return wrapped


@require_POST
@staff_page("review")
@_reading
def texts(request: HttpRequest, staff: Staff, matter: UUID, _now: Working, written: Written) -> HttpResponseBase:
    """Save what was typed: comments, for staff and for counsel's paper, and answers to the questions for counsel."""
    if not written.comments and not written.answers:
        return redirect("clinic-review-one", matter)

    def edit(now: Working) -> Contents:
        return written.into(now.contents, staff)

    return changed(request, staff, matter, written.act, edit, "clinic-review-one", standing=written.standing)


@require_POST
@staff_page("review")
@_reading
def advise(request: HttpRequest, staff: Staff, matter: UUID, now: Working, written: Written) -> HttpResponseBase:
    """Record that an ask-first item was talked over with the client, or take that back. No gate is changed by it."""
    item, _sep, done = request.POST.get("advise", "").partition(" ")
    asked_first = {one.measure.id for one in now.plan().hygiene if one.ask_first}
    if item not in asked_first and item not in now.contents.advised:
        return _refused(request, staff, matter, _("Only what is to be asked about first can be noted as talked over."))

    def edit(now: Working) -> Contents:
        advised = {id_: one for id_, one in now.contents.advised.items() if id_ != item}
        if done == "yes":
            advised[item] = said(staff.id.hex, gates_on(now.plan()))
        return replace(written.into(now.contents, staff), advised=advised)

    return changed(request, staff, matter, "advised", edit, "clinic-review-one")


@require_POST
@staff_page("review")
@_reading
def sign_off(request: HttpRequest, staff: Staff, matter: UUID, _now: Working, written: Written) -> HttpResponseBase:
    """Sign the plan off as it stands. The client's paper says on which day, and nothing else of it."""

    def edit(now: Working) -> Contents:
        reviewed = said(staff.id.hex, basis(now.pack, gates_on(now.plan())))
        return replace(written.into(now.contents, staff), reviewed=reviewed)

    beside = {"review": Matter.Review.REVIEWED}
    return changed(request, staff, matter, "signed-off", edit, "clinic-review-one", beside)
