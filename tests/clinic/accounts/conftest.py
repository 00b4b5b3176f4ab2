"""Staff who can sign in, and a browser of theirs."""

import os
import subprocess
import sys
from typing import NamedTuple

import pytest
from django.test import Client

from tests.clinic.accounts.sign_in import member
from tests.clinic.databases import address
from tests.conftest import ROOT
from threatmodel.clinic.models.staff import Role


@pytest.fixture
def ada(clinic):
    return member("Ada", Role.VOLUNTEER)


@pytest.fixture
def sol(clinic):
    return member("Sol", Role.SUPERVISOR)


@pytest.fixture
def newcomer(clinic):
    """Somebody with a password and no second factor."""
    return member("Nia", Role.VOLUNTEER, factor=False)


@pytest.fixture
def browser_of():
    """A fresh browser, which checks the marks of forms as a real one is checked."""
    return Client


FOUND = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.clinic.accounts.sign_in import member
from threatmodel.clinic.accounts import factors
from threatmodel.clinic.accounts.staff import first_supervisor
from threatmodel.clinic.founding import found
found()
print(factors.new_recovery_codes(member("Ada"))[0])
print(first_supervisor("Sol"))
"""


class Processes(NamedTuple):
    """The surroundings of processes that share a clinic with one volunteer; a recovery code of hers; an invitation."""

    environment: dict[str, str]
    recovery_code: str
    invitation: str


@pytest.fixture
def processes(vendor, tmp_path):
    """A clinic of its own, for tests that need several real processes."""
    directory = tmp_path / "clinic"
    directory.mkdir(mode=0o700)
    (tmp_path / "keys").mkdir(mode=0o700)
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "threatmodel.settings",
        "DATABASE_URL": address(vendor, tmp_path),
        "THREATMODEL_CLINIC": str(directory),
        "THREATMODEL_KEY_DIRECTORY": str(tmp_path / "keys"),
        "THREATMODEL_KEYS_ON_DISK": "yes",
        "THREATMODEL_LIMITS": "no",
    }
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", FOUND], env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return Processes(environment, *done.stdout.split())
