"""Numbers for funders, counted as things happen and kept without anything they were counted from.

A month's are sealed together: beside the audit's times, numbers in the clear would tell what a client marked, and
which language they speak.
"""

import json
from datetime import date

from django.db import transaction

from threatmodel.clinic.keys import derived, root
from threatmodel.clinic.models import Count
from threatmodel.sealing.matter import Bound, NotOpened, seal, unseal

SCHEMA = 1

type Numbers = dict[str, dict[str, int]]  # by kind and by key


def count(day: date, kind: str, key: str) -> None:
    """Add one to a month's number, within the caller's transaction."""
    with transaction.atomic():
        row, _ = Count.objects.select_for_update().get_or_create(month=day.replace(day=1))
        numbers = _opened(row)
        of_kind = numbers.setdefault(kind, {})
        of_kind[key] = of_kind.get(key, 0) + 1
        row.revision += 1
        row.sealed = seal(json.dumps(numbers, separators=(",", ":")).encode(), derived("counts"), _bound(row))
        row.save(update_fields=["revision", "sealed"])


def counted(month: date) -> dict[tuple[str, str], int]:
    """A month's numbers by kind and key; ``month`` is its first day."""
    row = Count.objects.filter(month=month).first()
    numbers = _opened(row) if row else {}
    return {(kind, key): number for kind, of_kind in numbers.items() for key, number in of_kind.items()}


def _opened(row: Count) -> Numbers:
    """Nothing for what was changed from outside: no matter waits for numbers, and they begin anew."""
    try:
        numbers: Numbers = json.loads(unseal(bytes(row.sealed), derived("counts"), _bound(row)))
    except NotOpened:
        return {}
    return numbers


def _bound(row: Count) -> Bound:
    return Bound(root().clinic, row.month.toordinal().to_bytes(16), SCHEMA, row.revision)
