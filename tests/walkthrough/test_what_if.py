"""What another answer would do: tried by requests, kept only when the person says so."""

import re

import pytest

from tests.engine.test_gates import NO_GATE
from tests.walkthrough.cast import current, token, walking
from threatmodel.engine.answers import Answers
from threatmodel.engine.difference import difference
from threatmodel.engine.flow import path
from threatmodel.engine.plan import build_plan
from threatmodel.walkthrough.access import today

PLATFORMS = NO_GATE | {"platforms": "facebook", "visibility": "public"}


@pytest.fixture
def person(pack):
    return walking(Answers.of(pack, PLATFORMS))


def address(person, question) -> str:
    ids = [one.id for one in path(current(person).answers, "everything")]
    return f"/plan/what-if/{ids.index(question) + 1}/"


def attempt(person, question, *options, **more):
    url = address(person, question)
    sent = {"csrfmiddlewaretoken": token(person.get(url)), "question": question, "answer": options}
    return person.post(url, sent | more)


def changed(response) -> set[str]:
    return set(re.findall(r'data-(?:item|gate)="([\w-]+)"', response.content.decode()))


def ticked(response) -> list[str]:
    return re.findall(r'value="([\w-]+)"[^>]* checked>', response.content.decode())


def test_every_question_that_applies_is_listed_with_a_page_of_its_own(person):
    listed = re.findall(r'href="(/plan/what-if/\d+/)"', person.get("/plan/what-if/").content.decode())

    applying = path(current(person).answers, "everything")
    assert listed == [f"/plan/what-if/{n}/" for n in range(1, len(applying) + 1)]
    for url, question in zip(listed, applying, strict=True):
        page = person.get(url)
        assert f'name="question" value="{question.id}"' in page.content.decode()
        assert ticked(page) == list(current(person).answers.chosen(question.id))


def test_trying_an_answer_shows_all_that_it_changes_and_keeps_nothing(person):
    before = current(person)

    response = attempt(person, "pending", "subpoena-or-notice")

    now, then = before.answers, before.answers.choose("pending", ["subpoena-or-notice"])
    found = difference(build_plan(now, today()), build_plan(then, today()))
    expected = {change.item.id for change in (*found.appeared, *found.gone, *found.moved, *found.levels)}
    expected |= {state.gate.id for state in (*found.turned_on, *found.turned_off)}
    assert changed(response) == expected
    assert "hold" in expected
    assert ticked(response) == ["subpoena-or-notice"]
    assert current(person) == before


def test_keeping_an_answer_keeps_it_and_shows_the_plan(person):
    response = attempt(person, "pending", "subpoena-or-notice", keep="yes")

    assert (response.status_code, response.url) == (302, "/plan/")
    assert current(person).answers.chosen("pending") == ("subpoena-or-notice",)
    assert current(person).answers.chosen("platforms") == ("facebook",)
    assert current(person).depth == "full"
    assert b'id="gate-hold"' in person.get("/plan/").content


def test_a_kept_answer_that_no_walk_asks_for_can_be_found_on_the_check_page(person, pack):
    applying = path(current(person).answers, "everything")
    later = next(question for question in applying if question.later)

    attempt(person, later.id, later.options[0].id, keep="yes")

    assert current(person).answers.chosen(later.id) == (later.options[0].id,)
    assert later in path(current(person).answers, current(person).depth)


def test_questions_that_would_come_or_go_are_named(person, pack):
    response = attempt(person, "platforms", "none")

    now = current(person).answers
    after = path(now.choose("platforms", ["none"]), "everything")
    closed = [question for question in path(now, "everything") if question not in after]
    named = re.search(r'<ul class="closed">(.*?)</ul>', response.content.decode(), re.DOTALL)[1]
    assert closed
    assert len(re.findall("<li>", named)) == len(closed)


def test_the_answer_that_there_is_changes_nothing_and_cannot_be_kept_again(person):
    response = attempt(person, "platforms", "facebook")

    assert response.status_code == 200
    assert changed(response) == set()
    assert b'name="keep"' not in response.content


@pytest.mark.parametrize("keep", [{}, {"keep": "yes"}])
class TestBadInput:
    def test_a_number_off_the_path_is_not_found(self, person, keep):
        token_ = token(person.get("/plan/what-if/1/"))
        for number in (0, 99):
            url = f"/plan/what-if/{number}/"
            assert person.get(url).status_code == 404
            assert person.post(url, {"csrfmiddlewaretoken": token_, "answer": "me", **keep}).status_code == 404

    def test_an_answer_to_another_question_than_the_page_shows_is_not_taken(self, person, keep):
        url = address(person, "pending")
        sent = {"csrfmiddlewaretoken": token(person.get(url)), "question": "safety", "answer": "no", **keep}

        assert person.post(url, sent).status_code == 404

    def test_an_option_that_there_is_not_is_refused(self, person, keep):
        before = current(person)

        assert attempt(person, "pending", "nonsense", **keep).status_code == 400
        assert current(person) == before

    def test_options_that_cannot_go_together_are_shown_again_as_sent(self, person, keep):
        before = current(person)

        response = attempt(person, "pending", "none", "criminal-case", **keep)

        assert response.status_code == 422
        assert set(ticked(response)) == {"none", "criminal-case"}
        assert b'role="alert"' in response.content
        assert current(person) == before

    def test_no_option_is_told(self, person, keep):
        before = current(person)

        response = attempt(person, "pending", **keep)

        assert response.status_code == 422
        assert b'role="alert"' in response.content
        assert current(person) == before


def test_the_pages_are_kept_out_of_caches_and_need_a_walk(person, client):
    for url in ("/plan/what-if/", "/plan/what-if/1/"):
        assert person.get(url)["Cache-Control"] == "no-store"
        assert client.get(url).status_code == 409
    assert attempt(person, "pending", "none")["Cache-Control"] == "no-store"


def test_a_form_without_its_mark_is_refused(person):
    person.handler.enforce_csrf_checks = True

    response = person.post("/plan/what-if/1/", {"question": "who", "answer": "me", "keep": "yes"})

    assert response.status_code == 403


def test_no_address_holds_an_answer(person):
    page = attempt(person, "pending", "subpoena-or-notice").content.decode()

    addresses = re.findall(r'(?:href|action)="(/[^"]*)"', page)
    assert addresses
    assert not any("subpoena" in one or "pending" in one or "?" in one for one in addresses)
