"""While a client holds the device: only their own pages, nothing fresh, and a way back that is slow to guess."""

from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.urls import reverse

from tests.clinic.access import patterns
from tests.clinic.accounts.sign_in import PASSWORD, member, signed_in
from tests.clinic.acting import at
from tests.clinic.making import matter
from threatmodel.clinic.accounts import throttle
from threatmodel.clinic.accounts.signed_in import has_ended, is_fresh, with_second_factor
from threatmodel.clinic.models import AuditEntry, Staff
from threatmodel.clinic.models.staff import Role
from threatmodel.clinic.pages import CLIENT_VIEW

THEIRS = {"clinic-client", "clinic-client-plan", "clinic-client-item", "clinic-client-part", "clinic-client-mark"}
THEIRS |= {"clinic-hand-back", "clinic-leave", "clinic-stay"}


@pytest.fixture
def sol(clinic):
    """A supervisor, to whom most pages are open."""
    return member("Sol", Role.SUPERVISOR)


@pytest.fixture
def own(sol):
    return matter(sol, alias="blue canary").row.id


@pytest.fixture
def device(sol, own):
    """The supervisor's browser, in the hands of the client."""
    browser = signed_in(Client(), sol)
    assert browser.post(at("hand-over", own))["Location"] == at("client", own, 1)
    return browser


class Seen:
    """A request of the browser as views see it."""

    def __init__(self, browser: Client, staff: Staff) -> None:
        self.session, self.user = browser.session, staff


def addresses(own: UUID) -> dict[str, str]:
    known = {"number": 1, "place": 1, "part": "sources", "matter": own}
    return {
        str(one.name): reverse(str(one.name), kwargs={key: known[key] for key in one.pattern.converters})
        for one in patterns()
    }


def test_every_page_but_the_clients_leads_to_giving_it_back(device, own):
    """P35: P43: pages of matters, of accounts, of staff, signing in and out; whatever is asked, nothing changes."""
    found = addresses(own)
    assert set(found) >= THEIRS
    assert {"account_home", "account_staff", "account_logout", "account_login", "account_reauthenticate"} < set(found)
    lines = AuditEntry.objects.count()
    for name, address in found.items():
        if name in THEIRS:
            continue
        for method in ("get", "post"):
            answer = getattr(device, method)(address)
            assert (answer.status_code, answer["Location"]) == (302, at("hand-back", own)), (name, method)
            assert getattr(device, method)(address, headers={"HX-Request": "true"})["HX-Redirect"] == at(
                "hand-back", own
            )
    assert device.get("/clinic/no-such-page/")["Location"] == at("hand-back", own)
    assert AuditEntry.objects.count() == lines
    for name in ("clinic-client", "clinic-client-plan", "clinic-hand-back"):
        assert device.get(found[name]).status_code == 200, name
    assert device.get(found["clinic-leave"]).status_code == 303


def test_another_matters_pages_lead_to_giving_it_back_too(device, sol, own):
    other = matter(sol, alias="red canary").row.id

    for name in THEIRS - {"clinic-leave", "clinic-client-mark", "clinic-stay"}:
        assert device.get(addresses(other)[name])["Location"] == at("hand-back", own), name


def test_nothing_fresh_is_left_to_the_client(device, sol, own):
    """P43: a password that was shown a moment ago counts for nothing more; the session goes on."""
    request = Seen(device, sol)

    assert request.session[CLIENT_VIEW] == str(own)
    assert not is_fresh(request, sol)
    assert with_second_factor(request, sol)
    assert not has_ended(request)
    device.post(at("hand-back", own), {"password": PASSWORD})
    assert device.get(at("destroy", own))["Location"] == reverse("account_reauthenticate")


def test_a_page_that_was_still_being_made_does_not_take_the_device_back(sol, own):
    """P35: nor does one from before it was taken back give it to the client again."""
    browser = signed_in(Client(), sol)
    for act, more in (("hand-over", {}), ("hand-back", {"password": PASSWORD})):
        slow = browser.session
        assert slow["seen"]

        browser.post(at(act, own), more)

        held = browser.session.get(CLIENT_VIEW)
        with pytest.raises(UpdateError):
            slow.save()
        late = Client()
        late.cookies[settings.SESSION_COOKIE_NAME] = slow.session_key
        assert settings.SESSION_COOKIE_NAME not in late.get(at("home")).cookies, "it takes no newer cookie away"
        assert browser.session.get(CLIENT_VIEW) == held == (str(own) if act == "hand-over" else None)


def test_guessing_the_password_is_slowed_down_and_leaves_lines(device, own):
    """P47: as everywhere; and the right one has to wait, too."""
    answers = [device.post(at("hand-back", own), {"password": "wrong"}) for _ in range(throttle.FREE + 1)]

    assert [answer.status_code for answer in answers] == [422] * throttle.FREE + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert AuditEntry.objects.filter(act="handed-back-failed", matter=own).count() == throttle.FREE
    assert device.post(at("hand-back", own), {"password": PASSWORD}).status_code == 429
    assert CLIENT_VIEW in device.session


def test_the_right_password_takes_the_device_back(device, own):
    assert device.post(at("hand-back", own), {"password": "wrong"}).status_code == 422
    assert device.post(at("hand-back", own), {"password": PASSWORD})["Location"] == at("matter", own)

    assert CLIENT_VIEW not in device.session
    assert AuditEntry.objects.filter(act="handed-back", matter=own).count() == 1
    assert device.get(at("home")).status_code == 200


def test_what_nobody_holds_cannot_be_given_back(sol, own):
    """P47: the page is no place to try a password at."""
    browser = signed_in(Client(), sol)

    for answer in (browser.get(at("hand-back", own)), browser.post(at("hand-back", own), {"password": PASSWORD})):
        assert answer["Location"] == at("home")
    assert not AuditEntry.objects.filter(act__startswith="handed-back").exists()
