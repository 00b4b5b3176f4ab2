"""Second factors: codes of an app, and recovery codes. Seeds lie sealed, codes work once, one factor stays.

allauth's own recovery codes follow from a seed that it stores, and its memory of used codes is one process's: so its
table holds the factors, and these functions do the rest.
"""

from datetime import UTC, datetime, time
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import transaction
from django.utils.crypto import constant_time_compare

from threatmodel.clinic.accounts import throttle
from threatmodel.clinic.accounts.codes import code_mark, new_code
from threatmodel.clinic.clock import today
from threatmodel.clinic.keys import staff_key
from threatmodel.clinic.models import RecoveryCode, Staff, TotpStep
from threatmodel.sealing.staff_secrets import protect, unprotect

LONGEST = 256  # letters of a password or a code that are looked at
RECOVERY_CODES = 10
RECOVERY_GROUPS = 4  # 80 bits
SECOND = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class OnlyFactor(Exception):
    """Without this factor there would be none left."""


class NotTheirs(LookupError):
    """There is no such factor, or it is somebody else's."""


class CodeRefused(Exception):
    """A password or code that is wrong, or a code that was used before. Which of these is not told."""


def check_password(staff: Staff, password: str) -> None:
    """Whether this is the password of somebody who is signed in. Raises ``Slowed`` or ``CodeRefused``."""
    throttle.attempt(throttle.PASSWORD, f"again {staff.pk}")
    if not staff.check_password(password[:LONGEST]):
        raise CodeRefused
    throttle.succeeded(throttle.PASSWORD, f"again {staff.pk}")


def has_factor(staff: Staff) -> bool:
    return bool(_factors(staff.pk).exists())


def has_app(staff: Staff) -> bool:
    return bool(_factors(staff.pk).filter(type=Authenticator.Type.TOTP).exists())


def new_seed() -> str:
    return str(generate_totp_secret())


def add_app(staff: Staff, seed: str, code: str) -> None:
    """Take an authenticator app as a factor, once it has shown a code that works. Raises ``CodeRefused``."""
    step = _step(seed, code)
    if step is None:
        raise CodeRefused
    with transaction.atomic():
        TotpStep.objects.update_or_create(staff=staff, defaults={"last": step})
        store(staff, Authenticator.Type.TOTP, protect(seed, f"totp {staff.pk}", staff_key()))


def use_code(staff: Staff, code: str) -> str:
    """Use up a code of the app, or a recovery code: "totp" or "recovery". Raises ``CodeRefused``."""
    if _use_app(staff, code):
        return "totp"
    if RecoveryCode.objects.filter(staff=staff, mark=_recovery_mark(staff, code)).delete()[0]:
        return "recovery"
    raise CodeRefused


def new_recovery_codes(staff: Staff) -> list[str]:
    """Ten codes to show once. Earlier ones stop working."""
    codes = [new_code(RECOVERY_GROUPS) for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        Staff.objects.select_for_update().get(pk=staff.pk)
        RecoveryCode.objects.filter(staff=staff).delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(staff=staff, mark=_recovery_mark(staff, code)) for code in codes)
    return codes


def recovery_codes_left(staff: Staff) -> int:
    return RecoveryCode.objects.filter(staff=staff).count()


def store(staff: Staff, kind: str, sealed: str) -> None:
    """Keep a factor. Of its day no more is stored than the day."""
    day = datetime.combine(today(), time(), UTC)
    Authenticator.objects.create(user=staff, type=kind, data={"sealed": sealed}, created_at=day)


def remove(staff: Staff, factor: int) -> str:
    """Take one of somebody's own factors away and return its kind. Raises ``OnlyFactor`` or ``NotTheirs``."""
    with transaction.atomic():
        Staff.objects.select_for_update().get(pk=staff.pk)
        found = list(_factors(staff.pk))
        wanted = next((one for one in found if one.pk == factor), None)
        if wanted is None:
            raise NotTheirs
        if len(found) == 1:
            raise OnlyFactor
        wanted.delete()
        return str(wanted.type)


def app_of(staff: Staff) -> Authenticator | None:
    found = _factors(staff.pk).filter(type=Authenticator.Type.TOTP).first()
    return found if isinstance(found, Authenticator) else None


def _factors(staff: UUID):  # type: ignore[no-untyped-def]
    return Authenticator.objects.filter(user_id=staff, type__in=SECOND)


def _use_app(staff: Staff, code: str) -> bool:
    factor = app_of(staff)
    if factor is None:
        return False
    step = _step(unprotect(factor.data["sealed"], f"totp {staff.pk}", staff_key()), code)
    return step is not None and bool(TotpStep.objects.filter(staff=staff, last__lt=step).update(last=step))


def _step(seed: str, code: str) -> int | None:
    """The time step, of those near now, whose code this is."""
    plain = "".join(code.split())
    for step in yield_hotp_counters_from_time():
        if constant_time_compare(format_hotp_value(hotp_value(seed, step)), plain):
            return int(step)
    return None


def _recovery_mark(staff: Staff, code: str) -> bytes:
    return code_mark(f"recovery {staff.pk}", code)
