"""Every table of the clinic. What is sealed, and why the rest is not, is listed in tests/clinic/test_fields.py."""

from threatmodel.clinic.models.accounts import Invitation, RecoveryCode, Session, Throttle, TotpStep
from threatmodel.clinic.models.audit import AuditEntry
from threatmodel.clinic.models.clinic import Clinic, Count
from threatmodel.clinic.models.matter import Matter, UsedCode
from threatmodel.clinic.models.staff import Staff

__all__ = [
    "AuditEntry",
    "Clinic",
    "Count",
    "Invitation",
    "Matter",
    "RecoveryCode",
    "Session",
    "Staff",
    "Throttle",
    "TotpStep",
    "UsedCode",
]
