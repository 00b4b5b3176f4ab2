"""Signing in and out: a name and a password, then a second factor; or a passkey alone. And showing one again."""

from allauth.account.internal.flows.login import perform_login, perform_password_login
from allauth.account.internal.flows.logout import logout
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.mfa.stages import AuthenticateStage
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from threatmodel.clinic import audit
from threatmodel.clinic.accounts import factors, passkeys, throttle
from threatmodel.clinic.accounts.known import tries_of
from threatmodel.clinic.accounts.pages import page, slowed, staff_of
from threatmodel.clinic.accounts.signed_in import BACK, proved
from threatmodel.clinic.models import Staff

AGREES = "agrees"


@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The name and the password. Whether there is such a name makes no difference to be seen or measured."""
    if request.user.is_authenticated:
        return redirect("account_home")
    if request.method != "POST":
        return page(request, "account/login.html")
    name, password = request.POST.get("name", "")[:200], request.POST.get("password", "")[: factors.LONGEST]
    tries = tries_of(request, name)
    try:
        throttle.attempt(throttle.PASSWORD, tries)
    except throttle.Slowed as fault:
        return slowed(request, fault, "account_login")
    staff = authenticate(request, username=name, password=password)
    if not isinstance(staff, Staff):
        return page(request, "account/login.html", _("This name and this password do not fit together."), name=name)
    throttle.succeeded(throttle.PASSWORD, tries)
    login = Login(user=staff, state={AGREES: staff.get_session_auth_hash()})
    response: HttpResponse = perform_password_login(request, {}, login)
    return response


@require_safe
def locked(request: HttpRequest) -> HttpResponseBase:
    """The sign-in page after a session has ended by itself."""
    if request.user.is_authenticated:
        return redirect("account_home")
    return page(request, "account/login.html", locked=True)


@sensitive_post_parameters("code", "credential")
def second_step(request: HttpRequest) -> HttpResponseBase:
    """The second factor of somebody whose password was right a moment ago."""
    stage = _pending(request)
    if stage is None:
        clear_login(request)
        return redirect("account_login")
    staff = stage.login.user
    if request.method != "POST":
        return _second_step_page(request, staff)
    try:
        kind = _factor_shown(request, staff)
    except throttle.Slowed as fault:
        return slowed(request, fault, "mfa_authenticate")
    except (factors.CodeRefused, passkeys.PasskeyRefused):
        audit.note(staff.pk, "second-step-failed")
        return _second_step_page(request, staff, _refused())
    proved(request, staff, "mfa", kind)
    response: HttpResponse = stage.exit()
    return response


@sensitive_post_parameters("credential")
def passkey(request: HttpRequest) -> HttpResponseBase:
    """Signing in with a passkey and nothing else: it asks for a PIN, a finger or a face itself."""
    if request.user.is_authenticated:
        return redirect("account_home")
    if request.method != "POST":
        return page(request, "account/passkey.html", options=passkeys.ask(request.session))
    answer = request.POST.get("credential", "")
    try:
        staff = passkeys.who_answers(answer)
        passkeys.check(request.session, staff, answer)
        if not staff.is_active:
            raise passkeys.PasskeyRefused
    except passkeys.PasskeyRefused:
        return page(request, "account/passkey.html", _refused(), options=passkeys.ask(request.session))
    clear_login(request)
    proved(request, staff, "mfa", "webauthn", passwordless=True)
    response: HttpResponse = perform_login(request, Login(user=staff))
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    audit.note(staff_of(request).pk, "signed-out")
    logout(request, show_message=False)
    return redirect("account_login")


@sensitive_post_parameters("password", "code", "credential")
def again(request: HttpRequest) -> HttpResponseBase:
    """Showing a password or a factor once more, then back to the page that asked for it."""
    staff = staff_of(request)
    if request.method != "POST":
        return _again_page(request, staff)
    try:
        if "password" in request.POST:
            factors.check_password(staff, request.POST["password"])
            method = kind = "password"
        else:
            method, kind = "mfa", _factor_shown(request, staff)
    except throttle.Slowed as fault:
        return slowed(request, fault, "account_reauthenticate")
    except (factors.CodeRefused, passkeys.PasskeyRefused):
        audit.note(staff.pk, "shown-again-failed")
        return _again_page(request, staff, _refused())
    proved(request, staff, method, kind, reauthenticated=True)
    return redirect(request.session.pop(BACK, "account_home"))


def _pending(request: HttpRequest) -> LoginStage | None:
    """The sign-in that waits for its second factor, unless the account was changed meanwhile."""
    stage = None if request.user.is_authenticated else LoginStageController.enter(request, AuthenticateStage.key)
    staff = stage.login.user if stage else None
    if not isinstance(staff, Staff) or not staff.is_active or stage is None:
        return None
    agrees = constant_time_compare(staff.get_session_auth_hash(), stage.login.state.get(AGREES, ""))
    return stage if agrees else None


def _factor_shown(request: HttpRequest, staff: Staff) -> str:
    """The kind of factor that was shown. Raises ``Slowed``, ``CodeRefused`` or ``PasskeyRefused``."""
    throttle.attempt(throttle.FACTOR, str(staff.pk))
    if credential := request.POST.get("credential"):
        passkeys.check(request.session, staff, credential)
        kind = "webauthn"
    else:
        kind = factors.use_code(staff, request.POST.get("code", "")[: factors.LONGEST])
    throttle.succeeded(throttle.FACTOR, str(staff.pk))
    return kind


def _refused() -> str:
    return _("That did not work. Codes change every 30 seconds, and each one works only once.")


def _second_step_page(request: HttpRequest, staff: Staff, problem: str = "") -> HttpResponse:
    return page(request, "mfa/authenticate.html", problem, **_factors_to_show(request, staff))


def _again_page(request: HttpRequest, staff: Staff, problem: str = "") -> HttpResponse:
    context = {**_factors_to_show(request, staff), "password": staff.has_usable_password()}
    return page(request, "account/reauthenticate.html", problem, **context)


def _factors_to_show(request: HttpRequest, staff: Staff) -> dict[str, object]:
    return {
        "has_app": factors.has_app(staff),
        "has_codes": factors.recovery_codes_left(staff) > 0,
        "options": passkeys.ask(request.session, staff) if passkeys.passkeys(staff) else "",
    }
