"""Joining with a code: the code, then a name and a password; the second factor follows. Also a new password."""

import unicodedata
from uuid import UUID

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from threatmodel.clinic.accounts import throttle
from threatmodel.clinic.accounts.account_views import chosen_password
from threatmodel.clinic.accounts.pages import page, says, sentences_of, slowed
from threatmodel.clinic.accounts.staff import CodeUnfit, NameTaken, find_invitation, invitation, join
from threatmodel.clinic.models import Invitation, Staff

JOINING = "joining"
LONGEST_CODE = 100


@sensitive_post_parameters("code")
def ask_code(request: HttpRequest) -> HttpResponseBase:
    """The code that somebody was given. It is typed in, so that no address ever holds one."""
    if request.user.is_authenticated:
        return redirect("account_home")
    if request.method != "POST":
        return page(request, "clinic/accounts/join.html")
    try:
        throttle.attempt(throttle.INVITATION)
        found = find_invitation(request.POST.get("code", "")[:LONGEST_CODE])
    except throttle.Slowed as fault:
        return slowed(request, fault, "account_join")
    except CodeUnfit:
        problem = _("This code does not work. It may be mistyped, used already, or older than three days.")
        return page(request, "clinic/accounts/join.html", problem)
    throttle.succeeded(throttle.INVITATION)
    request.session[JOINING] = str(found.pk)
    return redirect("account_join_as")


@sensitive_post_parameters("password", "again")
def join_as(request: HttpRequest) -> HttpResponseBase:
    """The name and the password of who joins; only the password where it is to be set anew."""
    try:
        found = invitation(UUID(request.session[JOINING]))
    except (KeyError, CodeUnfit):
        request.session.pop(JOINING, None)
        return redirect("account_join")
    if request.method != "POST":
        return _as_page(request, found)
    try:
        name = found.name if found.staff_id else chosen_name(request.POST.get("name", ""))
        staff = join(found, name, chosen_password(request, Staff(name=name)))
    except ValidationError as fault:
        return _as_page(request, found, sentences_of(fault))
    except NameTaken:
        return _as_page(request, found, _("Somebody here has this name already. Choose another one."))
    except CodeUnfit:
        return redirect("account_join")
    del request.session[JOINING]
    if found.staff_id:
        return _password_is_set(request)
    response: HttpResponse = perform_password_login(request, {}, Login(user=staff))
    return response


def chosen_name(typed: str) -> str:
    """A name as it is stored. Raises ``ValidationError``."""
    name = " ".join(unicodedata.normalize("NFKC", typed).split())
    if not 1 <= len(name) <= 60 or not name.isprintable():
        raise ValidationError(_("Type a name of at most 60 letters."))
    return name


def _as_page(request: HttpRequest, found: Invitation, problem: str = "") -> HttpResponse:
    name = request.POST.get("name", found.name)
    return page(request, "clinic/accounts/join_as.html", problem, name=name, fixed=found.staff_id is not None)


def _password_is_set(request: HttpRequest) -> HttpResponse:
    return says(
        request,
        200,
        _("Your new password is set"),
        _("Sign in with it now. Your second factor is the one you had."),
        to="account_login",
        go_on=_("Sign in"),
    )
