"""Leaving from a staff's page: the session ends, the browser forgets, an ordinary page comes next. And staying."""

from contextlib import suppress
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import logout
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from threatmodel.clinic.house import house
from threatmodel.clinic.models import Clinic, Staff
from threatmodel.clinic.pages import staff_page


def leads_to() -> str:
    """Where the clinic's pages lead who leaves; where the site's own do, when the database is away."""
    with suppress(DatabaseError, Clinic.DoesNotExist):
        return house().leave_to or settings.LEAVE_TO
    return settings.LEAVE_TO


@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    to = leads_to()
    with suppress(DatabaseError):
        logout(request)
    response = HttpResponse(status=303, headers={"Location": to})
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME):
        response.delete_cookie(name, samesite="Strict")
    return response


@require_POST
@staff_page()
def stay(_request: HttpRequest, _staff: Staff) -> HttpResponse:
    """Put off the end of a session that is idle: a page's script sends this when somebody types, or asks for it."""
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
