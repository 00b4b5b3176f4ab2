"""A matter's papers: for the client in their language and without a word of staff, for counsel with all of it."""

import json
import re
import subprocess
from dataclasses import replace

import pytest
from django.test import Client

from tests.clinic.accounts.sign_in import signed_in
from tests.clinic.acting import at, form, person, post
from tests.clinic.making import matter
from threatmodel.clinic import matters
from threatmodel.clinic.house import House, set_house
from threatmodel.clinic.models import AuditEntry
from threatmodel.clinic.models.staff import Role
from threatmodel.clinic.working import working
from threatmodel.documents.packs import questionnaire_in
from threatmodel.engine.paper import take_home

IN_A_CASE = {"pending": ["civil-or-family-case"], "process": ["us-citizen"]}


@pytest.fixture
def vera(clinic):
    return person("Vera", Role.VOLUNTEER)


@pytest.fixture
def leo(clinic):
    return person("Leo", Role.LAWYER)


def words(answer) -> str:
    """The text of a PDF, on one line."""
    assert answer["Content-Type"] == "application/pdf", answer.content[:500]
    raw = subprocess.run(["pdftotext", "-raw", "-", "-"], input=answer.content, capture_output=True, check=True)  # noqa: S607
    return " ".join(raw.stdout.decode().split())


@pytest.fixture
def reviewed(vera, leo):
    """A matter of somebody in a case: reviewed, with a comment, an answer to counsel, and one item talked over."""
    made = matter(vera[0], alias="alias canary", answers=IN_A_CASE)
    made.row.assigned.add(leo[0])
    id_, page = made.row.id, at("review-one", made.row.id)
    asked_first = next(
        one for one in take_home(working(made).answers, matters.today()).hygiene if one.ask_first
    ).measure
    post(vera[1], at("matter", id_), at("note", id_), note="note canary")
    post(leo[1], page, at("texts", id_), **{f"comment-{asked_first.id}": "comment canary"})
    post(leo[1], page, at("advise", id_), advise=f"{asked_first.id} yes")
    question = form_question(leo[1].get(page).content.decode())
    post(leo[1], page, at("texts", id_), **{question: "answer canary"})
    post(leo[1], page, at("sign-off", id_))
    return made.row.id, asked_first


def form_question(page: str) -> str:
    """The field of the first question for counsel."""
    return re.search(r'name="(reply-[^"]*)"', page)[1]


def test_the_clients_paper_says_the_day_of_the_review_and_nothing_of_staff(reviewed, vera):
    id_, asked_first = reviewed

    paper = words(vera[1].post(at("paper", id_), {"for": "client"}))

    assert f"Reviewed on {matters.today():%Y-%m-%d}" in paper
    for canary in ("alias canary", "note canary", "comment canary", "answer canary", "Leo", "Vera"):
        assert canary not in paper
    assert asked_first.title in paper


def test_what_a_lawyer_unfolded_can_be_left_off_the_clients_paper(reviewed, vera):
    id_, _ = reviewed
    with_it = words(vera[1].post(at("paper", id_), {"for": "client"}))
    without = words(vera[1].post(at("paper", id_), {"for": "client", "unadvised": "yes"}))

    assert len(with_it) > len(without)
    assert "Reviewed on" not in without


def test_counsels_paper_holds_comments_and_answers(reviewed, vera):
    paper = words(vera[1].post(at("paper", reviewed[0]), {"for": "counsel"}))

    for canary in ("comment canary", "answer canary"):
        assert canary in paper
    assert "alias canary" not in paper


def test_the_letterhead_is_on_counsels_paper_and_on_the_clients_only_when_the_clinic_says_so(reviewed, vera):
    house = House(name="Heron Clinic", contacts="555 0100", referrals="Willow Shelter 555 0101")
    set_house(house)
    assert "Heron Clinic" in words(vera[1].post(at("paper", reviewed[0]), {"for": "counsel"}))
    assert "Heron Clinic" not in words(vera[1].post(at("paper", reviewed[0]), {"for": "client"}))

    set_house(replace(house, on_client_paper=True))
    paper = words(vera[1].post(at("paper", reviewed[0]), {"for": "client"}))
    assert "Heron Clinic" in paper
    assert "Willow Shelter" in paper


def test_the_clients_paper_is_in_the_clients_language_whatever_the_staff_read(vera):
    made = matter(vera[0])
    post(vera[1], at("matter", made.row.id), at("language", made.row.id), lang="es")

    paper = words(vera[1].post(at("paper", made.row.id), {"for": "client"}, headers={"Accept-Language": "en"}))

    first = take_home(working(made).answers, matters.today()).today[0].measure.id
    titles = {
        lang: next(one.title for one in questionnaire_in(lang).measures if one.id == first) for lang in ("en", "es")
    }
    assert titles["es"] in paper
    assert titles["en"] not in paper


def test_a_paper_that_is_not_on_offer_is_not_made(vera):
    made = matter(vera[0])

    for wrong in ({"for": "everyone"}, {"password": "short"}, {"beside": "tlh"}):
        assert vera[1].post(at("paper", made.row.id), wrong).status_code == 400
    assert not AuditEntry.objects.filter(act="printed").exists()


def test_advice_unfolds_only_what_is_asked_about_first_and_a_blocked_item_never(vera, leo):
    """The gates stand: what they block stays blocked, whoever notes what."""
    made = matter(vera[0], answers=IN_A_CASE)
    made.row.assigned.add(leo[0])
    plan = working(made).plan()
    allowed = next(item for item in plan.hygiene if not item.ask_first).measure.id
    blocked = next(left for left in plan.left_out if left.gate).item.id
    for item in (allowed, blocked):
        answer = post(leo[1], at("review-one", made.row.id), at("advise", made.row.id), advise=f"{item} yes")
        assert answer.status_code == 422
    assert not matters.load(vera[0], made.row.id).contents.advised


def test_a_volunteer_cannot_review(vera):
    made = matter(vera[0], answers=IN_A_CASE)
    for name in ("texts", "advise", "sign-off"):
        assert post(vera[1], at("matter", made.row.id), at(name, made.row.id), item="x").status_code == 404


def test_the_whole_matter_as_a_file_needs_a_fresh_sign_in(vera):
    """P48: five minutes after the last proof, it asks for another; then everything sealed is in the file."""
    made = matter(vera[0], alias="alias canary", answers=IN_A_CASE)
    stale = signed_in(Client(), vera[0], minutes_ago=7)
    assert "/clinic/again/" in stale.get(at("export", made.row.id))["Location"]

    whole = json.loads(vera[1].get(at("export", made.row.id)).content)

    assert whole["alias"] == "alias canary"
    assert whole["answers"] == IN_A_CASE
    assert whole["plan"]["schema"] == "plan/1"
    assert AuditEntry.objects.get(act="exported").matter == made.row.id


def test_the_calendar_file_holds_days_and_nothing_else(vera):
    made = matter(vera[0], alias="alias canary")
    on = matters.kept_until()
    post(vera[1], at("matter", made.row.id), at("follow-up", made.row.id), on=on.isoformat())

    text = vera[1].get(at("calendar", made.row.id)).content.decode()

    assert f"{on:%Y%m%d}" in text
    assert "canary" not in text
    assert made.row.id.hex not in text.replace("-", "")
    assert form(text) == {}
