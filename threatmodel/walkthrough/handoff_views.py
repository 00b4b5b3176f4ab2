"""Handing answers over to a clinic: a code on this screen, sealed to its key. Nothing is sent, and nothing stays."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from threatmodel.documents.record import Record
from threatmodel.limits import refusal
from threatmodel.meter import SEALING
from threatmodel.sealing.handoff import LASTS, fingerprint, seal_to
from threatmodel.walkthrough import faults
from threatmodel.walkthrough.access import private, today, with_walk
from threatmodel.walkthrough.codes import drawn
from threatmodel.walkthrough.walk import Walk

GROUP = 8  # letters of the text that stand together


@require_http_methods(["GET", "HEAD", "POST"])
@private
def handoff(request: HttpRequest) -> HttpResponseBase:
    """What the code is, then the code itself. Where no clinic takes codes, there is no such page."""
    if (key := settings.HANDOFF_KEY) is None:
        return faults.not_found(request, Http404())
    return _code(request, key) if request.method == "POST" else _about(request, key)


@with_walk
def _about(request: HttpRequest, walk: Walk, key: bytes) -> HttpResponseBase:
    return render(request, "walkthrough/handoff.html", _clinic(key))


@with_walk
def _code(request: HttpRequest, walk: Walk, key: bytes) -> HttpResponseBase:
    if refused := refusal(request, SEALING):
        return refused
    until = today() + LASTS
    text = seal_to(key, Record.keep(walk.answers, walk.marks, today()).pack(), until)
    code = {
        "until": until,
        "code": drawn(text, _("Your answers as a code for the clinic")),
        "groups": [text[i : i + GROUP] for i in range(0, len(text), GROUP)],
    }
    return render(request, "walkthrough/handoff_code.html", {**_clinic(key), **code})


def _clinic(key: bytes) -> dict[str, object]:
    return {
        "name": settings.HANDOFF_NAME,
        "fingerprint": fingerprint(key),
        "days": LASTS.days,
    }
