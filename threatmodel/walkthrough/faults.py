"""Pages for what went wrong: each says what happened, what is kept, and how to go on. None says more to a log."""

import logging
import secrets
import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import reselect, reswap, retarget

from threatmodel.sealing.keyring import RingUnfit
from threatmodel.walkthrough.walk import NoWalk, QuestionsChanged, WalkEnded

logger = logging.getLogger(__name__)


def fault_page(request: HttpRequest, status: int, title: str, *sentences: str, go_on: bool = True) -> HttpResponse:
    """A plain page with a heading, sentences, and a way on, unless there is no walk to go on with."""
    context: dict[str, object] = {"title": title, "sentences": sentences, "go_on": go_on}
    if not go_on:
        context["yours"] = None
    response = render(request, "walkthrough/fault.html", context, status=status)
    response["Cache-Control"] = "no-store"
    if request.headers.get("HX-Request"):  # a script asked for a part of a page, and this is a page in its place
        response = reswap(reselect(retarget(response, "#main"), "#main"), "outerHTML")
    return response


def no_walk(request: HttpRequest, fault: NoWalk) -> HttpResponse:
    """A page was asked for that needs a walk, and there is none to go on with.

    Whether it was idle, too old, changed or foreign is not told apart: one page, so that trying tells nothing.
    """
    title = _("Please start again")
    last = _("Nothing is left of them with us. Starting again takes a few minutes.")
    if isinstance(fault, QuestionsChanged):
        what = _("The questions have changed since you began, so your earlier answers could mean something else now.")
    elif isinstance(fault, WalkEnded):
        title = _("Your answers are closed")
        what = _(
            "They close when no page is opened here for 45 minutes, and 8 hours after you began. "
            "That way, nobody who picks up this device later can read them."
        )
        last = _("This site does not open them again, and holds nothing of them. Starting again takes a few minutes.")
    else:
        what = _("There are no answers on this device yet. It may also be that your browser refuses cookies.")
    return fault_page(request, 409, title, what, last, go_on=False)


def no_keys(request: HttpRequest, fault: Exception) -> HttpResponse:
    """The keys cannot be had just now. The walk stays as it is on the device."""
    if isinstance(fault, RingUnfit):
        logger.error("%s", fault)
    response = fault_page(
        request,
        503,
        _("We cannot open your answers just now"),
        _("Something is wrong on our side. Your answers are still on your device and nowhere else."),
        _("Try again in a minute."),
    )
    response["Retry-After"] = "60"
    return response


def no_letters(request: HttpRequest) -> HttpResponse:
    """A paper in a language for which the machine has no font. `manage.py selfcheck` tells the operator."""
    return fault_page(
        request,
        503,
        _("We cannot print in this language here"),
        _("This server has no letters for it on paper. The pages of this site are not affected."),
        _("Your answers are still here. You can choose English on the first page, and print then."),
    )


def off_path(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        404,
        _("That question is not part of your walk"),
        _("Your other answers decide which questions you get. This page is not one of them now."),
        _("Your answers are still here. Nothing was changed."),
    )


def off_plan(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        404,
        _("That is not part of your plan"),
        _("Your answers decide what is in your plan. This page is not in it now."),
        _("Your answers are still here. Nothing was changed."),
    )


def answer_refused(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        400,
        _("We could not read that answer"),
        _("What arrived is not one of the choices on the page. The page may be old, or was changed on the way."),
        _("Your answers are as they were. Go on, and choose again."),
    )


def mark_refused(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        400,
        _("We could not note that"),
        _("What arrived is not one of the steps in your plan. The page may be old."),
        _("Your answers and notes are as they were. Open your plan again and try once more."),
    )


def nothing_opened(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        404,
        _("There is no earlier plan to compare with"),
        _("To see what has changed, first open a plan that you kept."),
        _("Your answers are as they were."),
    )


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    return fault_page(
        request,
        403,
        _("We did not accept that form"),
        _("It lacks the mark that shows it was sent from this site. This happens when cookies are refused."),
        _("Your answers are as they were. Let this site use cookies, then go on."),
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return fault_page(
        request,
        400,
        _("We could not read that request"),
        _("Something in it was too large or not well formed."),
        _("Your answers are as they were."),
    )


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """More was asked for in a minute than one network may."""
    response = fault_page(
        request,
        429,
        _("Too much was asked for at once"),
        _("From your network came more requests this minute than we can serve. Other people may share it with you."),
        _("Nothing is lost: your answers are as they were. Wait %(seconds)d seconds, then do it once more.")
        % {"seconds": seconds},
    )
    response["Retry-After"] = str(seconds)
    return response


def too_large(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        413,
        _("That is too large"),
        _("A plan that was kept here is a few hundred letters long. What arrived is far longer, so it was not read."),
        _("Your answers are as they were."),
    )


def address_too_long(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        414,
        _("That address is too long"),
        _("No page here has an address as long as this one. Your answers are as they were."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return fault_page(
        request,
        404,
        _("There is no such page"),
        _("The address may have a slip of the pen. Your answers are as they were."),
    )


def not_allowed(request: HttpRequest) -> HttpResponse:
    """An address was opened that only a form sends to, or asked in a way that no browser does."""
    return fault_page(
        request,
        405,
        _("This is not a page to open"),
        _("Forms send to this address. Opening it by itself does nothing."),
        _("Your answers are as they were."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours. When the machine has run out of something, waiting helps, and the page says so."""
    reference, fault = secrets.token_hex(4), sys.exc_info()[0]
    logger.error("a page could not be made, reference %s [%s]", reference, fault.__name__ if fault else "")
    request.fault_reference = reference  # type: ignore[attr-defined]  # for whoever says it in other words
    if fault and issubclass(fault, OSError | MemoryError):
        return _out_of_something(request, reference)
    return fault_page(
        request,
        500,
        _("Something went wrong on our side"),
        _("Your answers are still on your device and nowhere else. Go back and try once more."),
        _("If you tell us about it, this reference is enough: %(reference)s. It holds nothing about you.")
        % {"reference": reference},
    )


def _out_of_something(request: HttpRequest, reference: str) -> HttpResponse:
    response = fault_page(
        request,
        503,
        _("This site cannot answer just now"),
        _("Our machine has run out of memory or room. Your answers are still on your device and nowhere else."),
        _("Wait a minute, then go back and try once more. For us, the reference is %(reference)s.")
        % {"reference": reference},
    )
    response["Retry-After"] = "60"
    return response
