"""Papers that are the same for everyone: made by the renderer, kept in memory for a while, and never about a person."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from threatmodel.documents import renderer
from threatmodel.documents.fonts import can_print
from threatmodel.documents.paper import style
from threatmodel.limits import refusal
from threatmodel.meter import PAPERS
from threatmodel.walkthrough.faults import no_letters

TRY_AGAIN_AFTER = 3  # seconds
MOST_KEPT = 16  # in each language; twice as many as there are papers, for the hour around midnight

_kept: dict[str, bytes] = {}


def sheet(request: HttpRequest, html: str, name: str) -> HttpResponse:
    """A public page as a PDF; when the renderer is at work, a page that says so and offers to ask again."""
    pdf = _kept.get(html)
    if pdf is None:
        if not can_print(get_language() or ""):
            return no_letters(request)
        if refused := refusal(request, PAPERS):
            return refused
        try:
            pdf = _rendered(html)
        except (renderer.Busy, renderer.NotRendered):
            response = render(request, "walkthrough/sheet_busy.html", {"again": request.path}, status=503)
            response["Retry-After"] = str(TRY_AGAIN_AFTER)
            return response
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _rendered(html: str) -> bytes:
    pdf = renderer.render(html, style("letter", large=False))
    while len(_kept) >= MOST_KEPT * len(settings.LANGUAGES):
        _kept.pop(next(iter(_kept)))  # the oldest, which is of yesterday before long
    _kept[html] = pdf
    return pdf
