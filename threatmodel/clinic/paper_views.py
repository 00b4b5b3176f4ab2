"""A matter's papers and files, made in memory: the client's, counsel's, the days for a calendar, the whole as JSON."""

import json
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from threatmodel.clinic import matters
from threatmodel.clinic.accounts.fresh import freshly_signed_in
from threatmodel.clinic.clock import today
from threatmodel.clinic.faults import fault_page
from threatmodel.clinic.house import house
from threatmodel.clinic.models import Staff
from threatmodel.clinic.pages import staff_page
from threatmodel.clinic.review_views import casework_of, letterhead
from threatmodel.clinic.shown import show
from threatmodel.clinic.working import Working, working
from threatmodel.documents import renderer
from threatmodel.documents.calendar import days_ics
from threatmodel.documents.export import plan_json
from threatmodel.documents.fonts import can_print
from threatmodel.documents.packs import questionnaire_in
from threatmodel.documents.paper import Printable, printable
from threatmodel.documents.paper_options import LONGEST_PASSWORD, SHORTEST_PASSWORD, NotAnOption, Options, PasswordUnfit
from threatmodel.engine.answers import Answers

AGAIN_AFTER = "3"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def paper(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """GET is the form; POST makes the paper it asks for, in the client's language or, for counsel, in the staff's."""
    if request.method != "POST":
        now = working(matters.open_matter(staff, matter))
        context = {"matter": now, "row": now.opened.row}
        return show(request, "clinic/papers.html", context)
    try:
        options = Options.of(request.POST)
    except (NotAnOption, PasswordUnfit):
        return _unfit(request)
    if options.audience == "counsel":
        return _for_counsel(request, staff, matter, options)
    return _made(request, staff, matter, options)


@freshly_signed_in
def _for_counsel(request: HttpRequest, staff: Staff, matter: UUID, options: Options) -> HttpResponseBase:
    """Counsel's paper holds all answers, so it wants a fresh proof, as the whole matter in a file does."""
    return _made(request, staff, matter, options)


def _made(request: HttpRequest, staff: Staff, matter: UUID, options: Options) -> HttpResponseBase:
    """A paper is in the audit once it is made, and handed over only if the matter can still be read then."""
    opened = matters.load(staff, matter)
    now = working(opened, get_language() or "" if options.audience == "counsel" else "")
    if not all(can_print(lang) for lang in (now.pack.lang, options.beside or "en")):
        return _no_letters(request)
    try:
        pdf = renderer.render(*_paper(now, options, unadvised="unadvised" in request.POST), options.password)
    except (renderer.Busy, renderer.NotRendered):
        return _busy(request)
    matters.open_matter(staff, matter, "printed", options.audience)
    return file(pdf, "application/pdf", "plan.pdf")


def _paper(now: Working, options: Options, *, unadvised: bool) -> Printable:
    """The client's paper bears the clinic's name only where the clinic chose so: it tells where they went for help.

    ``unadvised`` leaves off that a lawyer was asked at all.
    """
    of = house()
    head = letterhead(of) if of.on_client_paper or options.audience == "counsel" else None
    casework = casework_of(now, head)
    if unadvised and options.audience == "client":
        casework = replace(casework, reviewed_on=None, advised={})
    beside = options.beside if options.beside != now.pack.lang else ""
    other = Answers(questionnaire_in(beside, now.contents.pack), now.answers.bits) if beside else None
    with override(now.pack.lang):
        return printable(
            now.answers,
            today(),
            options.audience,
            options.size,
            large=options.large,
            staff=options.audience == "counsel",
            beside=other,
            casework=casework if options.audience == "counsel" else casework.for_client(),
        )


@require_safe
@staff_page()
def calendar(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """The day to follow up and the day to look again, as a calendar file whose texts tell nothing."""
    now = working(matters.open_matter(staff, matter, "exported", "calendar"))
    days = {now.plan().look_again.on, *([now.opened.row.follow_up] if now.opened.row.follow_up else [])}
    return file(days_ics(sorted(days), today()), "text/calendar; charset=utf-8", "calendar.ics")


@require_safe
@staff_page()
@freshly_signed_in
def export(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Everything that is sealed of a matter, readable, with its plan. Only after signing in anew."""
    now = working(matters.open_matter(staff, matter, "exported", "json"), settings.LANGUAGE_CODE)
    held = json.loads(now.contents.pack_up())
    whole = {"schema": "matter/1", "answers": now.answers.as_mapping(), "marks": now.record.marks.as_mapping()}
    whole |= {key: held[key] for key in held if key not in ("record", "before")}
    whole["plan"] = plan_json(now.plan(staff=True))
    text = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
    return file(text.encode(), "application/json", "matter.json")


def file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _unfit(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        400,
        _("We could not make that paper"),
        _("A password needs at least %(least)s characters, and may have at most %(most)s.")
        % {"least": SHORTEST_PASSWORD, "most": LONGEST_PASSWORD},
        _("No paper was made, and the matter is as it was. Go back and choose again."),
    )


def _no_letters(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        503,
        _("We cannot print in this language here"),
        _("This server has no letters for it on paper. The matter is as it was; the pages can still be read."),
    )


def _busy(request: HttpRequest) -> HttpResponse:
    response = fault_page(
        request,
        503,
        _("The printer of papers is at work"),
        _("Another paper is being made. The matter is as it was. Go back, wait a few seconds, and ask again."),
    )
    response["Retry-After"] = AGAIN_AFTER
    return response
