"""What stands before every page of the clinic and before no other: sessions, who is signed in, and how far they may go.

A walk passes by here without a session, a database or a cookie of the staff being looked at.
"""

from collections.abc import Callable

from django.contrib.auth import logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from threatmodel.clinic.accounts import signed_in
from threatmodel.clinic.accounts.factors import has_factor
from threatmodel.clinic.faults import in_our_words, page_for
from threatmodel.clinic.fields import typed
from threatmodel.clinic.keys import KeysUnfit, Locked
from threatmodel.clinic.models import Staff
from threatmodel.clinic.pages import CLIENT_VIEW

type Respond = Callable[[HttpRequest], HttpResponseBase]

# Pages for people who are not signed in. Every other page below /clinic/ is closed to them, known or not.
OPEN = {"account_login", "account_locked", "account_passkey", "mfa_authenticate", "account_join", "account_join_as"}
OPEN |= {"clinic-leave"}
# Pages for people who have shown a password and have no second factor yet. They reach nothing else.
ENROLMENT = {
    "account_enrol",
    "account_logout",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_totp_picture",
    "mfa_add_webauthn",
}
# All there is while a client holds the device; nothing that another page shows, changes or signs out is theirs.
CLIENTS = {"clinic-client", "clinic-client-plan", "clinic-client-item", "clinic-client-part"}
CLIENTS |= {"clinic-client-mark", "clinic-hand-back", "clinic-leave", "clinic-stay"}


class Sessions(SessionMiddleware):
    """Leaves a cookie alone that is unknown: the browser may have got a new one by another request in the meantime."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.session.is_empty() and getattr(request.session, "unknown", False):
            return response
        return super().process_response(request, response)


def door(get_response: Respond) -> Respond:
    """Lead requests below /clinic/ through the staff's own middleware."""
    inside = within(Sessions(AuthenticationMiddleware(ruled(get_response))))

    def respond(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/clinic/"):
            return get_response(request)
        return in_our_words(request, inside(request))

    respond.process_exception = expected  # type: ignore[attr-defined]  # Django asks for it by this name
    return respond


def expected(request: HttpRequest, fault: Exception) -> HttpResponse | None:
    """The page for a fault of the clinic that can be expected, in a view; of others, the site's own net tells."""
    return page_for(request, fault) if request.path_info.startswith("/clinic/") else None


def within(get_response: Callable[[HttpRequest], object]) -> Respond:
    """Answer for what sessions and accounts cannot do below: the place for a database that is away."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        try:
            response = get_response(request)
        except SessionInterrupted:  # somebody ended this session while its page was made
            return _elsewhere(request, "account_locked")
        except (DatabaseError, Locked, KeysUnfit) as fault:
            response = page_for(request, fault)
        assert isinstance(response, HttpResponseBase)  # noqa: S101  nothing here is asynchronous
        return response

    return respond


def ruled(get_response: Respond) -> Respond:
    """Let nobody further than they have shown who they are."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        match, staff = _match(request), request.user
        name = match.url_name if match and match.url_name else ""
        if isinstance(staff, Staff):
            if signed_in.has_ended(request):
                logout(request)
                return _closed(request, "account_locked") if name not in OPEN else get_response(request)
            signed_in.note_seen(request)
            held = request.session.get(CLIENT_VIEW)
            if held and not _for_client(match, held):
                return _elsewhere(request, "clinic-hand-back", held)
            if name in OPEN or signed_in.with_second_factor(request, staff):
                return get_response(request)
            return _enrolling(request, staff, name, get_response)
        return get_response(request) if name in OPEN else _closed(request, "account_login")

    return respond


def _enrolling(request: HttpRequest, staff: Staff, name: str, get_response: Respond) -> HttpResponseBase:
    """For who has shown a password only. With a factor that was not shown here, that is not even enough to add one."""
    if has_factor(staff):
        logout(request)
        return _closed(request, "account_login")
    return get_response(request) if name in ENROLMENT else _elsewhere(request, "account_enrol")


def _match(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def _for_client(match: ResolverMatch | None, held: str) -> bool:
    """Whether a page is for a client who holds the device, and about their own matter, if about any."""
    return match is not None and match.url_name in CLIENTS and str(match.kwargs.get("matter", held)) == held


def _closed(request: HttpRequest, page: str) -> HttpResponseBase:
    """To the sign-in page; or, where a form was sent, a page that says what has become of it."""
    if request.method in ("GET", "HEAD") or request.headers.get("HX-Request"):
        return _elsewhere(request, page)
    context = {
        "title": _("You are not signed in"),
        "sentences": [
            _("Nothing was saved."),
            _("Then sign in and send it once more."),
        ],
        "typed": typed(request),
        "to": reverse("account_login"),
        "go_on": _("Sign in"),
    }
    return render(request, "clinic/accounts/says.html", context, status=409)


def _elsewhere(request: HttpRequest, page: str, *args: object) -> HttpResponseBase:
    """Another page. A script that asked for a part of one is told to load it whole."""
    to = reverse(page, args=args)
    return HttpResponseClientRedirect(to) if request.headers.get("HX-Request") else redirect(to)
