"""The day, and whether it can be believed: a clock that jumped must not destroy matters before their time."""

import time
from datetime import UTC, date, datetime
from pathlib import Path

from django.db import transaction

from threatmodel.clinic.models import Clinic

DAY = 24 * 60 * 60
NOTE_EVERY = 60 * 60  # seconds between two notes of the clock
BOOT = Path("/proc/sys/kernel/random/boot_id")


def today() -> date:
    return datetime.now(UTC).date()


def tick() -> bool:
    """Hold the clock against the one that runs since the machine's start, and say whether it can be believed.

    Two clocks that part by a day or more are in doubt until somebody says which is right (``believe``). After a start
    of the machine there is nothing to hold it against, and it is believed.
    """
    with transaction.atomic():
        clinic = Clinic.objects.select_for_update().get()
        now = _now()
        doubt = bool(clinic.clock.get("doubt")) or _jumped(clinic.clock, now)
        due = now["since"] - clinic.clock.get("since", 0) >= NOTE_EVERY or now["boot"] != clinic.clock.get("boot")
        if doubt != bool(clinic.clock.get("doubt")) or (due and not doubt):
            clinic.clock = {**(clinic.clock if doubt else now), "doubt": doubt}
            clinic.seen_on = clinic.seen_on if doubt else max(clinic.seen_on, today())
            clinic.save(update_fields=["clock", "seen_on"])
        return not doubt


def believe() -> None:
    """Take the clock as it is now for right, as somebody who looked at it says."""
    with transaction.atomic():
        clinic = Clinic.objects.select_for_update().get()
        clinic.clock, clinic.seen_on = {**_now(), "doubt": False}, today()
        clinic.save(update_fields=["clock", "seen_on"])


def doubted() -> bool:
    return bool(Clinic.objects.get().clock.get("doubt"))


def _now() -> dict[str, object]:
    boot = BOOT.read_text("ascii").strip() if BOOT.exists() else ""
    return {"boot": boot, "since": int(time.clock_gettime(time.CLOCK_BOOTTIME)), "wall": int(time.time())}


def _jumped(noted: dict[str, object], now: dict[str, object]) -> bool:
    if not noted.get("boot") or noted["boot"] != now["boot"]:
        return False
    parted = (_seconds(now, "wall") - _seconds(noted, "wall")) - (_seconds(now, "since") - _seconds(noted, "since"))
    return abs(parted) >= DAY


def _seconds(clock: dict[str, object], name: str) -> int:
    value = clock.get(name, 0)
    return value if isinstance(value, int) else 0
