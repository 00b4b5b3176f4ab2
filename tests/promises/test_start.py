"""A start with a setting under which a promise cannot hold ends at once, with a sentence that says what to do."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.promises.server import in_memory
from threatmodel.start import faults

LONG = "k9" * 12 + "abcdefghijklmnopqrstuvwxyz012345"
PUBLIC = {
    "THREATMODEL_HTTPS": "yes",
    "THREATMODEL_HOSTS": "plan.example.org",
    "THREATMODEL_LEAVE_TO": "https://weather.example.com/",
}


@pytest.fixture
def public():
    """The settings of a server for others, and nothing of this test run's own."""
    with in_memory() as keys:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("THREATMODEL_", "DJANGO_"))}
        yield ours | PUBLIC | keys


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)  # noqa: S603


@pytest.mark.parametrize(
    ("named", "setting"),
    [
        ("SECRET_KEY", {"THREATMODEL_SECRET_KEY": "short"}),
        ("SECRET_KEY", {"THREATMODEL_SECRET_KEY": "django-insecure-" + LONG}),
        ("THREATMODEL_HOSTS", {"THREATMODEL_HOSTS": ""}),
        ("THREATMODEL_HOSTS", {"THREATMODEL_HOSTS": "*"}),
        ("THREATMODEL_HOSTS", {"THREATMODEL_HOSTS": ".example.org"}),
        ("THREATMODEL_HTTPS", {"THREATMODEL_HTTPS": "no"}),
        ("THREATMODEL_ONION", {"THREATMODEL_ONION": "yes"}),
        ("manage.py", {"THREATMODEL_KEY_DIRECTORY": str(ROOT / "manage.py")}),
        ("/proc/nope", {"THREATMODEL_KEY_DIRECTORY": "/proc/nope"}),
        ("THREATMODEL_KEY_RING", {"THREATMODEL_KEY_RING": "redis://127.0.0.1:1/?x=y"}),
        ("THREATMODEL_LEAVE_TO", {"THREATMODEL_LEAVE_TO": "https://plan.example.org/about/"}),
        ("THREATMODEL_LEAVE_TO", {"THREATMODEL_LEAVE_TO": "javascript:alert(1)"}),
        ("THREATMODEL_KEYS_ON_DISK", {"THREATMODEL_KEYS_ON_DISK": "yes"}),
        ("THREATMODEL_KEY_DIRECTORY", {"THREATMODEL_KEY_DIRECTORY": "/var/tmp/threatmodel-on-disk"}),  # noqa: S108
        ("THREATMODEL_KEY_RING", {"THREATMODEL_KEY_RING": "redis://keys.example.org"}),
        ("THREATMODEL_SECURITY_CONTACT", {"THREATMODEL_SECURITY_CONTACT": "weak@example.org"}),
        ("THREATMODEL_LIMITS", {"THREATMODEL_LIMITS": "perhaps"}),
    ],
)
def test_a_server_for_others_does_not_start_with_an_unsafe_setting_and_says_which(public, named, setting):
    """P33: the last line is a sentence that names the setting."""
    started = run("-c", "import threatmodel.wsgi", **public | setting)

    assert started.returncode != 0
    assert named in started.stderr.strip().splitlines()[-1]


def test_a_server_for_others_starts_with_safe_settings(public):
    """P33: or the test before would hold for any reason."""
    started = run("-c", "import threatmodel.wsgi", **public, THREATMODEL_SECRET_KEY=LONG)

    assert started.stderr == ""
    assert started.returncode == 0


def test_debug_does_not_start(settings):
    """P3: it would show a person's answers with a fault; no setting of the environment switches it on."""
    settings.CLINIC = None
    assert faults() == []

    settings.DEBUG = True

    assert len(faults()) == 1


@pytest.mark.parametrize("way", [{}, {"THREATMODEL_HTTPS": "no", "THREATMODEL_HOSTS": ""}])
def test_what_the_framework_checks_before_a_start_in_public_is_clean(public, way):
    """P33: also on one's own machine, where plain http is silenced with a reason."""
    checked = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **public | way)

    assert checked.returncode == 0, checked.stderr


def test_the_framework_s_check_finds_what_would_stop_the_start(public):
    """P33"""
    checked = run("manage.py", "check", "--deploy", **public | {"THREATMODEL_SECRET_KEY": "short"})

    assert checked.returncode != 0
    assert "threatmodel.E001" in checked.stderr


def test_the_self_check_looks_at_the_machine_and_fails_for_what_it_finds(public):
    """P6: swap, core dumps, other processes, and what the keys lie on, each with a line."""
    good = run("manage.py", "selfcheck", **public)
    bad = run("manage.py", "selfcheck", **public | {"THREATMODEL_KEYS_ON_DISK": "yes"})

    assert len(good.stdout.splitlines()) >= 5
    for word in ("swap", "core dump", "tmpfs", "https"):
        assert word in good.stdout
    assert (good.returncode == 0) == ("LOOK" not in good.stdout)
    assert bad.returncode == 1
    assert "LOOK    THREATMODEL_KEYS_ON_DISK" in bad.stdout
