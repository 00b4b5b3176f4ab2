"""The staff's pages, one after the other, as a night at the clinic goes."""

import re

import pytest
from django.test import Client

from tests.clinic.accounts.sign_in import member, signed_in
from tests.clinic.acting import at, form, post
from tests.clinic.making import matter
from threatmodel.clinic import matters
from threatmodel.clinic.models import AuditEntry, Matter
from threatmodel.clinic.models.staff import Role
from threatmodel.clinic.working import working


@pytest.fixture
def ada(clinic):
    return member("Ada", Role.VOLUNTEER)


@pytest.fixture
def leo(clinic):
    return member("Leo", Role.LAWYER)


@pytest.fixture
def sol(clinic):
    return member("Sol", Role.SUPERVISOR)


def test_a_matter_is_made_walked_and_planned(ada):
    browser = signed_in(Client(), ada)
    made = browser.post(at("new"), {"alias": "grey heron", "lang": "es", "depth": "quick"})
    row = Matter.objects.get()
    assert made["Location"] == at("section", row.id, 1)

    for _ in range(60):
        page = browser.get(made["Location"]).content.decode()
        if made["Location"] == at("plan", row.id):
            break
        options = dict(reversed(re.findall(r'name="(answer-[\w-]+)"[^>]*value="([\w-]+)"', page)))
        made = browser.post(
            made["Location"], {**form(page), **options, "shown": re.search('name="shown" value="([^"]*)"', page)[1]}
        )
        assert made.status_code == 302, made.content

    plan = browser.get(at("plan", row.id)).content.decode()
    assert "grey heron" in plan
    now = working(matters.load(ada, row.id))
    assert now.pack.lang == "es"
    assert all(now.answers.answered(question.id) for question in now.path())


@pytest.mark.parametrize("name", ["matter", "plan", "paper", "changes", "section", "question"])
def test_each_page_of_a_matter_opens_and_leaves_one_line_in_the_audit(ada, name):
    """P50: a look is one line."""
    made = matter(ada)
    browser = signed_in(Client(), ada)
    before = AuditEntry.objects.count()

    page = browser.get(at(name, made.row.id, *([1] if name in ("section", "question") else [])))

    assert page.status_code == 200
    assert [*AuditEntry.objects.filter(number__gt=before).values_list("act", flat=True)] == ["opened"]


@pytest.mark.parametrize(
    "name", ["home", "due", "new", "take-over", "review", "keeping", "settings", "keys", "audit", "counts"]
)
def test_each_page_beside_the_matters_opens_for_who_may_and_for_nobody_else(ada, leo, sol, name):
    may = {"review": [leo], "keeping": [sol], "settings": [sol], "keys": [sol], "audit": [sol], "counts": [sol]}
    for person in (ada, leo, sol):
        page = signed_in(Client(), person).get(at(name))
        assert page.status_code == (200 if person in may.get(name, [ada, leo, sol]) else 404), person


def test_a_note_is_kept_and_a_second_from_the_same_form_is_not(ada):
    made = matter(ada)
    browser = signed_in(Client(), ada)
    sent = {**form(browser.get(at("matter", made.row.id)).content.decode()), "note": "call the school"}

    for _ in range(2):
        assert browser.post(at("note", made.row.id), sent).status_code == 302

    assert [one.text for one in matters.load(ada, made.row.id).contents.notes] == ["call the school"]


def test_the_second_of_two_sees_both_versions_and_can_save_hers(ada, leo):
    """P52: 409 with both texts, and a button that saves what she sent."""
    made = matter(ada)
    made.row.assigned.add(leo)
    first, second = signed_in(Client(), ada), signed_in(Client(), leo)
    old = form(second.get(at("matter", made.row.id)).content.decode())
    post(first, at("matter", made.row.id), at("note", made.row.id), note="from Ada")

    refused = second.post(at("note", made.row.id), {**old, "note": "from Leo"})

    page = refused.content.decode()
    assert refused.status_code == 409
    assert "from Leo" in page
    assert "from Ada" in page
    again = second.post(at("note", made.row.id), {**form(page), "note": "from Leo"})
    assert again.status_code == 302
    assert [one.text for one in matters.load(ada, made.row.id).contents.notes] == ["from Ada", "from Leo"]


def test_a_lawyer_reviews_what_was_asked_for_and_a_changed_answer_takes_the_sign_off_back(ada, leo):
    made = matter(ada)
    helper, lawyer = signed_in(Client(), ada), signed_in(Client(), leo)
    assert lawyer.get(at("review-one", made.row.id)).status_code == 404
    post(helper, at("plan", made.row.id), at("ask", made.row.id))

    assert "grey heron" in lawyer.get(at("review")).content.decode()
    item = working(made).plan().hygiene[0].measure.id
    post(lawyer, at("review-one", made.row.id), at("texts", made.row.id), **{f"comment-{item}": "comment canary"})
    post(lawyer, at("review-one", made.row.id), at("sign-off", made.row.id))

    assert "comment canary" in lawyer.get(at("review-one", made.row.id)).content.decode()
    assert Matter.objects.get().review == "reviewed"
    page = helper.get(at("section", made.row.id, 1)).content.decode()
    name, value = re.search(r'name="(answer-[\w-]+)"[^>]*value="([\w-]+)"', page).groups()
    helper.post(at("section", made.row.id, 1), {**form(page), name: value})
    assert Matter.objects.get().review == "asked", "it waits for the lawyer, who can still open it"
    assert lawyer.get(at("review-one", made.row.id)).status_code == 200
    assert matters.load(ada, made.row.id).contents.reviewed is None


def test_what_a_client_holds_shows_only_their_matter_until_it_is_given_back(ada):
    made, other = matter(ada, alias="blue canary"), matter(ada, alias="red canary")
    browser = signed_in(Client(), ada)
    browser.post(at("hand-over", made.row.id))

    page = browser.get(at("client", made.row.id, 1)).content.decode()
    assert "canary" not in page
    for closed in (at("home"), at("matter", made.row.id), at("client", other.row.id, 1), at("new")):
        assert browser.get(closed)["Location"] == at("hand-back", made.row.id)

    assert browser.post(at("hand-back", made.row.id), {"password": "wrong"}).status_code == 422
    assert browser.post(at("hand-back", made.row.id), {"password": "seven grey herons wade"}).status_code == 302
    assert browser.get(at("home")).status_code == 200
