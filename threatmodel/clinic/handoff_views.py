"""Taking over from somebody who walked alone: the code they show becomes a matter, once."""

from contextlib import suppress

from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from threatmodel.clinic import matters
from threatmodel.clinic.clock import today
from threatmodel.clinic.contents import Contents
from threatmodel.clinic.desk_views import alias_problem, pack_of_the_house, suggestion
from threatmodel.clinic.house import house
from threatmodel.clinic.keys import derived, handoff_print
from threatmodel.clinic.models import Staff, UsedCode
from threatmodel.clinic.pages import staff_page
from threatmodel.clinic.shown import show
from threatmodel.clinic.working import LANGUAGES
from threatmodel.documents.packs import pack_names, questionnaire_in
from threatmodel.documents.record import NotARecord, OtherPack, Record, read_record
from threatmodel.sealing.handoff import Damaged, NewerCode, NotACode, Opened, OtherClinic, TooOld, open_with
from threatmodel.sealing.matter import keyed

LONGEST_CODE = 8192


class UsedBefore(Exception):
    """A code that was opened here already."""


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def take_over(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    """Open a code that a client shows. Nothing is stored before it opens, and then only the matter made of it."""
    if request.method != "POST":
        return _page(request, staff)
    code, alias = request.POST.get("code", "")[:LONGEST_CODE], request.POST.get("alias", "").strip()
    if not code.strip():
        return _page(request, staff, _("Scan or paste the code first."))
    if problem := alias_problem(alias):
        return _page(request, staff, problem)
    try:
        opened = open_with(derived("hand-off"), code, today())
        made = _made(staff, opened, alias)
    except (NotACode, Damaged, OtherClinic, TooOld, NewerCode, NotARecord, UsedBefore) as fault:
        return _page(request, staff, _problem(fault))
    return redirect("clinic-plan", made.row.id)


def _made(staff: Staff, opened: Opened, alias: str) -> matters.Opened:
    """The matter of a code. Raises ``UsedBefore``, also for the second of two who open it at once."""
    mark = keyed(derived("index"), opened.mark)
    if UsedCode.objects.filter(mark=mark).exists():
        raise UsedBefore
    pack, record = _read(opened.content)
    lang = record.lang if record.lang in LANGUAGES else house().lang
    contents = Contents(alias, lang, pack, opened.content)  # as it came, so that what could not be read is told

    def use_up() -> None:
        UsedCode.objects.create(mark=mark, until=opened.until)

    try:
        return matters.create(staff, contents, via="hand-off", also=use_up)
    except IntegrityError as fault:
        raise UsedBefore from fault


def _read(content: bytes) -> tuple[str, Record]:
    """The name of the pack that a record was made with, the house's own tried first, and the record.

    Raises ``NotARecord``.
    """
    for name in dict.fromkeys((pack_of_the_house(), *pack_names())):
        with suppress(OtherPack):
            return name, read_record(questionnaire_in(settings.LANGUAGE_CODE, name), content)
    raise OtherPack


def _problem(fault: Exception) -> str:
    match fault:
        case OtherClinic():
            return _("This code is for another clinic. Only that clinic can open it. Ask which one it was made for.")
        case TooOld():
            return _("This code is too old: it works for three days. Ask the client to make a new one from their plan.")
        case UsedBefore():
            return _("This code was opened here before. Look for its matter in the list, or ask who opened it.")
        case NewerCode():
            return _("This code was made by a newer version of the site than this one. Update this one first.")
        case Damaged():
            return _("A part of the code is missing or was changed. Scan or copy it again, all of it.")
        case OtherPack():
            return _("It was made with other questions than the ones here. Walk through them with the client instead.")
        case _:
            return _("This is not a code from this site. Look for the square code, or the text below it.")


def _page(request: HttpRequest, staff: Staff, problem: str = "") -> HttpResponse:
    context = {
        "problem": problem,
        "fingerprint": handoff_print(),
        "code": request.POST.get("code", "")[:LONGEST_CODE],
        "alias": request.POST.get("alias", "") or suggestion(),
    }
    return show(request, "clinic/take_over.html", context, 422 if problem else 200)
