"""A server's start with a clinic: what stops it, what must not, and what is done before the first page."""

import os
import stat
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connections

from tests.clinic.making import matter
from tests.clinic.places import Place, lose, migrated
from tests.conftest import ROOT
from tests.promises.server import shipped
from threatmodel.clinic import clock, founding, readiness
from threatmodel.clinic.models import Matter, Staff
from threatmodel.clinic.models.staff import Role
from threatmodel.clinic.sweep import sweep
from threatmodel.clinic.times import level
from threatmodel.start import faults


@pytest.fixture
def place(vendor, tmp_path, settings, django_db_blocker):
    """A machine whose clinic is set up."""
    with django_db_blocker.unblock():
        was = connections["default"]
        made = migrated(Place(vendor, tmp_path / "machine", settings))
        founding.found()
        try:
            yield made
        finally:
            lose(made)
            connections["default"] = was


def run(place: Place | None, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    around = (place.environment() if place else os.environ) | environment
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=around, capture_output=True, text=True, timeout=120)  # noqa: S603


def test_a_clinic_that_is_set_up_may_start_and_a_locked_one_too(place):
    assert faults() == []

    place.settings.CLINIC_KEY.unlink()

    assert faults() == []


@pytest.mark.parametrize("wrong", ["away", "open", "key", "tables", "nobody"])
def test_a_clinic_that_cannot_work_stops_the_start_with_one_sentence(place, wrong, settings):
    """P33: each with what to do."""
    match wrong:
        case "away":
            settings.CLINIC = settings.CLINIC / "nowhere"
        case "open":
            settings.CLINIC.chmod(0o755)
        case "key":
            settings.CLINIC_KEY.chmod(0o644)
        case "tables":
            call_command("migrate", "clinic", "0001", verbosity=0, fake=True)
        case "nobody":
            founding.Clinic.objects.all().delete()

    (said,) = readiness.faults()

    named = {"tables": "manage.py migrate", "nobody": "clinic setup", "away": "clinic setup"}
    assert named.get(wrong, str(settings.CLINIC)) in said


@pytest.mark.parametrize(
    ("host", "sslmode", "fine"),
    [
        ("db.example.org", None, False),
        ("db.example.org", "prefer", False),
        ("db.example.org", "verify-full", True),
        ("127.0.0.1", None, True),
        ("/run/postgresql", None, True),
    ],
)
def test_a_database_over_a_network_wants_an_encrypted_line(place, vendor, monkeypatch, host, sslmode, fine):
    if vendor == "sqlite":
        pytest.skip("it has no line")
    monkeypatch.setattr(place.connection, "get_connection_params", lambda: {"host": host, "sslmode": sslmode})

    assert bool([*readiness._of_line()]) != fine


def test_without_a_clinic_nothing_of_it_is_loaded(tmp_path):
    """P2: the walk's side alone knows no database."""
    code = (
        "import threatmodel.wsgi, sys; from threatmodel.sweep import sweep; sweep(0); "
        "print([name for name in sys.modules if name.startswith(('threatmodel.clinic', 'allauth', 'psycopg'))])"
    )
    (tmp_path / "keys").mkdir(mode=0o700)
    environment = {
        "THREATMODEL_KEY_DIRECTORY": str(tmp_path / "keys"),
        "DJANGO_SETTINGS_MODULE": "threatmodel.settings",
    }

    done = run(None, "-c", code, **environment)

    assert done.stdout.strip() == "[]", done.stderr
    assert run(None, "manage.py", "clinic", "status", **environment).returncode == 2


def test_what_is_past_its_time_is_gone_before_the_first_page(place):
    """P11: at the start of a worker, in the foreground."""
    matter(Staff.objects.create("Vera", Role.VOLUNTEER))
    Matter.objects.update(keep_until=clock.today() - timedelta(days=1))
    connections["default"].close()

    done = run(
        place,
        "-c",
        "import threatmodel.wsgi; from threatmodel.clinic.models import Matter as M; print(M.objects.count())",
    )

    assert done.stdout.strip() == "0", done.stderr


def test_a_database_that_is_away_stops_no_walk(place, tmp_path):
    """P53: the server starts, visitors walk, and the clinic says that it cannot just now."""
    gone = {
        "sqlite": f"sqlite:///{tmp_path}/nowhere/clinic.sqlite3",
        "postgresql": "postgres://nobody@127.0.0.1:1/nothing",
    }[place.connection.vendor]
    environment = {name: value for name, value in place.environment().items() if name.startswith("THREATMODEL_")}
    for name in ("THREATMODEL_KEY_DIRECTORY", "THREATMODEL_LIMITS"):
        environment.pop(name)

    with shipped(
        tmp_path, **environment | {"DATABASE_URL": gone, "DJANGO_SETTINGS_MODULE": "threatmodel.settings"}
    ) as server:
        assert server.ask("GET", "/").status == 200
        away = server.ask("GET", "/clinic/", Cookie="staff=" + "a" * 32)
        assert away.status == 503, server.printed.read_text()
        assert away.headers["Retry-After"]
        assert server.ask("GET", "/").status == 200


def test_the_times_of_files_do_not_count_matters(place):
    """P8: after a round every file has one time, a whole day, whichever of them was written."""
    staff = Staff.objects.create("Vera", Role.VOLUNTEER)
    matter(staff)
    matter(staff)

    sweep()

    times = {(path.stat().st_mtime, path.stat().st_atime) for path in place.settings.CLINIC.iterdir()}
    assert len(times) == 1
    assert {time % (24 * 60 * 60) for pair in times for time in pair} == {0.0}
    assert place.settings.CLINIC.stat().st_mtime in {time for pair in times for time in pair}


def test_levelling_times_leaves_contents_and_what_links_point_to(tmp_path):
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    inside.mkdir()
    outside.write_text("x")
    (inside / "link").symlink_to(outside)
    before = outside.stat()

    level(inside)

    assert outside.stat().st_mtime_ns == before.st_mtime_ns
    assert stat.S_ISLNK((inside / "link").lstat().st_mode)
