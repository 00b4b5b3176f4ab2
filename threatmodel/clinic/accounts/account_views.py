"""Somebody's own account: their factors, where they are signed in, and their password."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from threatmodel.clinic import audit
from threatmodel.clinic.accounts import factors, passkeys, sessions
from threatmodel.clinic.accounts.fresh import freshly_signed_in
from threatmodel.clinic.accounts.pages import page, sentences_of, staff_of
from threatmodel.clinic.accounts.signed_in import end_others
from threatmodel.clinic.models import Staff


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    staff = staff_of(request)
    here = sessions.marked(request.session.session_key)
    app, keys = factors.app_of(staff), passkeys.passkeys(staff)
    context = {
        "app": app,
        "passkeys": keys,
        "only_one": len(keys) + bool(app) == 1,
        "codes_left": factors.recovery_codes_left(staff),
        "sessions": [
            {"began_on": one.began_on, "here": bytes(one.mark) == here, "mark": bytes(one.mark).hex()}
            for one in sessions.of(staff).order_by("-began_on")
        ],
    }
    return page(request, "clinic/accounts/home.html", **context)


@require_POST
def end_session(request: HttpRequest) -> HttpResponseBase:
    """Sign out elsewhere: in one place, or everywhere."""
    staff = staff_of(request)
    others = sessions.of(staff).exclude(mark=sessions.marked(request.session.session_key))
    if wanted := request.POST.get("session", ""):
        try:
            others = others.filter(mark=bytes.fromhex(wanted))
        except ValueError:
            others = others.none()
    if others.delete()[0]:
        audit.note(staff.pk, "signed-out-elsewhere")
    return redirect("account_home")


@sensitive_post_parameters("password", "again")
@freshly_signed_in
def change_password(request: HttpRequest) -> HttpResponseBase:
    staff = staff_of(request)
    if request.method != "POST":
        return page(request, "account/password_change.html")
    try:
        password = chosen_password(request, staff)
    except ValidationError as fault:
        return page(request, "account/password_change.html", sentences_of(fault))
    staff.set_password(password)
    staff.save(update_fields=["password"])
    end_others(request, staff)
    audit.note(staff.pk, "password-changed")
    return redirect("account_home")


def chosen_password(request: HttpRequest, staff: Staff) -> str:
    """The new password that was typed twice. Raises ``ValidationError`` with what is wrong with it."""
    password = request.POST.get("password", "")
    if len(password) > 256:
        raise ValidationError(_("This password is too long. Use at most 256 characters."))
    if password != request.POST.get("again", ""):
        raise ValidationError(_("The two passwords are not the same. Type both again."))
    validate_password(password, staff)
    return password
