"""Opening a matter against an unsealed row, the queue's queries, search over many matters, and what a rotation takes.

On SQLite in a file, and on PostgreSQL where DATABASE_URL names one that may be filled.
"""

import os
import tempfile
from pathlib import Path
from uuid import uuid4

HOME = tempfile.mkdtemp(prefix="clinic-bench-")
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "threatmodel.settings",
    "THREATMODEL_CLINIC": HOME,
    "THREATMODEL_KEY_DIRECTORY": HOME,
    "THREATMODEL_KEYS_ON_DISK": "yes",
    "THREATMODEL_LIMITS": "no",
}

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.timing import compare, show  # noqa: E402
from tests.clinic.making import contents  # noqa: E402
from threatmodel.clinic import audit, matters  # noqa: E402
from threatmodel.clinic.access import readable  # noqa: E402
from threatmodel.clinic.clock import today  # noqa: E402
from threatmodel.clinic.destruction import rotate  # noqa: E402
from threatmodel.clinic.founding import found  # noqa: E402
from threatmodel.clinic.models import Matter, Staff  # noqa: E402

MANY = 50_000


def fill(staff: Staff, many: int) -> None:
    """Copies of one matter's row, each with an alias index of its own; only the last can be opened."""
    row = Matter.objects.get(pk=matters.create(staff, contents("the last of them")).row.pk)
    rows = [
        Matter(
            id=uuid4(),
            alias_index=uuid4().bytes,
            wrapped_key=row.wrapped_key,
            generation=row.generation,
            sealed=row.sealed,
            schema=row.schema,
            used_on=row.used_on,
            keep_until=row.keep_until,
        )
        for _ in range(many)
    ]
    Matter.objects.bulk_create(rows, batch_size=2000)
    links = [Matter.assigned.through(matter_id=row.id, staff_id=staff.id) for row in rows]
    Matter.assigned.through.objects.bulk_create(links, batch_size=2000)


def queries(staff: Staff) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        matters.listed(staff, readable(staff).order_by("-used_on", "id"), 50)
    return len(seen)


def main() -> None:
    call_command("migrate", verbosity=0)
    found()
    staff = Staff.objects.create("Bench", "volunteer")
    made = matters.create(staff, contents("grey heron"))
    few = queries(staff)

    def plain() -> object:
        return Matter.objects.filter(pk=made.row.pk).first()

    opening = {
        "the row alone": plain,
        "the row, if it is theirs": lambda: readable(staff).filter(pk=made.row.pk).first(),
        "opened, without a line in the audit": lambda: matters.load(staff, made.row.pk),
        "opened, with its line in the audit": lambda: matters.open_matter(staff, made.row.pk),
        "that line alone": lambda: audit.note(staff.id, "opened"),
    }
    show(f"Opening a matter ({connection.vendor})", compare(opening, rounds=9, calls=20), "the row alone")

    fill(staff, MANY)
    print(f"\nQueries for a list of matters: {few} for one matter, {queries(staff)} for {Matter.objects.count()}")
    index = matters.index_of("the last of them")
    searching = {
        "plain indexed look-up": lambda: list(Matter.objects.filter(alias_index=index).values_list("pk")),
        "search by alias, if it is theirs": lambda: list(matters.find(staff, "The last of  them").values_list("pk")),
    }
    show(f"Search over {MANY} matters", compare(searching, rounds=9, calls=20), "plain indexed look-up")

    Matter.objects.exclude(pk__in=[made.row.pk]).delete()
    for number in range(1000):
        matters.create(staff, contents(f"heron {number}"))
    turning = {"one save": lambda: audit.note(staff.id, "saved"), "rotation over 1,000 matters": lambda: rotate(None)}
    show("Destroying a matter wraps all others anew", compare(turning, rounds=3, calls=1), "one save")
    print(f"\n{today()}, in {Path(HOME).name}")


if __name__ == "__main__":
    main()
