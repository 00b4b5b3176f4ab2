"""Pages for what went wrong at the clinic: what happened, what is safe, what to do. No log hears more than the kind."""

import logging
from http import HTTPStatus

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from threatmodel.clinic.fields import typed
from threatmodel.clinic.keys import KeysUnfit, Locked
from threatmodel.clinic.matters import Dead, NoMatter, Unread
from threatmodel.documents.record import NotARecord
from threatmodel.sealing.matter import TooLarge

logger = logging.getLogger(__name__)
AGAIN_AFTER = "10"  # seconds


def fault_page(request: HttpRequest, status: int, title: str, *sentences: str) -> HttpResponse:
    context = {"title": title, "sentences": sentences, "typed": typed(request), "yours": None}
    response = render(request, "clinic/fault.html", context, status=status)
    if status == 503:
        response["Retry-After"] = AGAIN_AFTER
    return response


def in_our_words(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Our page in the place of the site's own for a form that was refused or a fault, which speaks to visitors."""
    if response.status_code == HTTPStatus.FORBIDDEN:
        return fault_page(
            request,
            403,
            _("We did not accept that form"),
            _("Its page was made before somebody signed in here again, or this browser refuses cookies."),
            _("Nothing was saved. Open the page once more, and send it from there."),
        )
    if reference := getattr(request, "fault_reference", ""):
        request.user = AnonymousUser()  # whatever failed, the page's frame asks for nothing more
        page = fault_page(
            request,
            response.status_code,
            _("Something went wrong on our side"),
            _("What was saved before is as it was. This may not have been: look, and do it once more if need be."),
            _("If you tell us about it, this reference is enough: %(reference)s. It holds nothing about you.")
            % {"reference": reference},
        )
        if "Retry-After" in response:
            page["Retry-After"] = response["Retry-After"]
        return page
    return response


def not_here(request: HttpRequest) -> HttpResponse:
    """The one page for what is not there, not theirs, and not allowed, so that trying tells nothing."""
    return fault_page(
        request,
        404,
        _("There is nothing here for you"),
        _("What you asked for does not exist, was destroyed, or is not assigned to you."),
        _("Nothing was changed. If you should see it, ask a supervisor to assign it to you."),
    )


def page_for(request: HttpRequest, fault: Exception) -> HttpResponse | None:
    """The page for a fault that is expected to happen; None for any other."""
    match fault:
        case NoMatter():
            return not_here(request)
        case Locked():
            return _locked(request)
        case KeysUnfit():
            logger.error("the clinic's key does not open its file of keys; run `manage.py clinic status`")
            return _unfit(request)
        case DatabaseError() | OSError():
            logger.error("the clinic's database or disk failed [%s]", type(fault).__name__)
            return _away(request)
        case Dead():
            return _dead(request)
        case Unread() | NotARecord():
            return _unread(request)
        case TooLarge():
            return _too_large(request)
    return None


def _locked(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        503,
        _("The clinic is locked"),
        _("Its key has not been typed in since this server was started. Nothing can be opened, and nothing is lost."),
        _("Ask whoever runs the server to unlock it. The walk for visitors works meanwhile."),
    )


def _unfit(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        503,
        _("The clinic’s key does not fit"),
        _("It is another key, or the file of keys was changed or is away. Nothing was opened or changed."),
        _("Ask whoever runs the server. Do not set the clinic up anew: that would lose every matter."),
    )


def _away(request: HttpRequest) -> HttpResponse:
    request.user = AnonymousUser()  # the page's frame would ask the database who this is, and fail in its turn
    return fault_page(
        request,
        503,
        _("We could not save or open anything just now"),
        _("The database or the disk did not answer, or is full. What was saved before is as it was; this was not."),
        _("Wait a moment, and send it again."),
    )


def _dead(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        410,
        _("This matter cannot be opened any more"),
        _("Its key was destroyed, or an old backup was put back, or it was changed from outside."),
        _("Nobody can read it here. A supervisor can take it off the list."),
    )


def _unread(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        503,
        _("This matter cannot be read just now"),
        _("The questions it was made with are not on this server, or a newer version of this program wrote it."),
        _("Nothing of it is lost, so do not destroy it. Ask whoever runs the server."),
    )


def _too_large(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        413,
        _("This matter is full"),
        _("It holds 64 KB at most, and what you sent does not fit any more. What was saved before is as it was."),
        _("Shorten what you typed, or keep long texts elsewhere."),
    )
