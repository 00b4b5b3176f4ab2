"""Who may see and do what. Every page asks here, and nowhere else is it decided.

A matter is open to those it is assigned to and, once a review was asked for, to lawyers. A supervisor sees of every
matter that it is there (its short id and days) and may assign it, hold it or destroy it; to read it they must assign it
to themselves, which the audit tells.
"""

from typing import Literal

from django.db.models import Exists, OuterRef, Q, QuerySet

from threatmodel.clinic.models import Matter, Staff
from threatmodel.clinic.models.staff import Role

type Act = Literal["walk", "review", "destroy", "assign", "hold", "staff", "settings", "rotation", "audit", "counts"]

MAY: dict[str, frozenset[Act]] = {
    Role.VOLUNTEER: frozenset({"walk"}),
    Role.LAWYER: frozenset({"walk", "review", "destroy", "assign"}),
    Role.SUPERVISOR: frozenset(
        {"walk", "destroy", "assign", "hold", "staff", "settings", "rotation", "audit", "counts"}
    ),
}


def may(staff: Staff, act: Act) -> bool:
    """Whether this role is allowed such an act at all; whether on this matter, ``readable`` and ``known`` say."""
    return staff.is_active and act in MAY[staff.role]


def readable(staff: Staff) -> QuerySet[Matter]:
    """The matters that this person may open. What is not among them does not exist for them."""
    if not staff.is_active:
        return Matter.objects.none()
    theirs = Q(Exists(Matter.assigned.through.objects.filter(staff=staff, matter=OuterRef("pk"))))
    if staff.role == Role.LAWYER:
        theirs |= ~Q(review=Matter.Review.NONE)
    return Matter.objects.filter(theirs)


def known(staff: Staff) -> QuerySet[Matter]:
    """The matters that this person may know to be there, without what is in them."""
    return Matter.objects.all() if may(staff, "hold") else readable(staff)
