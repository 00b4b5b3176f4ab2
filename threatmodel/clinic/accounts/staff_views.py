"""The supervisors' page of everybody: inviting, roles, leaving, returning. It shows no factor and sets no password."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from threatmodel.clinic.accounts import staff as accounts
from threatmodel.clinic.accounts.fresh import fresh_or_back_to, freshly_signed_in
from threatmodel.clinic.accounts.join_views import chosen_name
from threatmodel.clinic.accounts.pages import only_who_may, page, says, sentences_of, staff_of
from threatmodel.clinic.models import Staff
from threatmodel.clinic.models.staff import Role


@require_safe
@only_who_may("staff")
def everybody(request: HttpRequest) -> HttpResponseBase:
    people = Staff.objects.order_by("-is_active", "name")
    return page(
        request,
        "clinic/accounts/everybody.html",
        people=[{"person": one, "role": role_name(one.role)} for one in people],
        roles=_roles(),
        invitations=[{"invitation": one, "role": role_name(one.role)} for one in accounts.open_invitations()],
    )


@only_who_may("staff")
@freshly_signed_in
def invite(request: HttpRequest) -> HttpResponseBase:
    """A name and a role; then a code, shown once, to be passed on by word of mouth or on paper."""
    if request.method != "POST":
        return page(request, "clinic/accounts/invite.html", roles=_roles())
    try:
        name, role = chosen_name(request.POST.get("name", "")), _role(request)
    except ValidationError as fault:
        return page(request, "clinic/accounts/invite.html", sentences_of(fault), roles=_roles())
    return _code_page(request, name, accounts.invite(staff_of(request), name, role))


@require_POST
@only_who_may("staff")
@fresh_or_back_to("account_staff")
def withdraw(request: HttpRequest) -> HttpResponseBase:
    accounts.withdraw(staff_of(request), _id(request, "invitation"))
    return redirect("account_staff")


@require_POST
@only_who_may("staff")
@fresh_or_back_to("account_staff")
def change_role(request: HttpRequest) -> HttpResponseBase:
    person = _person(request)
    try:
        accounts.change_role(staff_of(request), person.pk, _role(request))
    except accounts.LastSupervisor:
        return _last_supervisor(request)
    return redirect("account_staff" if person != request.user else "account_login")


@require_POST
@only_who_may("staff")
@fresh_or_back_to("account_staff")
def deactivate(request: HttpRequest) -> HttpResponseBase:
    person = _person(request)
    try:
        accounts.deactivate(staff_of(request), person.pk)
    except accounts.LastSupervisor:
        return _last_supervisor(request)
    return redirect("account_staff" if person != request.user else "account_login")


@require_POST
@only_who_may("staff")
@fresh_or_back_to("account_staff")
def reactivate(request: HttpRequest) -> HttpResponseBase:
    accounts.reactivate(staff_of(request), _person(request).pk)
    return redirect("account_staff")


@require_POST
@only_who_may("staff")
@fresh_or_back_to("account_staff")
def reset(request: HttpRequest) -> HttpResponseBase:
    """A code with which somebody sets a new password. Who resets it never has one, and the second factor stays."""
    person = _person(request)
    if not person.is_active or person == request.user:
        raise Http404
    return _code_page(request, person.name, accounts.reset(staff_of(request), person.pk))


def role_name(role: str) -> str:
    """What a role is called on a page."""
    return {
        Role.VOLUNTEER: _("Volunteer"),
        Role.LAWYER: _("Lawyer"),
        Role.SUPERVISOR: _("Supervisor"),
    }[Role(role)]


def _roles() -> list[tuple[str, str]]:
    return [(role.value, role_name(role)) for role in Role]


def _role(request: HttpRequest) -> str:
    role = request.POST.get("role", "")
    if role not in Role.values:
        raise Http404
    return role


def _person(request: HttpRequest) -> Staff:
    found = Staff.objects.filter(pk=_id(request, "person")).first()
    if found is None:
        raise Http404
    return found


def _id(request: HttpRequest, field: str) -> UUID:
    try:
        return UUID(request.POST.get(field, ""))
    except ValueError as fault:
        raise Http404 from fault


def _code_page(request: HttpRequest, name: str, code: str) -> HttpResponse:
    return page(request, "clinic/accounts/code.html", name=name, code=code)


def _last_supervisor(request: HttpRequest) -> HttpResponse:
    return says(
        request,
        409,
        _("This is the only supervisor"),
        _("Somebody must be able to invite people. Make another person a supervisor first."),
        to="account_staff",
        go_on=_("Back"),
    )
