"""What this server holds about the person who asks: a page made from their own request, not from a text about it."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from threatmodel.walkthrough import held
from threatmodel.walkthrough.access import private


@require_safe
@private
def privacy(request: HttpRequest) -> HttpResponse:
    context = {
        "cookies": held.cookies(request),
        "headers": held.header_names(request),
        "walk": held.open_walk(request),
        "keys": held.keys(),
        "tables": held.tables(),
        "stores": held.stores(),
        "clinic": bool(settings.CLINIC),
        "counted": held.counted(request),
        "writers": held.writers(request),
        "process": held.process(),
        "https": settings.HTTPS,
        "by_tor": settings.ONION,
        "debug": settings.DEBUG,
        "receivers": held.receivers(),
        "largest": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024,
        "leave_host": urlsplit(settings.LEAVE_TO).hostname,
    }
    return render(request, "walkthrough/privacy.html", context)
