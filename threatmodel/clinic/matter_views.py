"""One matter: what it holds, its alias, language, notes and day to look again, and who works on it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from threatmodel.clinic import audit, matters
from threatmodel.clinic.access import known, may, readable
from threatmodel.clinic.clock import today
from threatmodel.clinic.contents import LONGEST_TEXT, Contents, Said
from threatmodel.clinic.desk_views import alias_problem
from threatmodel.clinic.fields import typed_in
from threatmodel.clinic.matters import NoMatter
from threatmodel.clinic.models import Matter, Staff
from threatmodel.clinic.pages import Line, Standing, change, form_marks, is_stale, look_again, staff_page
from threatmodel.clinic.shown import show
from threatmodel.clinic.working import LANGUAGES, Working, review_state, said, working

type Edit = Callable[[Working], Contents]


@dataclass(frozen=True, slots=True)
class Note:
    """A note with the name of whoever wrote it."""

    by: str
    said: Said


def names() -> dict[str, str]:
    """The staff's names by their ids."""
    return {staff.id.hex: staff.name for staff in Staff.objects.all()}


@require_safe
@staff_page()
def overview(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    return _overview(request, staff, working(matters.open_matter(staff, matter)))


def _overview(request: HttpRequest, staff: Staff, now: Working, problem: str = "") -> HttpResponse:
    known_names, row = names(), now.opened.row
    context = {
        "matter": now,
        "row": row,
        "problem": problem,
        "state": review_state(now),
        "lost": now.record.lost,
        "notes": [Note(known_names.get(one.by, ""), one) for one in reversed(now.contents.notes)],
        "assigned": row.assigned.order_by("name"),
        "open": sum(not now.answers.answered(question.id) for question in now.path()),
        "longest": LONGEST_TEXT,
        "sent": request.POST.get("note", ""),
        "alias": request.POST.get("alias", now.contents.alias),
        "on": request.POST.get("on", row.follow_up.isoformat() if row.follow_up else ""),
        **form_marks(now.opened),
    }
    return show(request, "clinic/matter.html", context, 422 if problem else 200)


def _refused(request: HttpRequest, staff: Staff, matter: UUID, problem: str) -> HttpResponse:
    opened = matters.open_matter(staff, matter, "shown-again")
    if is_stale(request, opened):
        return look_again(request, reverse("clinic-matter", args=[matter]))
    return _overview(request, staff, working(opened), problem)


def changed(
    request: HttpRequest,
    staff: Staff,
    matter: UUID,
    act: str,
    edit: Edit,
    to: str = "clinic-matter",
    beside: Mapping[str, object] | None = None,
    standing: Standing | None = None,
) -> HttpResponseBase:
    """Save a change of a matter and go to a page of it, or to the page that shows both versions."""
    saved = change(request, staff, matter, act, edit, beside=beside, standing=standing, to=to)
    return saved if isinstance(saved, HttpResponse) else redirect(to, matter)


@require_POST
@staff_page()
def note(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    text = typed_in(request.POST, "note")
    if problem := text_problem(text):
        return _refused(request, staff, matter, problem)

    def standing(now: Working) -> Iterator[Line]:
        yield Line(_("A new note"), text, now.contents.notes[-1].text if now.contents.notes else "")

    def edit(now: Working) -> Contents:
        return now.contents.noted(said(staff.id.hex, text))

    return changed(request, staff, matter, "noted", edit, standing=standing)


def text_problem(text: str) -> str:
    """What is wrong with a text somebody typed; nothing when it will do."""
    if not text:
        return _("Write something first.")
    if len(text) > LONGEST_TEXT:
        return _("Use at most %(most)d letters. What you typed is still in the field.") % {"most": LONGEST_TEXT}
    return ""


@require_POST
@staff_page()
def rename(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    alias = request.POST.get("alias", "").strip()
    if problem := alias_problem(alias):
        return _refused(request, staff, matter, problem)

    def standing(now: Working) -> Iterator[Line]:
        yield Line(_("Alias"), alias, now.contents.alias)

    def edit(now: Working) -> Contents:
        return replace(now.contents, alias=alias)

    return changed(request, staff, matter, "renamed", edit, standing=standing)


@require_POST
@staff_page()
def language(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """The client's language. In the middle of a walk it is changed with the answers, so that none is lost."""
    lang = request.POST.get("lang", "")
    if lang not in LANGUAGES:
        problem = _("This site does not speak that language.")
        return _refused(request, staff, matter, problem)

    def standing(now: Working) -> Iterator[Line]:
        yield Line(_("The client’s language"), LANGUAGES[lang], LANGUAGES.get(now.contents.lang, ""))

    def edit(now: Working) -> Contents:
        return replace(now.contents, lang=lang)

    return changed(request, staff, matter, "language", edit, standing=standing)


@require_POST
@staff_page()
def deepen(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Go on from the short walk with the full one."""
    return changed(request, staff, matter, "deepened", lambda now: replace(now.contents, depth="full"), "clinic-matter")


@require_POST
@staff_page()
def follow_up(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """The day to look again with the client; an empty one takes it away."""
    text = request.POST.get("on", "")
    try:
        on = date.fromisoformat(text) if text else None
    except ValueError:
        on = date.min
    if on is not None and on < today():
        problem = _("Choose a day that is still to come.")
        return _refused(request, staff, matter, problem)
    last, held = matters.kept_until(), matters.load(staff, matter).row.hold != Matter.Hold.NONE
    if on is not None and on > last and not held:
        problem = _("The matter is kept until %(day)s if nobody uses it. Choose that day, or one before.") % {
            "day": last
        }
        return _refused(request, staff, matter, problem)

    def standing(now: Working) -> Iterator[Line]:
        there = now.opened.row.follow_up
        yield Line(_("On this day"), text, there.isoformat() if there else "")

    beside = {"follow_up": on}
    return changed(request, staff, matter, "follow-up", lambda now: now.contents, beside=beside, standing=standing)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("assign")
def assign(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Who works on a matter. Whoever may assign knows its short id, and reads it only when it is theirs too."""
    row = known(staff).filter(pk=matter).first()
    if row is None:
        raise NoMatter
    people = list(Staff.objects.filter(is_active=True).order_by("name"))
    if request.method != "POST":
        return show(request, "clinic/assign.html", {"row": row, "people": people, "chosen": _assigned(row)})
    chosen = [one for one in people if one.id.hex in request.POST.getlist("who")]
    if not chosen:
        problem = _("Choose at least one person, or nobody could open it any more.")
        context = {"row": row, "people": people, "chosen": set[str](), "problem": problem}
        return show(request, "clinic/assign.html", context, 422)
    with transaction.atomic():
        before = set(row.assigned.all())
        row.assigned.set(chosen)
        for one in {*chosen} ^ before:
            act = "assigned" if one in chosen else "unassigned"
            audit.note(staff.id, act, about=one.id, matter=row.id, revision=row.revision)
    if readable(staff).filter(pk=matter).exists():
        return redirect("clinic-matter", matter)
    return redirect("clinic-keeping" if may(staff, "hold") else "clinic-home")


def _assigned(row: Matter) -> set[str]:
    return {one.id.hex for one in row.assigned.all()}
