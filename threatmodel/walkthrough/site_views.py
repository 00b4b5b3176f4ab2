"""Two files for machines and for those who test this site: what to leave out of an index, and where to report."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from threatmodel.walkthrough.access import today

VALID = timedelta(days=180)
PUBLIC = ("/$", "/about/", "/notice/", "/letters/", "/samples/")
NO_CONTACT = "# The operator of this server names no contact. SECURITY.md in the source code says how to report.\n"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Allow: {page}" for page in PUBLIC), "Disallow: /"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """The file of RFC 9116. Without a contact it cannot be one, and says where to look instead."""
    if not settings.SECURITY_CONTACT:
        return HttpResponse(NO_CONTACT, content_type="text/plain; charset=utf-8")
    ends = f"{today() + VALID}T00:00:00.000Z"
    lines = [f"Contact: {settings.SECURITY_CONTACT}", f"Expires: {ends}", "Preferred-Languages: en"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
