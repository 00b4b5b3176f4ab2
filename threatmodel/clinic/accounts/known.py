"""Browsers that somebody has signed in with before. Guessing from elsewhere does not slow these down.

The mark lasts as long as the browser is open, like every cookie here, and names nobody.
"""

import hmac
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from threatmodel.clinic.keys import staff_key
from threatmodel.clinic.models import Staff
from threatmodel.clinic.models.staff import folded
from threatmodel.sealing.staff_secrets import mark

COOKIE = f"{settings.COOKIE_PREFIX}known"


def tries_of(request: HttpRequest, name: str) -> str:
    """What this try is counted with: those of the same name and, from a known browser, only those of that browser."""
    nonce, _, shown = request.COOKIES.get(COOKIE, "").partition(".")
    known = hmac.compare_digest(_mark(name, nonce).encode(), shown.encode())
    return f"{folded(name)}\n{nonce if known else ''}"


def remember(response: HttpResponse, staff: Staff) -> None:
    nonce = secrets.token_hex(16)
    value = f"{nonce}.{_mark(staff.name, nonce)}"
    response.set_cookie(COOKIE, value, path="/", secure=settings.HTTPS, httponly=True, samesite="Strict")


def _mark(name: str, nonce: str) -> str:
    return mark(staff_key(), "known browser", f"{folded(name)}\n{nonce}").hex()
