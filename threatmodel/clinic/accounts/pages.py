"""What the views of accounts share: who is signed in, a plain page that says something, and a problem in a form."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from threatmodel.clinic.access import Act, may
from threatmodel.clinic.accounts.throttle import Slowed
from threatmodel.clinic.models import Staff

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def staff_of(request: HttpRequest) -> Staff:
    """Who is signed in. The door lets nobody else to a page that asks."""
    if not isinstance(request.user, Staff):
        raise Http404
    return request.user


def only_who_may(act: Act) -> Callable[[View[...]], View[...]]:
    """For anybody whose role does not allow the act, the page is not there."""

    def decorate(view: View[...]) -> View[...]:
        @wraps(view)
        def respond(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if not may(staff_of(request), act):
                raise Http404
            return view(request, *args, **kwargs)

        return respond

    return decorate


def says(request: HttpRequest, status: int, title: str, *sentences: str, to: str, go_on: str) -> HttpResponse:
    """A plain page with a heading, sentences and one way on."""
    context = {"title": title, "sentences": sentences, "to": reverse(to), "go_on": go_on}
    return render(request, "clinic/accounts/says.html", context, status=status)


def slowed(request: HttpRequest, fault: Slowed, to: str) -> HttpResponse:
    """The same page for everybody who must wait, whether there is such an account or not."""
    response = says(
        request,
        429,
        _("Wait a little"),
        _("Too many tries went wrong one after the other. Each one makes the next wait longer."),
        _("Wait %(seconds)d seconds, then try again. Nothing is locked.") % {"seconds": fault.seconds},
        to=to,
        go_on=_("Try again"),
    )
    response["Retry-After"] = str(fault.seconds)
    return response


def page(request: HttpRequest, template: str, problem: str = "", /, **context: object) -> HttpResponse:
    """A page with a form; with a problem, it was not taken."""
    return render(request, template, {"problem": problem, **context}, status=422 if problem else 200)


def sentences_of(fault: ValidationError) -> str:
    return " ".join(fault.messages)
