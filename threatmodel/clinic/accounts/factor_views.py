"""Somebody's own second factors: an authenticator app, passkeys, recovery codes. No other page shows them."""

from io import BytesIO

import segno
from allauth.mfa.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from threatmodel.clinic import audit
from threatmodel.clinic.accounts import factors, passkeys
from threatmodel.clinic.accounts.fresh import fresh_or_back_to, freshly_signed_in
from threatmodel.clinic.accounts.pages import page, staff_of
from threatmodel.clinic.accounts.signed_in import end_others, proved
from threatmodel.clinic.models import Staff

SEED = "app-seed"


@require_safe
def enrol(request: HttpRequest) -> HttpResponseBase:
    """The one page, with the two it leads to, for who has a password and nothing else."""
    if factors.has_factor(staff_of(request)):
        return redirect("account_home")
    return page(request, "clinic/accounts/enrol.html")


@sensitive_post_parameters("code")
@freshly_signed_in
def add_app(request: HttpRequest) -> HttpResponseBase:
    """An authenticator app. It is taken once it has shown a code that works."""
    staff = staff_of(request)
    if factors.has_app(staff):
        return redirect("account_home")
    if SEED not in request.session:  # kept until it is added: the app may hold it since before a detour
        request.session[SEED] = factors.new_seed()
        return _app_page(request)
    if request.method != "POST":
        return _app_page(request)
    try:
        factors.add_app(staff, request.session[SEED], request.POST.get("code", ""))
    except factors.CodeRefused:
        return _app_page(request, _("That code does not fit. Wait until the app shows the next one, and type that."))
    del request.session[SEED]
    return _added(request, staff, "totp")


@require_safe
@freshly_signed_in
def app_picture(request: HttpRequest) -> HttpResponseBase:
    """What the app's camera reads, while the app is being added."""
    seed = request.session.get(SEED)
    if seed is None:
        raise Http404
    drawn = segno.make(get_adapter().build_totp_url(staff_of(request), seed), error="m", micro=False)
    picture = BytesIO()
    drawn.save(picture, kind="svg", scale=4, border=4, dark="#000", light="#fff")
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@sensitive_post_parameters("credential")
@freshly_signed_in
def add_passkey(request: HttpRequest) -> HttpResponseBase:
    staff = staff_of(request)
    if request.method != "POST":
        return _passkey_page(request, staff)
    name = " ".join(request.POST.get("name", "").split()) or _("Passkey")
    try:
        passkeys.make(request.session, staff, name, request.POST.get("credential", ""))
    except passkeys.PasskeyRefused:
        return _passkey_page(request, staff, _("The passkey was not made. Try it once more."))
    return _added(request, staff, "webauthn")


@require_POST
@fresh_or_back_to("account_home")
def remove(request: HttpRequest) -> HttpResponseBase:
    """Take a factor away, unless it is the only one."""
    staff, wanted = staff_of(request), request.POST.get("factor", "")
    if not wanted.isdecimal():
        raise Http404
    try:
        kind = factors.remove(staff, int(wanted))
    except factors.OnlyFactor:
        return redirect("account_home")  # which says why, and offers no button for it
    except factors.NotTheirs as fault:
        raise Http404 from fault
    end_others(request, staff)
    audit.note(staff.pk, "factor-removed", detail=kind)
    return redirect("account_home")


@freshly_signed_in
def recovery_codes(request: HttpRequest) -> HttpResponseBase:
    """Ten codes on paper for the day the phone is lost. They are in this one answer and nowhere else."""
    staff = staff_of(request)
    if request.method != "POST":
        return page(request, "mfa/recovery_codes.html", left=factors.recovery_codes_left(staff))
    codes = factors.new_recovery_codes(staff)
    end_others(request, staff)
    audit.note(staff.pk, "recovery-codes-made")
    return page(request, "mfa/recovery_codes.html", codes=codes)


def _added(request: HttpRequest, staff: Staff, kind: str) -> HttpResponse:
    proved(request, staff, "mfa", kind, reauthenticated=True)
    end_others(request, staff)
    audit.note(staff.pk, "factor-added", detail=kind)
    return redirect("account_home" if factors.recovery_codes_left(staff) else "mfa_recovery_codes")


def _app_page(request: HttpRequest, problem: str = "") -> HttpResponse:
    seed = request.session[SEED]
    groups = [seed[i : i + 4] for i in range(0, len(seed), 4)]
    return page(request, "mfa/totp.html", problem, groups=groups)


def _passkey_page(request: HttpRequest, staff: Staff, problem: str = "") -> HttpResponse:
    options = passkeys.ask_to_make(request.session, staff)
    return page(request, "mfa/passkey.html", problem, options=options, longest=passkeys.LONGEST_NAME)
