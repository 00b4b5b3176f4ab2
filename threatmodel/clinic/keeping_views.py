"""Keeping and forgetting: whose end is near, what is held, what is destroyed. Shown by short id, without an alias."""

from datetime import timedelta
from string import hexdigits
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from threatmodel.clinic import audit, clock
from threatmodel.clinic.access import known
from threatmodel.clinic.accounts.fresh import fresh_or_back_to, freshly_signed_in
from threatmodel.clinic.destruction import dead, destroy
from threatmodel.clinic.faults import not_here
from threatmodel.clinic.house import house
from threatmodel.clinic.matters import NoMatter
from threatmodel.clinic.models import Matter, Staff
from threatmodel.clinic.pages import staff_page
from threatmodel.clinic.retention import ending
from threatmodel.clinic.shown import show

MOST_LISTED = 200


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("hold")
def keeping(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    """Every matter by its short id: those that end soon, those that are held, the rest. POST looks for one."""
    sought = "".join(letter for letter in request.POST.get("short", "").lower() if letter in hexdigits)[:32]
    first, last = (UUID(sought.ljust(32, fill)) for fill in "0f")
    context = {
        "ending": ending(house()).prefetch_related("assigned")[:MOST_LISTED],
        "held": Matter.objects.exclude(hold=Matter.Hold.NONE).prefetch_related("assigned")[:MOST_LISTED],
        "sought": sought,
        "most": MOST_LISTED,
        "rest": Matter.objects.filter(pk__range=(first, last))
        .order_by("-used_on", "id")
        .prefetch_related("assigned")[:MOST_LISTED],
        "dead": list(dead()),
        "total": Matter.objects.count(),
        "house": house(),
        "doubted": clock.doubted(),
        "holds": [(one.value, HOLDS[one]()) for one in Matter.Hold],
    }
    return show(request, "clinic/keeping.html", context)


HOLDS = {
    Matter.Hold.NONE: lambda: _("No hold"),
    Matter.Hold.CASE: lambda: _("A case or a demand for papers is open"),
    Matter.Hold.CLIENT: lambda: _("The client asked for it"),
    Matter.Hold.LAWYER: lambda: _("A lawyer asked for it"),
    Matter.Hold.OTHER: lambda: _("Another reason"),
}


@require_POST
@staff_page("hold")
@fresh_or_back_to("clinic-keeping")
def hold(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Keep a matter past its time, for one of a few reasons, or let it go again."""
    why = request.POST.get("hold", "")
    if why not in Matter.Hold.values:
        return not_here(request)
    released = why == Matter.Hold.NONE
    with transaction.atomic():
        row = Matter.objects.select_for_update().filter(pk=matter).first()
        if row is None:
            raise NoMatter
        if released and row.hold != Matter.Hold.NONE:  # whoever let it go by mistake can still hold it again
            row.keep_until = max(row.keep_until, clock.today() + timedelta(days=house().warn_days))
        row.hold = Matter.Hold(why)
        row.save(update_fields=["hold", "keep_until"])
        audit.note(staff.id, "released" if released else "held", detail=why, matter=matter)
    return redirect("clinic-keeping")


@require_POST
@staff_page("hold")
@fresh_or_back_to("clinic-keeping")
def believe(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    """Say that the server's date is right, after its clock jumped. What is past its time then goes within a minute."""
    with transaction.atomic():
        clock.believe()
        audit.note(staff.id, "clock-believed")
    return redirect("clinic-keeping")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("destroy")
@freshly_signed_in
def destroy_one(request: HttpRequest, staff: Staff, matter: UUID) -> HttpResponseBase:
    """Destroy a matter and its key at once. What is held is not destroyed before somebody lets it go."""
    row = known(staff).filter(pk=matter).first()
    if row is None:
        raise NoMatter
    if request.method != "POST":
        return show(request, "clinic/destroy.html", {"row": row, "held": row.hold != Matter.Hold.NONE})
    destroy(staff.id, [matter], "destroyed")
    if Matter.objects.filter(pk=matter).exists():
        return show(request, "clinic/destroy.html", {"row": row, "held": True}, 409)
    return show(request, "clinic/destroyed.html", {"short": row.short})
