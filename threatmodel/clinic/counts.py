"""Numbers for funders, counted as things happen and kept without anything they were counted from."""

from datetime import date

from django.db import transaction
from django.db.models import F

from threatmodel.clinic.models import Count

KINDS = ("matters", "languages", "measures")


def count(day: date, kind: str, key: str) -> None:
    """Add one to a month's number, within the caller's transaction."""
    month = day.replace(day=1)
    with transaction.atomic():
        Count.objects.get_or_create(month=month, kind=kind, key=key)
        Count.objects.filter(month=month, kind=kind, key=key).update(number=F("number") + 1)
