"""Noting what is done: it stays in the cookie, shows on the plan, and changes no advice."""

import re

import pytest
from django.test import Client

from tests.walkthrough.cast import current, token, walking
from threatmodel.engine.answers import Answers
from threatmodel.walkthrough.walk import COOKIE


@pytest.fixture
def client(pack):
    return walking(Answers.of(pack, {"devices": "iphone", "pending": "none"}), enforce_csrf_checks=True)


def note(client, item, mark, **headers):
    page = client.get("/plan/")
    return client.post("/plan/mark/", {"csrfmiddlewaretoken": token(page), "mark": f"{item} {mark}"}, headers=headers)


def article(html: str, item: str) -> str:
    return re.search(rf'<article class="[^"]*" id="{item}".*?</article>', html, re.DOTALL)[0]


def ids(html: str) -> list[str]:
    return re.findall(r'<article class="item[^"]*" id="([\w-]+)"', html)


def test_a_mark_shows_on_its_item_and_can_be_undone(client):
    noted = note(client, "adid-off", "done")
    marked = client.get("/plan/").content.decode()
    undone = note(client, "adid-off", "none")
    plain = client.get("/plan/").content.decode()

    assert noted.status_code == undone.status_code == 302
    assert "marked-done" in article(marked, "adid-off")
    assert "marked-done" not in article(plain, "adid-off")
    assert current(client).marks.as_mapping() == {}


def test_marks_change_no_item_and_no_order(client):
    before = ids(client.get("/plan/").content.decode())

    for item, mark in (("adid-off", "done"), ("passcode-strong", "later"), (before[-1], "risky")):
        note(client, item, mark)

    assert ids(client.get("/plan/").content.decode()) == before


def test_an_item_that_is_not_for_somebody_asks_for_the_reason_first(client):
    asked = note(client, "adid-off", "not-for-me")

    assert asked.status_code == 200
    assert current(client).marks.as_mapping() == {}
    reasons = re.findall(r'value="adid-off ([\w-]+)"', asked.content.decode())
    assert {"not-mine", "risky", "cannot", "told-not-to", "other"} <= set(reasons)
    note(client, "adid-off", "told-not-to")
    assert current(client).marks.as_mapping() == {"adid-off": "told-not-to"}


def test_the_progress_of_each_lane_counts_its_own(client, pack):
    safeguards = {safeguard.id for safeguard in pack.safeguards}
    legal = next(id_ for id_ in ids(client.get("/plan/").content.decode()) if id_ in safeguards)
    note(client, "adid-off", "done")
    note(client, legal, "done")
    note(client, "passcode-strong", "not-mine")

    html = client.get("/plan/").content.decode()

    counts = {lane: re.search(rf'id="progress-{lane}".*?(\d+) of', html, re.DOTALL)[1] for lane in ("hygiene", "legal")}
    assert counts == {"hygiene": "1", "legal": "1"}


def test_a_script_gets_the_item_and_the_progress_alone(client):
    reply = note(client, "adid-off", "done", **{"HX-Request": "true"})

    html = reply.content.decode()
    assert ids(html) == ["adid-off"]
    assert html.count("hx-swap-oob") == 3
    assert "<html" not in html
    assert current(client).marks.as_mapping() == {"adid-off": "done"}


@pytest.mark.parametrize("sent", ["", "adid-off", "adid-off finished", "no-such-item done", "fb-lockdown <b>"])
def test_a_note_on_what_is_not_there_is_refused_and_nothing_is_lost(client, sent):
    note(client, "adid-off", "done")
    page = client.get("/plan/")

    refused = client.post("/plan/mark/", {"csrfmiddlewaretoken": token(page), "mark": sent})

    assert refused.status_code == 400
    assert current(client).marks.as_mapping() == {"adid-off": "done"}


def test_no_mark_is_taken_for_an_item_that_the_plan_does_not_hold(client, pack):
    left_out = next(m.id for m in pack.measures if m.id not in ids(client.get("/plan/").content.decode()))

    assert note(client, left_out, "done").status_code == 400


def test_the_way_back_to_an_item_does_not_name_it(client, pack):
    place = note(client, "adid-off", "done").url

    assert re.fullmatch(r"/plan/#item-\d+", place)
    assert f'id="{place.split("#")[1]}"' in article(client.get("/plan/").content.decode(), "adid-off")


def test_the_cookie_has_one_size_whatever_is_noted(client):
    sizes = {len(client.cookies[COOKIE].value)}
    for item, mark in (("adid-off", "done"), ("passcode-strong", "other"), ("adid-off", "none")):
        note(client, item, mark)
        sizes.add(len(client.cookies[COOKIE].value))

    assert len(sizes) == 1


def test_a_mark_needs_the_form_and_a_walk(pack):
    client = walking(Answers.of(pack, {"devices": "iphone"}), enforce_csrf_checks=True)

    assert client.post("/plan/mark/", {"mark": "adid-off done"}).status_code == 403
    assert client.get("/plan/mark/").status_code == 405
    assert Client().post("/plan/mark/", {"mark": "adid-off done"}).status_code == 409
