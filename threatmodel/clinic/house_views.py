"""The supervisor's pages: settings, keys, audit, and counts for funders."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from threatmodel.clinic import audit
from threatmodel.clinic.accounts.fresh import fresh_or_back_to
from threatmodel.clinic.counts import counted
from threatmodel.clinic.destruction import dead, rotate
from threatmodel.clinic.house import House, Unfit, house, set_house
from threatmodel.clinic.keys import generations
from threatmodel.clinic.models import AuditEntry, Clinic, Count, Matter, Staff
from threatmodel.clinic.pages import staff_page
from threatmodel.clinic.shown import show
from threatmodel.clinic.working import LANGUAGES
from threatmodel.documents.counts import Row, groups
from threatmodel.documents.packs import pack_names

MOST_ENTRIES = 200


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("settings")
def settings_page(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    if request.method != "POST":
        return _settings(request)
    try:
        wanted = _read(house(), request.POST).checked()
    except (Unfit, ValueError) as fault:
        return _settings(request, _problem(str(fault)))
    with transaction.atomic():
        set_house(wanted)
        audit.note(staff.id, "settings-changed")
    return redirect("clinic-settings")


def _read(now: House, form: QueryDict) -> House:
    """The settings a form asks for. Raises ``Unfit``."""
    lang, pack = form.get("lang", now.lang), form.get("pack", "")
    if lang not in LANGUAGES or (pack and pack not in pack_names()):
        raise Unfit("lang")
    keep, warn = form.get("keep_days", ""), form.get("warn_days", "")
    if not all(text.isascii() and text.isdigit() and len(text) < 6 for text in (keep, warn)):
        raise Unfit("keep_days")
    return replace(
        now,
        name=form.get("name", "").strip(),
        contacts=form.get("contacts", "").strip(),
        referrals=form.get("referrals", "").strip(),
        leave_to=form.get("leave_to", "").strip(),
        lang=lang,
        pack=pack,
        on_client_paper=form.get("on_client_paper") == "yes",
        keep_days=int(keep),
        warn_days=int(warn),
    )


def _problem(name: str) -> str:
    return {
        "leave_to": _("The page that leaving leads to must begin with https://."),
        "keep_days": _("Choose between 1 and 3650 days to keep a matter."),
        "warn_days": _("The days of warning must be fewer than the days of keeping."),
        "contacts": _("Use at most 12 lines of at most 120 letters each."),
        "referrals": _("Use at most 12 lines of at most 120 letters each."),
        "name": _("The clinic’s name may have at most 120 letters."),
    }.get(name, _("Choose one of the answers on the page for each question."))


def _settings(request: HttpRequest, problem: str = "") -> HttpResponseBase:
    """The form with what stands, or, beside a problem, with all that was sent."""
    shown = request.POST if problem else asdict(house())
    context = {"shown": shown, "problem": problem, "packs": list(pack_names())}
    return show(request, "clinic/settings.html", context, 422 if problem else 200)


@require_safe
@staff_page("rotation")
def keys_page(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    """How the clinic's keys stand. No key, nor anything that follows from one, is on it."""
    living = list(generations().living())
    context = {
        "living": living,
        "matters": Matter.objects.count(),
        "dead": sum(1 for _ in dead()),
        "due": Clinic.objects.get().rotation_due,
    }
    return show(request, "clinic/keys.html", context)


@require_POST
@staff_page("rotation")
@fresh_or_back_to("clinic-keys")
def rotate_keys(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    """Wrap every matter's key under a new generation, and destroy the old one."""
    rotate(staff.id)
    return redirect("clinic-keys")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the audit with the names of who did it and of whom it was done to, where they are still known."""

    line: AuditEntry
    by: str
    about: str

    @property
    def short(self) -> str:
        return self.line.matter.hex[:8] if self.line.matter else ""


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("audit")
def audit_page(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    """The last lines of the audit; POST goes over the whole chain and says whether it is whole."""
    known: dict[UUID | None, str] = {one.id: one.name for one in Staff.objects.all()}
    lines = AuditEntry.objects.order_by("-number")[:MOST_ENTRIES]
    faults = list(audit.verify()) if request.method == "POST" else None
    context = {
        "entries": [
            Entry(line, *(known.get(one, "") if one else "" for one in (line.actor, line.about))) for line in lines
        ],
        "total": AuditEntry.objects.count(),
        "most": MOST_ENTRIES,
        "verified": faults is not None,
        "faults": faults,
    }
    return show(request, "clinic/audit.html", context)


@require_safe
@staff_page("counts")
def counts_page(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    """Numbers for funders, by month, with small ones suppressed."""
    return show(request, "clinic/counts.html", {"groups": groups(_counted())})


def _counted() -> Iterator[Row]:
    for month in Count.objects.order_by("-month").values_list("month", flat=True):
        for (kind, key), number in counted(month).items():  # matters have one language each, and are its total
            yield Row(f"{month:%Y-%m}", kind, key, number)
