"""What a lawyer types on the review page: all of it is saved at once, or shown again, and never lost."""

import html
import re
from urllib.parse import urlencode

import pytest
from django.conf import settings

from tests.clinic.acting import at, form, person, post
from tests.clinic.making import matter
from threatmodel.clinic import matters
from threatmodel.clinic.contents import LONGEST_TEXT
from threatmodel.clinic.models import Matter
from threatmodel.clinic.models.staff import Role
from threatmodel.clinic.working import working

ANSWERS = {"pending": ["civil-or-family-case"], "process": ["us-citizen"]}


@pytest.fixture
def leo(clinic):
    return person("Leo", Role.LAWYER)


@pytest.fixture
def made(leo):
    return matter(leo[0], answers=ANSWERS)


def fields(page: str) -> dict[str, str]:
    """The form as it stands on the page."""
    found = dict(re.findall(r'name="(was-[^"]+)" value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL))
    return {**form(page), **{name: html.unescape(text) for name, text in found.items()}}


def comments_of(page: dict[str, str]) -> list[str]:
    return [name for name in page if name.startswith("comment-")]


def replies_of(page: dict[str, str]) -> list[str]:
    return [name for name in page if name.startswith("reply-")]


def contents(leo, made):
    return matters.load(leo[0], made.row.id).contents


@pytest.mark.parametrize("by", ["texts", "sign-off"])
def test_whichever_button_is_pressed_all_that_is_typed_is_saved(leo, made, by):
    page = fields(leo[1].get(at("review-one", made.row.id)).content.decode())
    first, second, *_ = comments_of(page)
    one, two, *_ = replies_of(page)
    typed = {first: "comment one", second: "comment two", one: "answer one", two: "answer two"}

    assert leo[1].post(at(by, made.row.id), page | typed).status_code == 302

    now = contents(leo, made)
    assert {one.text for those in now.comments.values() for one in those} == {"comment one", "comment two"}
    assert {one.text for one in now.answered.values()} == {"answer one", "answer two"}
    assert bool(now.reviewed) is (by == "sign-off")


def test_an_answer_is_changed_and_taken_away_and_what_nobody_touched_stays(leo, made):
    address = at("review-one", made.row.id)
    page = fields(leo[1].get(address).content.decode())
    one, two, three, *_ = replies_of(page)
    leo[1].post(at("texts", made.row.id), page | {one: "one", two: "two", three: "three"})

    page = fields(leo[1].get(address).content.decode())
    assert (page[one], page[two]) == ("one", "two")
    leo[1].post(at("texts", made.row.id), page | {one: "", two: "two, and more"})

    assert [one.text for one in contents(leo, made).answered.values()] == ["two, and more", "three"]


def test_a_text_of_the_full_length_is_taken_with_however_many_lines(leo, made):
    """A browser counts the end of a line as one letter, and sends two."""
    page = fields(leo[1].get(at("review-one", made.row.id)).content.decode())
    field, text = comments_of(page)[0], ("a line\n" * LONGEST_TEXT)[: LONGEST_TEXT - 1] + "x"

    assert leo[1].post(at("texts", made.row.id), page | {field: text.replace("\n", "\r\n")}).status_code == 302

    assert contents(leo, made).comments[field.removeprefix("comment-")][0].text == text


def test_what_was_refused_is_still_in_its_fields(leo, made):
    page = fields(leo[1].get(at("review-one", made.row.id)).content.decode())
    first, second, *_ = comments_of(page)
    typed = {first: "x" * (LONGEST_TEXT + 1), second: "comment two", replies_of(page)[0]: "answer one"}

    refused = leo[1].post(at("texts", made.row.id), page | typed)

    assert refused.status_code == 422
    again = fields(refused.content.decode())
    assert {name: again[name] for name in typed} == typed
    assert not contents(leo, made).comments


def test_two_who_write_at_once_see_both_and_lose_nothing(leo, made):
    """P52: of an answer that only one of them changed, the other's page takes nothing away."""
    page = fields(leo[1].get(at("review-one", made.row.id)).content.decode())
    field, (one, two, *_) = comments_of(page)[0], replies_of(page)
    leo[1].post(at("texts", made.row.id), page | {one: "theirs", two: "theirs too", field: "theirs"})

    both = leo[1].post(at("texts", made.row.id), page | {one: "mine", field: "mine"})

    shown = both.content.decode()
    assert both.status_code == 409
    assert shown.count('<td class="mine">') == 2
    sent = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', shown.split("<table")[1]))
    leo[1].post(at("texts", made.row.id), {name: html.unescape(value) for name, value in sent.items()})
    now = contents(leo, made)
    assert [one.text for one in now.comments[field.removeprefix("comment-")]] == ["theirs", "mine"]
    assert [one.text for one in now.answered.values()] == ["mine", "theirs too"]


def test_the_longest_plan_has_room_in_one_form(leo):
    """Fields past the limit would be refused, and with them all that was typed."""
    nothing_known = matter(leo[0])
    page = fields(leo[1].get(at("review-one", nothing_known.row.id)).content.decode())
    assert len(comments_of(page)) > 50

    most = len(working(nothing_known).pack.items) + 2 * len(replies_of(page)) + len(form(""))

    assert most < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


def test_what_a_colleague_changed_meanwhile_is_said_before_anything_else_is_refused(leo, made):
    """P52: else the page that says what is wrong would pass for one that was just opened."""
    page = fields(leo[1].get(at("review-one", made.row.id)).content.decode())
    field, one = comments_of(page)[0], replies_of(page)[0]
    stands = {one: "theirs", replies_of(page)[1]: "it stood there,\r\non two lines"}
    leo[1].post(at("texts", made.row.id), page | stands)
    page = fields(leo[1].get(at("review-one", made.row.id)).content.decode())
    leo[1].post(at("texts", made.row.id), page | {one: "theirs once more"})

    for by, more in (("advise", {"advise": "no-such-item yes"}), ("texts", {field: "x" * (LONGEST_TEXT + 1)})):
        answer = leo[1].post(at(by, made.row.id), page | {one: "mine"} | more)
        assert answer.status_code == 409
        assert "mine" in answer.content.decode(), "what was typed is given back"
        assert "it stood there" not in answer.content.decode(), "and what was not is left out"
        assert "<textarea" not in answer.content.decode()


def test_a_question_that_went_away_meanwhile_is_said_to_have_changed(leo, made):
    page = fields(leo[1].get(at("review-one", made.row.id)).content.decode())
    post(leo[1], at("matter", made.row.id), at("note", made.row.id), note="meanwhile")

    answer = leo[1].post(at("texts", made.row.id), page | {"reply-0123456789ab": "answer canary"})

    assert answer.status_code == 409
    assert "answer canary" in answer.content.decode()


def test_a_page_full_of_answers_is_still_small_enough_to_be_sent(leo, made):
    """P52: what stood there is sent along as marks, not once more."""
    page = fields(leo[1].get(at("review-one", made.row.id)).content.decode())
    full = page | dict.fromkeys(replies_of(page), "An answer of some length. " * 12)
    assert leo[1].post(at("texts", made.row.id), full).status_code == 302

    again = fields(leo[1].get(at("review-one", made.row.id)).content.decode())

    assert len(urlencode(again)) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert leo[1].post(at("sign-off", made.row.id), again).status_code == 302


def test_a_question_that_is_not_asked_is_not_answered(leo, made):
    page = form(leo[1].get(at("review-one", made.row.id)).content.decode())

    refused = leo[1].post(at("texts", made.row.id), page | {"reply-0123456789ab": "answer canary"})

    assert refused.status_code == 404
    assert "answer canary" in refused.content.decode()


def test_a_sign_off_of_earlier_content_is_not_called_one(leo, made, monkeypatch):
    post(leo[1], at("review-one", made.row.id), at("sign-off", made.row.id))
    assert "signed off" in leo[1].get(at("plan", made.row.id)).content.decode()
    monkeypatch.setattr("threatmodel.clinic.working.basis", lambda *_: "content of later")

    for address in (*(at(name, made.row.id) for name in ("plan", "matter", "review-one")), at("home")):
        page = leo[1].get(address).content.decode()
        assert "signed off for what stood there earlier" in page
        assert page.count("signed off") == 1
    assert Matter.objects.get().review == "reviewed"
