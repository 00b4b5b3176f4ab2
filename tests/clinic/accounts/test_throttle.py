"""Slowing down who guesses, without shutting anybody out or telling who is here."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.urls import reverse

from tests.clinic.accounts.sign_in import PASSWORD, app_code
from threatmodel.clinic.accounts import throttle
from threatmodel.clinic.models import Throttle

WRONG = {"name": "Ada", "password": "wrong wrong wrong"}


def guess(client: Client, **fields: str) -> int:
    return client.post(reverse("account_login"), WRONG | fields).status_code


def wait(seconds: int) -> None:
    """As if so much time had passed."""
    for row in Throttle.objects.all():
        Throttle.objects.filter(pk=row.pk).update(free_at=row.free_at - timedelta(seconds=seconds))


@pytest.mark.parametrize("name", ["Ada", "Nobody"])
def test_guessing_is_slowed_down_more_and_more_for_known_and_unknown_names_alike(ada, name):
    """P47: the waits grow, are the same whether there is such a name or not, and end."""
    client, waits = Client(), []
    for _ in range(14):
        response = client.post(reverse("account_login"), WRONG | {"name": name})
        while response.status_code == 429:
            waits.append(int(response["Retry-After"]))
            wait(waits[-1])
            response = client.post(reverse("account_login"), WRONG | {"name": name})

    assert len(waits) == 10
    assert waits == sorted(waits)
    assert waits[-1] > 100 * waits[0]
    assert max(waits) <= throttle.PASSWORD.longest + 1


def test_nobody_is_locked_out(ada):
    """P47: after however many wrong tries, the right password works once the wait is over."""
    client = Client()
    for _ in range(20):  # the longest wait comes before
        guess(client)
        wait(throttle.PASSWORD.longest)

    response = client.post(reverse("account_login"), {"name": "Ada", "password": PASSWORD})

    assert response["Location"] == reverse("mfa_authenticate")


def test_a_right_password_is_not_slowed_in_a_browser_that_is_known(ada):
    """P47: guessing from elsewhere does not keep out who has signed in here before."""
    known = Client()
    known.post(reverse("account_login"), {"name": "Ada", "password": PASSWORD})
    known.post(reverse("mfa_authenticate"), {"code": app_code()})
    known.post(reverse("account_logout"))
    for _ in range(6):
        guess(Client())

    assert guess(Client(), password=PASSWORD) == 429
    assert guess(known, password=PASSWORD) == 302


def test_a_known_browser_is_known_for_its_own_name_only_and_cannot_be_made_up(ada, sol):
    """P47"""
    known = Client()
    known.post(reverse("account_login"), {"name": "Sol", "password": PASSWORD})
    known.post(reverse("mfa_authenticate"), {"code": app_code()})
    known.post(reverse("account_logout"))
    for _ in range(6):
        guess(Client())

    assert guess(known) == 429
    for made_up in ("", ".", "x.y", "é.é"):
        other = Client()
        other.cookies["known"] = made_up
        assert guess(other) == 429


@pytest.mark.parametrize("name", ["Ada", "Nobody", "Out", "NoPassword"])
def test_every_try_costs_one_hash(ada, sol, monkeypatch, name):
    """P47: known and unknown names take the same time, since each is hashed for once."""
    from tests.clinic.accounts.sign_in import member
    from threatmodel.clinic.accounts import staff

    staff.deactivate(sol, member("Out").pk)
    staff.reset(sol, member("NoPassword").pk)
    hashed = []
    for method in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, method)
        monkeypatch.setattr(
            Argon2PasswordHasher, method, lambda *args, real=real, method=method: hashed.append(method) or real(*args)
        )

    response = Client().post(reverse("account_login"), WRONG | {"name": name})

    assert len(hashed) == 1
    assert response.status_code == 422


@pytest.mark.parametrize("name", ["Ada", "Nobody"])
def test_known_and_unknown_names_get_the_same_page(ada, name):
    """P47"""
    response, other = (Client().post(reverse("account_login"), WRONG | {"name": n}) for n in (name, "Somebody"))

    assert response.context["problem"] == other.context["problem"]
    assert {*response.cookies} == {*other.cookies}


def test_guessing_codes_is_slowed_down_too(ada):
    """P47: a second factor cannot be guessed, from one session or from many."""
    statuses = []
    for _ in range(6):
        client = Client()
        client.post(reverse("account_login"), {"name": "Ada", "password": PASSWORD})
        statuses.append(client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code)

    assert statuses == [422] * 4 + [429] * 2


def test_guessing_invitations_is_slowed_down_for_everybody_a_little(clinic):
    statuses = [Client().post(reverse("account_join"), {"code": "x"}) for _ in range(6)]

    assert [one.status_code for one in statuses] == [422] * 4 + [429] * 2
    assert int(statuses[-1]["Retry-After"]) <= throttle.INVITATION.longest + 1


def test_the_table_tells_no_name_and_is_cleared(ada):
    """P47: neither a name nor an address is stored, and an hour later nothing."""
    guess(Client())
    row = Throttle.objects.get()

    assert len(bytes(row.mark)) == 32
    assert b"ada" not in bytes(row.mark).lower()

    Throttle.objects.update(free_at=datetime.now(UTC) - throttle.FORGOTTEN_AFTER - timedelta(seconds=1))
    throttle.succeeded(throttle.PASSWORD, "somebody else")

    assert not Throttle.objects.exists()


def test_old_failures_are_forgotten(clinic):
    for _ in range(10):
        throttle.attempt(throttle.FACTOR, "x")
        wait(throttle.FACTOR.longest)
    Throttle.objects.update(free_at=datetime.now(UTC) - throttle.FORGOTTEN_AFTER - timedelta(seconds=1))

    for _ in range(throttle.FREE):
        throttle.attempt(throttle.FACTOR, "x")
    with pytest.raises(throttle.Slowed):
        throttle.attempt(throttle.FACTOR, "x")
