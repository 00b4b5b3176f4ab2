"""What clinics of earlier versions stored is opened by this one, and an upgrade that was killed is done again."""

import json
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.clinic.databases import VENDORS
from tests.clinic.releases import make
from tests.promises.clinic_site import Site, unfounded

FOLDERS = sorted(path.parent for path in make.HERE.glob(f"*/*/{make.EXPECTED}"))
KILLS = 2


def put_back(site: Site, folder: Path) -> None:
    """A release's clinic, as it lay on its machine."""
    for path in (folder / "clinic").iterdir():
        shutil.copyfile(path, site.clinic / path.name)
        (site.clinic / path.name).chmod(0o600)
    if site.vendor == "sqlite":
        shutil.copyfile(folder / make.FILES["sqlite"], site.clinic / "clinic.sqlite3")
        return
    told = ["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", f"--file={folder / make.FILES['postgresql']}"]
    command = [make.program("psql"), *told, site.environment["DATABASE_URL"]]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def migrated() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def pending() -> int:
    """How many migrations are still to be run."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def used() -> list[str]:
    """Open every matter for one of those it is assigned to, save it again, rotate: what a clinic does next."""
    from threatmodel.clinic import audit, matters
    from threatmodel.clinic.destruction import rotate
    from threatmodel.clinic.models import Matter
    from threatmodel.clinic.working import working

    for row in Matter.objects.all():
        staff = row.assigned.get()
        opened = matters.open_matter(staff, row.pk)
        working(opened).plan()
        matters.save(staff, opened, opened.contents, "noted")
    rotate(None)
    return [fault.kind for fault in audit.verify()]


def test_there_is_a_release_on_both_kinds_of_database():
    """P54: or the tests below would say nothing."""
    assert {folder.name for folder in FOLDERS} == set(VENDORS)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_a_release_opens_record_by_record_and_goes_on(folder, tmp_path):
    """P54: brought to this version, it shows what it showed then; it is saved and rotated on."""
    site = unfounded(tmp_path, folder.name)
    put_back(site, folder)
    site.run(migrated)

    expected = json.loads((folder / make.EXPECTED).read_text("utf-8"))
    assert expected["matters"]
    assert site.run(make.shown) == expected
    assert site.run(used) == []
    after = site.run(make.shown)
    assert after["matters"] == expected["matters"]
    assert after["found"] == expected["found"]


@pytest.mark.parametrize("vendor", VENDORS)
def test_an_upgrade_that_is_killed_is_done_again(vendor, tmp_path):
    """P54: at whatever moment it is killed; afterwards the clinic is made and used as ever."""
    site = unfounded(tmp_path, vendor)
    for _ in range(KILLS):
        process = site.begin(migrated)
        time.sleep(0.8 + random.random())  # noqa: S311  about when it has begun to write
        process.send_signal(signal.SIGKILL)
        process.communicate()

    site.run(make.populated)

    assert site.run(pending) == 0
    assert site.run(make.shown)["faults"] == []
