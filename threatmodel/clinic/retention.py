"""When a matter has been kept long enough: the rule, the list of those whose end is near, and their destruction."""

from datetime import date, timedelta

from django.db.models import QuerySet

from threatmodel.clinic.clock import tick, today
from threatmodel.clinic.destruction import destroy
from threatmodel.clinic.house import House
from threatmodel.clinic.models import Matter


def expired(on: date) -> QuerySet[Matter]:
    """Matters whose last day is over and that nobody holds."""
    return Matter.objects.filter(keep_until__lt=on, hold=Matter.Hold.NONE)


def ending(house: House) -> QuerySet[Matter]:
    """Matters that end within the clinic's days of warning, soonest first."""
    until = today() + timedelta(days=house.warn_days)
    return Matter.objects.filter(keep_until__lte=until, hold=Matter.Hold.NONE).order_by("keep_until", "id")


def expire() -> int:
    """Destroy what has been kept long enough, unless the clock is in doubt. Returns how many matters that were."""
    if not tick():
        return 0
    over = expired(today())
    return destroy(None, [*over.values_list("pk", flat=True)], "expired", over)
