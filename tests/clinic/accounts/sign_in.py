"""Staff to test with, and their signing in without the pages. A real password is hashed once in a test's process."""

import time
from functools import cache

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import make_password
from django.test import Client

from threatmodel.clinic.accounts.factors import store
from threatmodel.clinic.accounts.signed_in import BEGAN, SEEN
from threatmodel.clinic.keys import staff_key
from threatmodel.clinic.models import Staff, TotpStep
from threatmodel.clinic.models.staff import Role
from threatmodel.sealing.staff_secrets import protect

PASSWORD = "seven grey herons wade"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


def member(name: str, role: str = Role.VOLUNTEER, *, factor: bool = True) -> Staff:
    """Somebody with ``PASSWORD`` and, as a second factor, an app that has ``SEED``."""
    staff = Staff.objects.create(name, role)
    staff.password = _hashed()
    staff.save(update_fields=["password"])
    if factor:
        store(staff, Authenticator.Type.TOTP, protect(SEED, f"totp {staff.pk}", staff_key()))
        TotpStep.objects.create(staff=staff, last=0)
    return staff


def app_code(steps: int = 0, seed: str = SEED) -> str:
    """What the app shows now, or so many steps of thirty seconds from now."""
    return format_hotp_value(hotp_value(seed, int(time.time()) // 30 + steps))


def signed_in(client: Client, staff: Staff, *, factor: bool = True, minutes_ago: float = 0) -> Client:
    """The client with a session in which a password and a factor were shown, so many minutes ago."""
    client.force_login(staff, "django.contrib.auth.backends.ModelBackend")
    at = time.time() - 60 * minutes_ago
    methods = [{"method": "password", "at": at}, *([{"method": "mfa", "type": "totp", "at": at}] if factor else [])]
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = methods
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(staff.pk)
    session[BEGAN], session[SEEN] = int(at), int(time.time())
    session.save()
    return client
