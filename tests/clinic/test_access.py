"""Every address of the clinic against the access table: who gets it, for their own matter and for somebody else's."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.clinic.access import TABLE, patterns
from tests.clinic.accounts.sign_in import member, signed_in
from tests.clinic.dump import everything
from tests.clinic.making import matter
from threatmodel.clinic.destruction import destroy
from threatmodel.clinic.models import AuditEntry, Matter
from threatmodel.clinic.models.staff import Role

VALUES = {"number": 1, "place": 1, "part": "sources"}
ROWS = sorted((name, row) for name, row in TABLE.items())
OURS = [(name, row) for name, row in ROWS if row.matter]


def address(name: str, matter: object) -> str:
    pattern = next(one for one in patterns() if one.name == name)
    known = {**VALUES, "matter": matter}
    return reverse(name, kwargs={key: known[key] for key in pattern.pattern.converters})


def test_every_address_has_a_row_or_is_of_the_accounts():
    """P35: a page without a row in the table fails here."""
    names = {one.name for one in patterns()}

    assert {name for name in names if str(name).startswith("clinic-")} == set(TABLE)
    assert None not in names


@pytest.fixture
def people(clinic):
    """Somebody of each role, with a browser that is signed in."""
    everyone = {role: member(role.title(), role) for role in Role.values}
    return {role: (one, signed_in(Client(), one)) for role, one in everyone.items()}


@pytest.fixture
def other(clinic):
    return member("Other", Role.VOLUNTEER)


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[name for name, _ in ROWS])
def test_who_may_gets_a_page_and_who_may_not_gets_that_there_is_none(name, row, people):
    """P35: each role and method, for a matter of their own."""
    for role, (person, browser) in people.items():
        own = matter(person).row.id if row.matter or "hand-back" in name else None
        for method in ("GET", "POST"):
            status = getattr(browser, method.lower())(address(name, own)).status_code
            if role not in row.who:
                assert status in (404, 405), (role, method, status)
            elif method not in row.methods:
                assert status == 405, (role, method, status)
            else:
                assert status < 500, (role, method, status)
                assert status != 404 or method == "POST", (role, method)  # an empty form may name what is not there


@pytest.mark.parametrize(("name", "row"), OURS, ids=[name for name, _ in OURS])
def test_somebody_elses_matter_a_destroyed_one_and_none_at_all_look_the_same(name, row, people, other):
    """P35: 404, to the byte, whichever it is; and nothing of it changes."""
    foreign, destroyed = matter(other, alias="foreign canary").row, matter(other).row
    destroy(other.id, [destroyed.id], "destroyed")
    before = everything()
    for role, (_, browser) in people.items():
        if row.known and role == "supervisor":
            continue
        answers = set()
        for id_ in (foreign.id, destroyed.id, uuid4()):
            for method in row.methods:
                answer = getattr(browser, method.lower())(address(name, id_))
                assert answer.status_code == 404, (role, method)
                answers.add(_without_marks(answer.content))
        assert len(answers) == 1
    assert Matter.objects.get(pk=foreign.id).revision == 1
    assert bytes(Matter.objects.get(pk=foreign.id).sealed).hex().encode() in before


def _without_marks(page: bytes) -> bytes:
    """A page without its forms' random marks, and without the seconds that the session still lasts."""
    return re.sub(rb'(name="csrfmiddlewaretoken" value|data-age)="\w+"', b"", page)


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[name for name, _ in ROWS])
def test_nobody_gets_anything_without_signing_in_or_with_a_password_alone(name, row, clinic, other):
    """P43: a redirect to signing in or enrolling, or a page that says so; never the page itself."""
    own = matter(other).row.id
    half = member("Half", Role.SUPERVISOR, factor=False)
    for browser in (Client(), signed_in(Client(), half, factor=False)):
        for method in ("GET", "POST"):
            answer = getattr(browser, method.lower())(address(name, own))
            if row.open and name == "clinic-leave":
                assert answer.status_code in (303, 405)
            elif answer.status_code == 302:
                assert "/clinic/sign-in/" in answer["Location"] or "/clinic/account/" in answer["Location"]
            else:
                assert answer.status_code == 409
                assert b"canary" not in answer.content
    assert not AuditEntry.objects.filter(act="opened").exists()


def test_no_list_search_or_file_of_another_person_holds_a_word_of_a_matter(people, other):
    """P36: every page that can be looked at, as everybody but whose matter it is, and a search for its very alias."""
    matter(other, alias="foreign canary")
    foreign = Matter.objects.get()
    foreign.follow_up = foreign.used_on
    foreign.save()
    for role, (person, browser) in people.items():
        own = matter(person, alias=f"own {role}").row.id
        found = browser.post(reverse("clinic-home"), {"alias": "foreign canary"})
        assert str(foreign.id).encode() not in found.content
        for name, row in TABLE.items():
            if "GET" in row.methods and role in row.who and name != "clinic-leave":
                page = browser.get(address(name, own)).content
                assert b"foreign canary" not in page, (role, name)
                assert str(foreign.id).encode() not in page or name == "clinic-keeping", (role, name)


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[name for name, _ in ROWS])
def test_a_form_of_another_site_counts_for_nothing_and_no_look_changes_a_matter(name, row, people):
    """P37: a form without our mark is refused; a look leaves what is sealed, and its revision, as they were."""
    person = people["lawyer"][0] if "lawyer" in row.who else people["supervisor"][0]
    own = matter(person).row
    strict = signed_in(Client(enforce_csrf_checks=True), person)
    if "POST" in row.methods:
        assert strict.post(address(name, own.id)).status_code == 403
        assert strict.post(address(name, own.id), headers={"Origin": "null"}).status_code == 403
    if "GET" in row.methods:
        strict.get(address(name, own.id))
    after = Matter.objects.get(pk=own.id)
    assert (after.revision, bytes(after.sealed)) == (own.revision, bytes(own.sealed))
