"""Whatever arrives gets a plain page that says what happened and offers a way on: never a 500, never a guess."""

import re
import struct
import time

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.walkthrough.test_walk_pages import answer, begin, client, current, token  # noqa: F401
from threatmodel.engine.answers import fingerprint
from threatmodel.sealing.envelope import seal
from threatmodel.sealing.keyring import GREATEST_WALK_AGE
from threatmodel.walkthrough.walk import COOKIE, HEAD, key_ring


def has_a_way_on(response):
    html = response.content.decode()
    return "<h1" in html and ('href="/walk/"' in html or 'href="/"' in html) and "Traceback" not in html


def sealed(pack, begun, packed=None, print_=None, depth=0):
    packed = bytes(len(current_pack(pack))) if packed is None else packed
    return seal(HEAD.pack(print_ or fingerprint(pack), begun, begun, depth, 0) + packed, key_ring(), int(time.time()))


def current_pack(pack):
    from threatmodel.engine.answers import Answers

    return Answers(pack).pack()


@pytest.mark.parametrize("url", ["/walk/", "/walk/1/", "/walk/check/", "/plan/", "/plan.pdf"])
def test_without_a_walk_one_is_offered(client, url):  # noqa: F811
    response = client.get(url)

    assert response.status_code == 409
    assert has_a_way_on(response)


@pytest.mark.parametrize("value", ["", "x", "A" * 260, "A" * 5000, "\x7f", "ü"])
def test_a_cookie_that_is_not_ours_is_a_walk_that_ended(client, value):  # noqa: F811
    client.cookies[COOKIE] = value

    response = client.get("/plan/")

    assert response.status_code == 409
    assert has_a_way_on(response)
    assert response.cookies[COOKIE]["max-age"] == 0


def test_a_tampered_cookie_is_a_walk_that_ended(client):  # noqa: F811
    begin(client)
    value = client.cookies[COOKIE].value
    client.cookies[COOKIE] = value[:50] + ("A" if value[50] != "A" else "B") + value[51:]

    assert client.get("/walk/1/").status_code == 409


@pytest.mark.parametrize("shift", [-GREATEST_WALK_AGE, -10 * GREATEST_WALK_AGE, 3600])
def test_a_walk_too_old_or_from_the_future_has_ended(client, pack, shift):  # noqa: F811
    client.cookies[COOKIE] = sealed(pack, int(time.time()) + shift)

    assert client.get("/plan/").status_code == 409


def test_a_walk_of_other_questions_says_that_they_changed(client, pack):  # noqa: F811
    client.cookies[COOKIE] = sealed(pack, int(time.time()), print_=b"8 bytes!")
    changed = client.get("/plan/")
    client.cookies[COOKIE] = "x"
    ended = client.get("/plan/")

    assert changed.status_code == 409
    assert changed.content != ended.content


@pytest.mark.parametrize("packed", [b"", b"\xff" * 48, b"\xff" * 3])
def test_sealed_answers_that_nobody_could_give_are_refused(client, pack, packed):  # noqa: F811
    client.cookies[COOKIE] = sealed(pack, int(time.time()), packed=packed)

    assert client.get("/plan/").status_code == 409


def test_a_sealed_walk_with_a_depth_there_is_not_is_refused(client, pack):  # noqa: F811
    client.cookies[COOKIE] = sealed(pack, int(time.time()), depth=7)

    assert client.get("/plan/").status_code == 409


def test_a_sealed_text_too_short_for_a_walk_is_refused(client):  # noqa: F811
    client.cookies[COOKIE] = seal(b"short", key_ring(), int(time.time()))

    assert client.get("/plan/").status_code == 409
    assert struct.calcsize(HEAD.format) > 5


@pytest.mark.parametrize("number", ["0", "14", "99", "99999999999999999999"])
def test_a_step_off_the_path_is_not_found_and_nothing_is_lost(client, number):  # noqa: F811
    url = begin(client).url
    answer(client, url, "me")

    response = client.get(f"/walk/{number}/")

    assert response.status_code == 404
    assert has_a_way_on(response)
    assert current(client).answers.chosen("who") == ("me",)


def test_an_unknown_option_is_refused_and_nothing_is_lost(client):  # noqa: F811
    url = begin(client).url
    answer(client, url, "me")

    response = answer(client, url, "me", "nobody")

    assert response.status_code == 400
    assert has_a_way_on(response)
    assert current(client).answers.chosen("who") == ("me",)


def test_two_answers_that_stand_alone_are_shown_again_as_sent(client):  # noqa: F811
    begin(client)
    for number in (1, 2):
        answer(client, f"/walk/{number}/", "unsure")

    response = answer(client, "/walk/3/", "none", "unsure", "criminal-case")

    html = response.content.decode()
    assert response.status_code == 422
    assert 'role="alert"' in html
    assert html.count(" checked>") == 3
    assert not current(client).answers.answered("pending")


def test_no_answer_at_all_is_asked_for_again(client):  # noqa: F811
    response = answer(client, begin(client).url)

    assert response.status_code == 422
    assert b'role="alert"' in response.content


def test_an_answer_to_another_question_than_this_step_is_never_guessed(client):  # noqa: F811
    url = begin(client).url
    page = client.get(url)

    response = client.post(url, {"csrfmiddlewaretoken": token(page), "question": "safety", "answer": "no"})

    assert response.status_code == 404
    assert current(client).answers.bits == 0


def test_a_form_without_its_mark_is_refused_and_nothing_is_lost(client):  # noqa: F811
    url = begin(client).url
    answer(client, url, "me")

    response = client.post(url, {"question": "who", "answer": "child"})

    assert response.status_code == 403
    assert has_a_way_on(response)
    assert current(client).answers.chosen("who") == ("me",)


def test_an_unknown_depth_is_refused(client):  # noqa: F811
    assert begin(client, depth="endless").status_code == 400


def test_a_form_too_large_is_refused(client):  # noqa: F811
    url = begin(client).url
    page = client.get(url)

    response = client.post(url, {"csrfmiddlewaretoken": token(page), "question": "who", "answer": ["me"] * 500})

    assert response.status_code == 400
    assert has_a_way_on(response)


def test_a_page_that_does_not_exist_says_so(client):  # noqa: F811
    response = client.get("/nothing/")

    assert response.status_code == 404
    assert has_a_way_on(response)


def test_a_fault_of_ours_gives_a_reference_and_writes_no_answer(client, monkeypatch, caplog, capfd):  # noqa: F811
    begin(client)
    monkeypatch.setattr("threatmodel.walkthrough.plan_views.build_plan", lambda *_, **__: 1 / 0)
    client.raise_request_exception = False

    response = client.get("/plan/", headers={"User-Agent": "canary-agent"})

    assert response.status_code == 500
    assert has_a_way_on(response)
    written = caplog.text + capfd.readouterr().err
    assert re.search(r"reference [0-9a-f]{8}", written)
    assert "canary" not in written
    assert "/plan" not in written


@given(
    cookie=st.text(st.characters(max_codepoint=255), max_size=300),
    url=st.sampled_from(["/", "/walk/1/", "/plan/", "/walk/check/"]),
)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_cookie_makes_a_page_break(cookie, url):
    client = Client()  # noqa: F811
    client.cookies[COOKIE] = cookie

    assert client.get(url).status_code in (200, 409)


@given(data=st.data())
@hypothesis_settings(max_examples=50)
def test_no_form_makes_a_page_break(data):
    client = Client()  # noqa: F811
    client.post("/walk/", {"depth": "full"})
    fields = st.dictionaries(
        st.sampled_from(["question", "answer", "keep", "depth", "x"]), st.text(max_size=40), max_size=4
    )
    url = data.draw(st.sampled_from(["/walk/", "/walk/1/", "/walk/2/", "/walk/delete/"]))

    assert client.post(url, data.draw(fields)).status_code in (200, 302, 400, 404, 422, 409)


@pytest.mark.parametrize("url", ["/walk/delete/", "/plan/mark/", "/walk/stay/"])
def test_an_address_that_only_forms_send_to_shows_a_page_when_it_is_opened(client, url):  # noqa: F811
    begin(client)
    before = current(client)

    response = client.get(url)

    assert response.status_code == 405
    assert response["Allow"]
    assert has_a_way_on(response)
    assert 'class="leave"' in response.content.decode()
    assert current(client) == before
