"""What the table of sessions tells, and when sessions end."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.urls import reverse

from tests.clinic.accounts.sign_in import member, signed_in
from threatmodel.clinic.accounts import sessions, staff
from threatmodel.clinic.accounts.sessions import SessionStore
from threatmodel.clinic.clock import today
from threatmodel.clinic.models import Session, Staff
from threatmodel.clinic.models.staff import Role


def is_in(client: Client) -> bool:
    return client.get(reverse("account_home")).status_code == 200


def test_a_session_is_found_again_by_its_key_alone(clinic):
    store = SessionStore()
    store["canary"] = "heron"
    store.save()

    assert SessionStore(store.session_key)["canary"] == "heron"
    assert SessionStore("0" * 32).load() == {}


def test_the_table_holds_neither_key_nor_content(ada):
    """P46: a dump of the sessions signs nobody in and tells nothing but whose and since which day."""
    client = signed_in(Client(), ada)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    row = Session.objects.get()
    dump = f"{bytes(row.mark).hex()} {row.data}"

    assert (row.staff, row.began_on) == (ada.pk, today())
    assert key not in dump
    assert ada.pk.hex not in dump
    assert not SessionStore(bytes(row.mark).hex()).load()


def test_content_of_one_row_opens_in_no_other(ada):
    first, second = SessionStore(), SessionStore()
    first["canary"], second["canary"] = 1, 2
    first.save()
    second.save()
    Session.objects.filter(mark=sessions.marked(first.session_key)).update(
        data=Session.objects.get(mark=sessions.marked(second.session_key)).data
    )

    assert SessionStore(first.session_key).load() == {}


def test_a_row_that_is_gone_is_not_written_again(clinic):
    store = SessionStore()
    store.create()
    Session.objects.all().delete()
    store["canary"] = 1

    with pytest.raises(UpdateError):
        store.save()


def test_rows_of_former_days_are_dead_and_swept(clinic):
    store = SessionStore()
    store["canary"] = 1
    store.save()
    Session.objects.update(began_on=today() - timedelta(days=2))

    assert SessionStore(store.session_key).load() == {}

    SessionStore.clear_expired()

    assert not Session.objects.exists()


def test_the_cookie_ends_with_the_browser_and_is_out_of_reach_of_scripts_and_other_sites(ada):
    client = Client()
    cookie = client.get(reverse("account_passkey")).cookies[settings.SESSION_COOKIE_NAME]

    assert (cookie["max-age"], cookie["expires"], cookie["httponly"], cookie["samesite"]) == ("", "", True, "Strict")


ENDINGS = {
    "password": lambda by, who: staff.join(staff.find_invitation(staff.reset(by, who.pk)), who.name, "x" * 15),
    "reset": lambda by, who: staff.reset(by, who.pk),
    "role": lambda by, who: staff.change_role(by, who.pk, Role.LAWYER),
    "out": lambda by, who: staff.deactivate(by, who.pk),
    "ended": lambda by, who: staff.end_sessions(who),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_changes_an_account_ends_its_sessions_on_the_next_request(ada, sol, ending):
    """P46: new password, reset, new role, shut out: every session of that person is dead, and nobody else's."""
    browsers = [signed_in(Client(), ada), signed_in(Client(), ada)]
    other = signed_in(Client(), sol)

    ENDINGS[ending](sol, ada)

    assert [is_in(browser) for browser in browsers] == [False, False]
    assert is_in(other)
    assert not Session.objects.filter(staff=ada.pk).exists()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_row_that_came_back_opens_nothing(ada, sol, ending):
    """P46: not even a row that another worker wrote at that moment is good for anything."""
    browser = signed_in(Client(), ada)
    row = Session.objects.get(staff=ada.pk)

    ENDINGS[ending](sol, ada)
    row.save(force_insert=True)

    assert not is_in(browser)


def test_a_change_of_the_password_ends_the_others_and_keeps_this_one(ada):
    """P46: who changes their password stays signed in there, with another key, and nowhere else."""
    here, there = signed_in(Client(), ada), signed_in(Client(), ada)
    before = here.cookies[settings.SESSION_COOKIE_NAME].value

    here.post(reverse("account_change_password"), {"password": "otters at low tide", "again": "otters at low tide"})

    assert (is_in(here), is_in(there)) == (True, False)
    assert here.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert Staff.objects.get(pk=ada.pk).check_password("otters at low tide")


@pytest.mark.parametrize("password", ["short", "heron" * 60, "1q2w3e4r5t6y7u8i9o0p"])
def test_a_weak_or_endless_password_is_not_taken(ada, password):
    here = signed_in(Client(), ada)
    was = Staff.objects.get(pk=ada.pk).password

    response = here.post(reverse("account_change_password"), {"password": password, "again": password})

    assert response.status_code == 422
    assert Staff.objects.get(pk=ada.pk).password == was


def test_somebody_sees_their_sessions_and_ends_another(ada):
    here, there, third = (signed_in(Client(), ada) for _ in range(3))
    mark = sessions.marked(there.cookies[settings.SESSION_COOKIE_NAME].value).hex()

    assert mark in here.get(reverse("account_home")).content.decode()

    here.post(reverse("account_end_session"), {"session": mark})

    assert [is_in(browser) for browser in (here, there, third)] == [True, False, True]

    here.post(reverse("account_end_session"))

    assert [is_in(browser) for browser in (here, third)] == [True, False]


def test_nobody_ends_the_session_of_another(ada, sol):
    mine, theirs = signed_in(Client(), ada), signed_in(Client(), sol)
    mark = sessions.marked(theirs.cookies[settings.SESSION_COOKIE_NAME].value).hex()

    for wanted in (mark, "", "not hex"):
        mine.post(reverse("account_end_session"), {"session": wanted})

    assert is_in(theirs)


def test_a_session_that_is_ended_while_its_page_is_made_leads_to_the_sign_in_page(sol):
    member("Sam", Role.SUPERVISOR)
    browser = signed_in(Client(), sol)
    session = browser.session
    session["seen"] -= 300  # so that this request writes to the session
    session.save()

    browser.post(reverse("account_deactivate"), {"person": sol.pk})

    assert not Staff.objects.get(pk=sol.pk).is_active
    assert not is_in(browser)
