"""Asking again who somebody is before what cannot be undone. What they had typed is not kept meanwhile."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from threatmodel.clinic.accounts.signed_in import BACK, is_fresh
from threatmodel.clinic.models import Staff

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def freshly_signed_in[**P](view: View[P]) -> View[P]:
    """Let only those in who showed a password or a factor within five minutes; others show one and come back.

    A form that was sent too late is not sent again for them: they come back to the page itself, by GET.
    """
    return fresh_or_back_to("")(view)


def fresh_or_back_to[**P](page: str) -> Callable[[View[P]], View[P]]:
    """The same for a view that only takes forms: ``page`` is the name of the address that holds its form."""

    def decorate(view: View[P]) -> View[P]:
        def respond(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if isinstance(request.user, Staff) and is_fresh(request, request.user):
                return view(request, *args, **kwargs)
            request.session[BACK] = reverse(page) if page else request.path
            return redirect("account_reauthenticate")

        update_wrapper(respond, view)
        return respond

    return decorate
