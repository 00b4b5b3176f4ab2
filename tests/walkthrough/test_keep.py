"""Keeping a plan and coming back to it, on another device and with a passphrase."""

import base64
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.walkthrough.cast import carrying, current, token, walking
from threatmodel.documents.record import Record
from threatmodel.engine.answers import Answers
from threatmodel.engine.marks import Marks
from threatmodel.engine.model import Retired
from threatmodel.sealing.passphrase import seal_with, unseal_with

PASSPHRASE = "correct horse battery"
ANSWERS = {"devices": ["iphone"], "pending": ["none"], "platforms": ["facebook"]}


@pytest.fixture
def client(pack):
    return walking(Answers.of(pack, ANSWERS), enforce_csrf_checks=True)


def keep(client, passphrase=PASSPHRASE, again=None, how="file"):
    page = client.get("/keep/")
    sent = {"passphrase": passphrase, "again": passphrase if again is None else again, "as": how}
    return client.post("/keep/", {"csrfmiddlewaretoken": token(page), **sent})


def open_kept(client, passphrase=PASSPHRASE, **sent):
    page = client.get("/open/")
    return client.post("/open/", {"csrfmiddlewaretoken": token(page), "passphrase": passphrase, **sent})


def elsewhere() -> Client:
    return Client(enforce_csrf_checks=True)


def test_a_kept_plan_opens_on_another_device_with_answers_and_notes(client):
    page = client.get("/plan/")
    client.post("/plan/mark/", {"csrfmiddlewaretoken": token(page), "mark": "adid-off done"})
    kept = keep(client)
    other = elsewhere()

    opened = open_kept(other, text=kept.content.decode())

    assert kept["Cache-Control"] == "no-store"
    assert opened.url == "/plan/changes/"
    assert current(other).answers == current(client).answers
    assert current(other).marks == current(client).marks
    assert other.get("/plan/").status_code == 200


def test_a_kept_plan_opens_as_a_file_too(client):
    kept = keep(client)
    other = elsewhere()

    opened = open_kept(other, file=SimpleUploadedFile("kept.txt", kept.content))

    assert opened.status_code == 302
    assert current(other).answers == current(client).answers


def test_the_file_is_small_has_a_neutral_name_and_shows_no_answer(client):
    kept = keep(client)

    assert len(kept.content) < 600
    assert kept["Content-Disposition"] == 'attachment; filename="kept.txt"'
    raw = base64.urlsafe_b64decode("".join(kept.content.decode().split()) + "==")
    assert current(client).answers.pack() not in raw


def test_the_code_on_paper_holds_the_same_as_the_text_below_it(client):
    html = keep(client, how="paper").content.decode()

    text = re.search(r'<pre class="sealed">(.*?)</pre>', html, re.DOTALL)[1]
    assert "<svg" in html
    assert unseal_with(PASSPHRASE, text)
    assert open_kept(elsewhere(), text=text).status_code == 302


def test_passphrases_that_differ_or_are_too_short_are_asked_for_again(client):
    for sent in ({"again": "something else"}, {"passphrase": "short"}, {"passphrase": ""}):
        page = keep(client, **sent)

        assert page.status_code == 422
        assert 'class="error-summary"' in page.content.decode()
    assert current(client).answers.chosen("devices") == ("iphone",)


def damaged(text: str) -> str:
    return text[:200] + text[210:]


@pytest.mark.parametrize(
    "change", [lambda text: "", damaged, lambda text: "hello", lambda text: text[::-1], lambda text: "\ufffd\0" * 9]
)
def test_what_cannot_be_opened_is_asked_for_again_and_the_walk_stays(client, change):
    text = keep(client).content.decode()
    before = current(client)

    page = open_kept(client, text=change(text))

    assert page.status_code == 422
    assert 'class="error-summary"' in page.content.decode()
    assert current(client) == before


def test_a_wrong_passphrase_leaves_the_text_in_the_form(client):
    text = keep(client).content.decode().strip()

    page = open_kept(elsewhere(), passphrase="something else entirely", text=text)

    assert page.status_code == 422
    assert text.splitlines()[0] in page.content.decode()


def test_each_way_to_fail_has_its_own_words(client, pack):
    text = keep(client).content.decode()
    foreign = Record.keep(Answers(replace(pack, id="ca")), Marks(replace(pack, id="ca")), date(2026, 11, 23))
    tries = [
        {"text": damaged(text)},
        {"text": "hello"},
        {"text": text, "passphrase": "something else"},
        {"text": ""},
        {"text": seal_with(PASSPHRASE, foreign.pack())},
        {"text": seal_with(PASSPHRASE, b"\x09" + foreign.pack()[1:])},
    ]

    said = [
        re.search(r'role="alert".*?</div>', open_kept(elsewhere(), **sent).content.decode(), re.DOTALL)[0]
        for sent in tries
    ]

    assert len(set(said)) == len(tries)


def test_a_file_too_large_to_be_a_plan_is_not_read(client):
    page = open_kept(elsewhere(), file=SimpleUploadedFile("kept.txt", b"A" * 100_000))

    assert page.status_code == 413


def test_nothing_has_changed_when_a_plan_is_opened_at_once(client):
    other = elsewhere()
    open_kept(other, text=keep(client).content.decode())

    html = other.get("/plan/changes/").content.decode()

    assert 'class="item change"' not in html


def test_a_changed_answer_shows_as_the_cause_of_what_it_brings(client):
    other = elsewhere()
    open_kept(other, text=keep(client).content.decode())
    walk = current(other)
    changed = carrying(replace(walk, answers=walk.answers.choose("devices", ["android"])))

    html = changed.get("/plan/changes/").content.decode()

    assert 'aria-labelledby="by-answers"' in html
    assert 'aria-labelledby="by-advice"' not in html


def test_what_went_past_its_date_and_what_we_reworded_have_their_own_causes(client, pack, monkeypatch):
    text = keep(client).content.decode()
    measures = tuple(replace(m, limits="Less than we said.") if m.id == "adid-off" else m for m in pack.measures)
    newer = replace(pack, measures=measures)
    for module in ("walk", "keep_views"):
        monkeypatch.setattr(f"threatmodel.walkthrough.{module}.questionnaire", lambda: newer)
    monkeypatch.setattr("threatmodel.walkthrough.keep_views.today", lambda: date.today() + timedelta(days=700))
    other = elsewhere()
    open_kept(other, text=text)

    html = other.get("/plan/changes/").content.decode()

    assert 'id="changed-advice-adid-off"' in html
    assert 'id="changed-overdue-' in html
    assert 'id="changed-answers-' not in html


def test_a_renamed_and_a_removed_answer_are_told_before_the_plan(client, pack, monkeypatch):
    text = keep(client).content.decode()
    questions = tuple(
        replace(q, options=tuple(o for o in q.options if o.id != "facebook")) if q.id == "platforms" else q
        for q in pack.questions
    )
    retired = {"platforms/facebook": Retired("Facebook, as it was", "platforms/instagram")}
    newer = replace(pack, questions=questions, numbers=replace(pack.numbers, retired=retired))
    for module in ("walk", "keep_views"):
        monkeypatch.setattr(f"threatmodel.walkthrough.{module}.questionnaire", lambda: newer)
    other = elsewhere()

    page = open_kept(other, text=text)

    assert page.status_code == 200
    assert "Facebook, as it was" in page.content.decode()
    assert current(other).answers.chosen("platforms") == ("instagram",)


def test_there_is_nothing_to_compare_before_a_plan_was_opened(client):
    assert client.get("/plan/changes/").status_code == 404


def test_keeping_needs_a_walk_and_opening_needs_none():
    assert elsewhere().get("/keep/").status_code == 409
    assert elsewhere().get("/open/").status_code == 200
