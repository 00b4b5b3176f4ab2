"""Walking with a client: nothing that was ticked is lost, and a client who holds the device sees only their own."""

import pytest

from tests.clinic.acting import at, form, person, post
from tests.clinic.making import matter
from threatmodel.clinic import matters
from threatmodel.clinic.models import AuditEntry
from threatmodel.clinic.models.staff import Role
from threatmodel.clinic.working import working

SECOND = 2  # the section with "pending", which has options that cannot go together


@pytest.fixture
def vera(clinic):
    return person("Vera", Role.VOLUNTEER)


def answers(staff, made) -> dict[str, list[str]]:
    return working(matters.load(staff, made.row.id)).answers.as_mapping()


def test_a_refused_combination_keeps_all_other_ticks_of_the_page(vera):
    made = matter(vera[0])
    page = at("section", made.row.id, SECOND)
    sent = {**form(vera[1].get(page).content.decode()), "shown": "pending process"}

    refused = vera[1].post(page, sent | {"answer-pending": ["none", "criminal-case"], "answer-process": "us-citizen"})

    assert refused.status_code == 422
    text = refused.content.decode()
    for ticked in ('value="criminal-case"', 'value="us-citizen"'):
        assert " checked" in text[text.index(ticked) :].split(">")[0]
    assert answers(vera[0], made) == {}


def test_taking_every_tick_away_takes_the_answer_away(vera):
    made = matter(vera[0], answers={"pending": ["criminal-case"], "process": ["us-citizen"]})
    page = at("section", made.row.id, SECOND)
    sent = {**form(vera[1].get(page).content.decode()), "shown": "pending process", "answer-process": "us-citizen"}

    assert vera[1].post(page, sent).status_code == 302

    assert answers(vera[0], made) == {"process": ["us-citizen"]}


def test_a_question_that_was_not_on_the_page_keeps_its_answer(vera):
    made = matter(vera[0], answers={"pending": ["criminal-case"]})
    page = at("section", made.row.id, SECOND)

    vera[1].post(page, {**form(vera[1].get(page).content.decode()), "shown": "process"})

    assert answers(vera[0], made) == {"pending": ["criminal-case"]}


def test_changing_the_language_in_mid_walk_saves_what_is_ticked(vera):
    made = matter(vera[0])
    page = at("question", made.row.id, 1)
    sent = {**form(vera[1].get(page).content.decode()), "shown": "who", "answer-who": "me", "lang": "es", "stay": "yes"}

    assert vera[1].post(page, sent)["Location"] == page

    assert answers(vera[0], made) == {"who": ["me"]}
    assert matters.load(vera[0], made.row.id).contents.lang == "es"


@pytest.fixture
def held(vera):
    """A matter whose client holds the device."""
    made = matter(vera[0], alias="alias canary")
    matters.save(vera[0], made, made.contents.noted(working_note(vera[0])), "noted")
    vera[1].post(at("hand-over", made.row.id))
    return made


def working_note(staff):
    from threatmodel.clinic.working import said

    return said(staff.id.hex, "note canary")


def test_a_client_whose_form_is_old_sees_the_question_again_and_nothing_of_staff(vera, held):
    """P36: not the alias, not a note, whatever the form asks for."""
    page = at("client", held.row.id, 1)

    answer = vera[1].post(page, {"revision": "0", "shown": "who", "answer-who": "me", "note": "x", "alias": "y"})

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "canary" not in text
    assert " checked" in text[text.index('value="me"') :].split(">")[0]
    assert vera[1].post(page, {**form(text), "shown": "who", "answer-who": "me"}).status_code == 302


def test_a_client_can_answer_the_question_before_them_and_no_other(vera, held):
    page = at("client", held.row.id, 1)
    sent = {**form(vera[1].get(page).content.decode()), "shown": "who process", "answer-process": "us-citizen"}

    vera[1].post(page, sent | {"answer-who": "me"})

    assert answers(vera[0], held) == {"who": ["me"]}


def test_a_client_notes_what_is_done_on_their_own_plan(vera, held):
    plan = at("client-plan", held.row.id)
    item = working(held).plan().today[0].measure.id
    page = vera[1].get(plan).content.decode()

    reasons = vera[1].post(at("client-mark", held.row.id), {**form(page), "mark": f"{item} not-for-me"})
    noted = vera[1].post(at("client-mark", held.row.id), {**form(page), "mark": f"{item} done"})

    assert reasons.status_code == 200
    assert f"{item} risky" in reasons.content.decode()
    assert noted["Location"].startswith(plan)
    assert working(matters.load(vera[0], held.row.id)).record.marks.get(item) == "done"
    assert vera[1].get(at("client-part", held.row.id, "sources")).status_code == 200


def test_a_client_can_note_on_whatever_is_in_their_plan(vera, held):
    """Also where an item is folded, and comes when it is opened."""
    plan = working(held).plan()
    folded = (*plan.hygiene, *plan.legal)[-1]
    id_ = folded.measure.id if hasattr(folded, "measure") else folded.safeguard.id
    place = next(
        place
        for place in range(1, 200)
        if f'data-item="{id_}"' in vera[1].get(at("client-item", held.row.id, place)).content.decode()
    )
    whole = vera[1].get(at("client-item", held.row.id, place)).content.decode()
    part = vera[1].get(at("client-item", held.row.id, place), headers={"HX-Request": "true"}).content.decode()

    assert f'value="{id_} done"' in part
    assert at("client-mark", held.row.id) in whole
    vera[1].post(at("client-mark", held.row.id), {**form(whole), "mark": f"{id_} done"})
    assert working(matters.load(vera[0], held.row.id)).record.marks.get(id_) == "done"


def test_a_form_that_cannot_be_saved_gives_back_what_was_typed(vera, monkeypatch):
    """P58: no page of ours is kept by a browser, so the page that says so holds the text."""
    from django.db import OperationalError

    made = matter(vera[0])
    sent = {**form(vera[1].get(at("matter", made.row.id)).content.decode()), "note": "a long note"}

    def away(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr(matters, "save", away)
    answer = vera[1].post(at("note", made.row.id), sent)

    assert answer.status_code == 503
    assert "a long note" in answer.content.decode()


def test_a_page_that_says_what_was_wrong_is_a_look_and_stands_in_the_audit(vera):
    """P50: what is shown of a matter is a line, also beside a problem."""
    made = matter(vera[0])

    assert post(vera[1], at("matter", made.row.id), at("note", made.row.id), note=" ").status_code == 422

    assert AuditEntry.objects.order_by("-number").first().act == "shown-again"
