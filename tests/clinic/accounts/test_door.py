"""Who gets how far below /clinic/, and that the walk knows nothing of it."""

import time
from itertools import product

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.clinic.accounts.sign_in import PASSWORD, app_code, member, signed_in
from threatmodel.clinic import account_urls, door
from threatmodel.clinic.accounts.signed_in import BEGAN, IDLE, OLDEST, SEEN
from threatmodel.clinic.models import Session

PAGES = [pattern.name for pattern in account_urls.urlpatterns]
CLOSED = sorted(set(PAGES) - door.OPEN)


@pytest.mark.parametrize("name", CLOSED)
def test_who_is_not_signed_in_is_led_to_the_sign_in_page(clinic, name):
    response = Client().get(reverse(name))

    assert (response.status_code, response["Location"]) == (302, reverse("account_login"))


@pytest.mark.parametrize("name", CLOSED)
def test_a_form_of_who_is_not_signed_in_does_nothing_and_says_so(clinic, name):
    response = Client().post(reverse(name), {"person": "x"})

    assert response.status_code == 409
    assert reverse("account_login") in response.content.decode()


def test_a_script_is_told_to_load_the_whole_sign_in_page(clinic):
    response = Client().get(reverse("account_home"), headers={"HX-Request": "true"})

    assert response["HX-Redirect"] == reverse("account_login")


def test_addresses_that_are_not_there_look_like_closed_ones(clinic):
    assert Client().get("/clinic/nothing/")["Location"] == reverse("account_login")


@pytest.mark.parametrize(("name", "method"), list(product(CLOSED, ("get", "post"))))
def test_a_password_alone_reaches_the_enrolment_pages_and_nothing_else(newcomer, name, method):
    """P43: whoever has shown a password and no second factor gets to no other page, by whatever method."""
    client = signed_in(Client(), newcomer, factor=False)

    response = getattr(client, method)(reverse(name))

    if name in door.ENROLMENT:
        assert response.get("Location") != reverse("account_enrol")
    else:
        assert response["Location"] == reverse("account_enrol")


def test_having_a_factor_does_not_count_where_it_was_not_shown(ada):
    """P43: a session in which only the password was shown stays shut, also when the person has a factor."""
    client = signed_in(Client(), ada, factor=False)

    assert client.get(reverse("mfa_add_webauthn"))["Location"] == reverse("account_login")
    assert not Session.objects.exists()


def test_a_password_is_not_enough_to_sign_in(ada):
    """P43: between the password and the second factor nobody is signed in."""
    client = Client()
    response = client.post(reverse("account_login"), {"name": "Ada", "password": PASSWORD})

    assert response["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("account_home"))["Location"] == reverse("account_login")

    response = client.post(reverse("mfa_authenticate"), {"code": app_code()})

    assert response["Location"] == reverse(settings.LOGIN_REDIRECT_URL)
    assert client.get(reverse("account_home")).status_code == 200


@pytest.mark.parametrize(
    ("key", "ago", "open_still"),
    [
        (SEEN, IDLE - 60, True),
        (SEEN, IDLE + 1, False),
        (BEGAN, OLDEST - 60, True),
        (BEGAN, OLDEST + 1, False),
        (BEGAN, -3600, False),
    ],
)
def test_a_session_ends_when_left_alone_or_old(ada, key, ago, open_still):
    client = signed_in(Client(), ada)
    session = client.session
    session[key] = int(time.time()) - ago
    session.save()

    response = client.get(reverse("account_home"))

    assert response.get("Location", "") == ("" if open_still else reverse("account_locked"))
    assert Session.objects.filter(staff=ada.pk).exists() == open_still


def test_a_session_that_says_nothing_of_its_age_has_ended(ada):
    client = Client()
    client.force_login(ada, "django.contrib.auth.backends.ModelBackend")

    assert client.get(reverse("account_home"))["Location"] == reverse("account_locked")


def test_the_walk_looks_at_no_session(ada, django_assert_num_queries):
    client = signed_in(Client(), ada)

    with django_assert_num_queries(0):
        response = client.get("/")

    assert not hasattr(response.wsgi_request, "session")
    assert "staff" not in response.cookies


def test_passkeys_may_be_asked_for_at_the_clinic_only(clinic):
    assert "publickey-credentials-get=(self)" in Client().get(reverse("account_login"))["Permissions-Policy"]
    assert "publickey-credentials-get=()" in Client().get("/")["Permissions-Policy"]


def test_two_names_that_look_the_same_cannot_both_be(clinic):
    member("Ada")

    assert Client().post(reverse("account_login"), {"name": " aDA ", "password": PASSWORD}).status_code == 302


def test_a_form_from_before_somebody_signed_in_again_is_given_back(ada, browser_of):
    """P58: with what was typed, and nothing of what visitors are told about their answers."""
    browser = browser_of(enforce_csrf_checks=True)
    signed_in(browser, ada)

    refused = browser.post(reverse("clinic-new"), {"csrfmiddlewaretoken": "x" * 64, "alias": "alias canary"})

    assert refused.status_code == 403
    page = refused.content.decode()
    assert "alias canary" in page
    assert "Nothing was saved" in page


def test_a_fault_of_ours_says_what_is_true_for_staff_and_gives_back_what_was_typed(ada, browser_of, monkeypatch):
    """P58: also where nobody expected it."""

    def break_(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    browser = signed_in(browser_of(raise_request_exception=False), ada)
    monkeypatch.setattr("threatmodel.clinic.desk_views._made", break_)

    failed = browser.post(reverse("clinic-new"), {"alias": "plum bridge", "lang": "en", "depth": "full"})

    assert failed.status_code == 500
    page = failed.content.decode()
    assert "plum bridge" in page
    assert "on your device" not in page
    assert "reference" in page
