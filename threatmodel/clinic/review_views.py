"""A lawyer's review: the queue, comments on items, answers to the questions for counsel, advice given, and sign-off."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from threatmodel.clinic import matters
from threatmodel.clinic.access import readable
from threatmodel.clinic.contents import LONGEST_TEXT, Contents
from threatmodel.clinic.desk_views import MOST_LISTED
from threatmodel.clinic.faults import not_here
from threatmodel.clinic.house import House
from threatmodel.clinic.matter_views import changed, names, text_problem
from threatmodel.clinic.models import Matter, Staff
from threatmodel.clinic.pages import Line, form_marks, staff_page
from threatmodel.clinic.shown import show
from threatmodel.clinic.working import Working, basis, gates_on, said, working
from threatmodel.documents.casework import Casework, Letterhead, asides
from threatmodel.documents.telling import plan_view


def letterhead(of: House) -> Letterhead | None:
    return Letterhead(of.name, of.contact_lines, of.referral_lines) if of.name else None


def casework_of(now: Working, head: Letterhead | None = None) -> Casework:
    """All that staff noted on a matter, for staff and for counsel.

    A sign-off counts while content and gates are those it was given for, and advice while the gates are.
    """
    contents, known = now.contents, names()
    reviewed, gates = contents.reviewed, gates_on(now.plan())
    return Casework(
        letterhead=head,
        reviewed_on=reviewed.on if reviewed and reviewed.text == basis(now.pack, gates) else None,
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
    context = {
        "rows": matters.listed(staff, waiting, MOST_LISTED),
        "total": waiting.count(),
        "most": MOST_LISTED,
    }
    return show(request, "clinic/queue.html", context)


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
        "plan": plan,
        "items": plan.items,
        "ask_first": plan.ask_first,
        "asides": asides(casework, now.pack, {item.id for item in plan.items}, keys),
        "problem": problem,
        "sent": request.POST.get("text", ""),
        "longest": LONGEST_TEXT,
        **form_marks(now.opened),
    }
    return show(request, "clinic/review.html", context, 422 if problem else 200)


def _refused(request: HttpRequest, staff: Staff, matter: UUID, problem: str) -> HttpResponse:
    opened = matters.open_matter(staff, matter, "shown-again")
    return _page(request, working(opened, get_language() or ""), problem)


@require_POST
@staff_page("review")
def comment(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Say something on one item, for staff and for counsel's paper."""
    item, text = request.POST.get("item", ""), request.POST.get("text", "").strip()
    now = working(matters.load(staff, matter), get_language() or "")
    if item not in {one.id for one in now.pack.items}:
        return not_here(request)
    if problem := text_problem(text):
        return _refused(request, staff, matter, problem)
    one = said(staff.id.hex, text)

    def standing(now: Working) -> Iterator[Line]:
        yield Line(_("Your comment"), text, "\n".join(said.text for said in now.contents.comments.get(item, ())))

    def edit(now: Working) -> Contents:
        return now.contents.commented(item, one)

    return changed(request, staff, matter, "commented", edit, "clinic-review-one", standing=standing)


@require_POST
@staff_page("review")
def advise(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Record that an ask-first item was talked over with the client, or take that back. No gate is changed by it."""
    item = request.POST.get("item", "")
    now = working(matters.load(staff, matter), get_language() or "")
    asked_first = {one.measure.id for one in now.plan().hygiene if one.ask_first}
    if item not in asked_first and item not in now.contents.advised:
        return _refused(request, staff, matter, _("Only what is to be asked about first can be noted as talked over."))

    def edit(now: Working) -> Contents:
        advised = {id_: one for id_, one in now.contents.advised.items() if id_ != item}
        if request.POST.get("done") == "yes":
            advised[item] = said(staff.id.hex, gates_on(now.plan()))
        return replace(now.contents, advised=advised)

    return changed(request, staff, matter, "advised", edit, "clinic-review-one")


@require_POST
@staff_page("review")
def answer(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Answer one of the questions for counsel in its place; an empty answer takes it away."""
    key, text = request.POST.get("question", ""), request.POST.get("text", "").strip()
    now = working(matters.load(staff, matter), get_language() or "")
    known = {one.key for one in plan_view(now.plan(staff=True)).questions_for_lawyer} | set(now.contents.answered)
    if key not in known:
        return not_here(request)
    if text and (problem := text_problem(text)):
        return _refused(request, staff, matter, problem)

    def edit(now: Working) -> Contents:
        answers = {other: one for other, one in now.contents.answered.items() if other != key}
        if text:
            answers[key] = said(staff.id.hex, text)
        return replace(now.contents, answered=answers)

    def standing(now: Working) -> Iterator[Line]:
        there = now.contents.answered.get(key)
        yield Line(key, text, there.text if there else "")

    return changed(request, staff, matter, "answered-counsel", edit, "clinic-review-one", standing=standing)


@require_POST
@staff_page("review")
def sign_off(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Sign the plan off as it stands. The client's paper says on which day, and nothing else of it."""

    def edit(now: Working) -> Contents:
        return replace(now.contents, reviewed=said(staff.id.hex, basis(now.pack, gates_on(now.plan()))))

    beside = {"review": Matter.Review.REVIEWED}
    return changed(request, staff, matter, "signed-off", edit, "clinic-review-one", beside)
