"""Each test of the clinic runs on both kinds of database, and leaves neither row nor file behind."""

import os

import pytest
from django.db import connections, transaction

from tests.clinic.databases import VENDORS, close_all, prepared
from threatmodel.clinic.founding import found
from threatmodel.clinic.models import Staff
from threatmodel.clinic.models.staff import Role

# A browser that Playwright drives leaves an event loop in this thread, and Django would refuse the database beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"


@pytest.fixture(scope="session", autouse=True)
def no_connection_left():
    """Close what was opened once the last test is over."""
    yield
    close_all()


@pytest.fixture(params=VENDORS)
def vendor(request):
    """The kind of database this test runs on."""
    return request.param


@pytest.fixture
def database(vendor, django_db_blocker):
    """An empty database of that kind in the default one's place; what the test wrote is rolled back."""
    with django_db_blocker.unblock():
        was, connections["default"] = connections["default"], prepared(vendor)
        try:
            atomic = transaction.atomic()
            atomic._from_testcase = True
            with atomic:
                yield connections["default"]
                transaction.set_rollback(True)
        finally:
            connections["default"] = was


@pytest.fixture
def clinic(database, settings, tmp_path):
    """A clinic that was just set up, in a directory of this test."""
    settings.CLINIC = tmp_path / "clinic"
    settings.CLINIC_KEY = settings.CLINIC / "clinic.key"
    return found().clinic


@pytest.fixture
def volunteer(clinic):
    return Staff.objects.create("Vera", Role.VOLUNTEER)


@pytest.fixture
def lawyer(clinic):
    return Staff.objects.create("Leo", Role.LAWYER)


@pytest.fixture
def supervisor(clinic):
    return Staff.objects.create("Sol", Role.SUPERVISOR)
