"""What may be done to an account: inviting, joining, roles, leaving, returning. Nobody sets another's password."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from threatmodel.clinic import audit
from threatmodel.clinic.accounts import sessions
from threatmodel.clinic.accounts.codes import code_mark, new_code
from threatmodel.clinic.models import Invitation, Staff
from threatmodel.clinic.models.staff import Role, folded

INVITATION_LASTS = timedelta(hours=72)
CODE_GROUPS = 4  # 80 bits
PURPOSE = "invitation"


class LastSupervisor(Exception):
    """Nobody would be left who can invite and dismiss."""


class CodeUnfit(Exception):
    """A code that nobody was given, or that was used, withdrawn, or is too old. Which of these is not told."""


class NameTaken(Exception):
    """Somebody has this name, or one that looks the same."""


def first_supervisor(name: str) -> str:
    """Invite the clinic's first supervisor and return the code to show once."""
    return invite(None, name, Role.SUPERVISOR)


def invite(by: Staff | None, name: str, role: str) -> str:
    """Let somebody join in a role, and return the code to show once. They choose their name when they join."""
    return _invitation(by, "invited", Invitation(name=name, role=role))


def reset(by: Staff, staff_id: UUID) -> str:
    """End somebody's password and sessions, and return the code to show once. Their second factor stays as it is."""
    with transaction.atomic():
        staff = _locked(staff_id)
        Invitation.objects.filter(staff=staff).delete()
        staff.set_unusable_password()
        staff.save(update_fields=["password"])
        end_sessions(staff)
        return _invitation(by, "reset", Invitation(name=staff.name, role=staff.role, staff=staff))


def withdraw(by: Staff, invitation: UUID) -> None:
    """Make a code unusable before anybody used it."""
    with transaction.atomic():
        if Invitation.objects.filter(pk=invitation, used=False).delete()[0]:
            audit.note(by.pk, "invitation-withdrawn")


def open_invitations() -> list[Invitation]:
    return list(Invitation.objects.filter(used=False, ends_at__gt=datetime.now(UTC)).order_by("name", "pk"))


def find_invitation(code: str) -> Invitation:
    """The invitation a code belongs to. Raises ``CodeUnfit``."""
    return _usable(mark=code_mark(PURPOSE, code))


def invitation(pk: UUID) -> Invitation:
    """An invitation whose code was given a moment ago. Raises ``CodeUnfit``."""
    return _usable(pk=pk)


def join(found: Invitation, name: str, password: str) -> Staff:
    """Use an invitation up: a new account, or a new password for the one it was made for.

    Raises ``CodeUnfit`` when another was quicker, and ``NameTaken``; neither uses the invitation up.
    """
    with transaction.atomic():
        if found.staff_id is None and Staff.objects.filter(folded_name=folded(name)).exists():
            raise NameTaken
        fresh = Invitation.objects.filter(pk=found.pk, used=False, ends_at__gt=datetime.now(UTC))
        if not fresh.update(used=True):
            raise CodeUnfit
        if found.staff_id is None:
            staff = Staff.objects.create(name, found.role, password)
            audit.note(staff.pk, "joined", detail=found.role)
            return staff
        staff = _locked(found.staff_id)
        staff.set_password(password)
        staff.save(update_fields=["password"])
        end_sessions(staff)
        audit.note(staff.pk, "password-set")
        return staff


def change_role(by: Staff, staff_id: UUID, role: str) -> None:
    """Raises ``LastSupervisor``."""
    with transaction.atomic():
        staff, alone = _locked_with_supervisors(staff_id)
        if staff.role == role:
            return
        if alone:
            raise LastSupervisor
        staff.role = role
        staff.save(update_fields=["role"])
        end_sessions(staff)
        audit.note(by.pk, "role-changed", detail=role, about=staff.pk)


def deactivate(by: Staff, staff_id: UUID) -> None:
    """Shut somebody out, on their next request and until they are let in again. Raises ``LastSupervisor``."""
    with transaction.atomic():
        staff, alone = _locked_with_supervisors(staff_id)
        if not staff.is_active:
            return
        if alone:
            raise LastSupervisor
        staff.is_active = False
        staff.save(update_fields=["is_active"])
        Invitation.objects.filter(staff=staff).delete()
        end_sessions(staff)
        audit.note(by.pk, "deactivated", about=staff.pk)


def reactivate(by: Staff, staff_id: UUID) -> None:
    """Let somebody in again, with the password and the factors that they had."""
    with transaction.atomic():
        staff = _locked(staff_id)
        if staff.is_active:
            return
        staff.is_active = True
        staff.save(update_fields=["is_active"])
        audit.note(by.pk, "reactivated", about=staff.pk)


def end_sessions(staff: Staff, but: bytes = b"") -> None:
    """Sign somebody out everywhere, but for the session with this mark: the rows go, and no other agrees any more."""
    Staff.objects.filter(pk=staff.pk).update(factor_epoch=F("factor_epoch") + 1)
    staff.refresh_from_db(fields=["factor_epoch"])
    sessions.of(staff).exclude(mark=but).delete()


def _invitation(by: Staff | None, act: str, made: Invitation) -> str:
    code = new_code(CODE_GROUPS)
    made.mark, made.ends_at = code_mark(PURPOSE, code), datetime.now(UTC) + INVITATION_LASTS
    with transaction.atomic():
        Invitation.objects.filter(ends_at__lt=datetime.now(UTC)).delete()
        made.save(force_insert=True)
        audit.note(by.pk if by else None, act, detail=made.role, about=made.staff_id)
    return code


def _usable(**wanted: object) -> Invitation:
    found = Invitation.objects.filter(**wanted, used=False, ends_at__gt=datetime.now(UTC)).first()
    if found is None:
        raise CodeUnfit
    return found


def _locked(staff_id: UUID) -> Staff:
    return Staff.objects.select_for_update().get(pk=staff_id)


def _locked_with_supervisors(staff_id: UUID) -> tuple[Staff, bool]:
    """Somebody, and whether they are the only supervisor. Two who dismiss each other at once wait for each other."""
    supervisor = Q(role=Role.SUPERVISOR, is_active=True)
    locked = list(Staff.objects.select_for_update().filter(supervisor | Q(pk=staff_id)).order_by("pk"))
    supervisors = {one.pk for one in locked if one.role == Role.SUPERVISOR and one.is_active}
    staff = next((one for one in locked if one.pk == staff_id), None)
    if staff is None:
        raise Staff.DoesNotExist
    return staff, supervisors == {staff_id}
