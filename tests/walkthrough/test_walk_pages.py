"""The walk as a browser without scripts makes it: real requests, cookies and forms."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.walkthrough.cast import current, token
from threatmodel.engine.answers import Answers
from threatmodel.engine.flow import path
from threatmodel.engine.plan import build_plan
from threatmodel.walkthrough.access import today
from threatmodel.walkthrough.walk import COOKIE


@pytest.fixture
def client():
    return Client(enforce_csrf_checks=True)


def begin(client, depth="quick", **more):
    start = client.get("/")
    return client.post("/walk/", {"csrfmiddlewaretoken": token(start), "depth": depth, **more})


def answer(client, url, *options):
    page = client.get(url)
    question = re.search(r'name="question" value="([\w-]+)"', page.content.decode())[1]
    return client.post(url, {"csrfmiddlewaretoken": token(page), "question": question, "answer": options})


def walk_through(client, choose, depth="quick"):
    """Answer every question by ``choose(question)`` → option ids. Returns the address after the last one."""
    url = begin(client, depth).url
    for _ in range(60):
        if url == reverse("check"):
            return url
        number = int(url.strip("/").split("/")[-1])
        walk = current(client)
        question = path(walk.answers, walk.depth)[number - 1]
        url = answer(client, url, *choose(question)).url
    raise AssertionError("the walk does not end")


@pytest.mark.parametrize("depth", ["quick", "full"])
def test_a_walk_of_unsure_answers_ends_in_a_plan_and_a_pdf(client, depth):
    walk_through(client, lambda question: ["unsure"], depth)

    check, plan, pdf = client.get("/walk/check/"), client.get("/plan/"), client.get("/plan.pdf")

    assert check.status_code == 200
    assert b'id="gate-hold"' in plan.content
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    assert pdf.content.startswith(b"%PDF-")


def test_the_plan_is_that_of_the_answers_given(client, pack):
    answers = {"pending": ["none"], "process": ["us-citizen"], "safety": ["no"]}
    walk_through(client, lambda question: answers.get(question.id, ["unsure"]))

    html = client.get("/plan/").content.decode()

    expected = build_plan(current(client).answers, today())
    shown = re.findall(r'<article class="item" id="([\w-]+)"', html)
    assert sorted(shown) == sorted([i.measure.id for i in expected.hygiene] + [i.safeguard.id for i in expected.legal])
    assert current(client).answers.chosen("pending") == ("none",)


def test_no_address_and_no_redirect_holds_an_answer(client):
    seen = []
    url = begin(client).url
    while url != reverse("check"):
        seen.append(url)
        url = answer(client, url, "unsure").url

    assert all(re.fullmatch(r"/walk/\d+/", url) for url in seen)


def test_changing_an_answer_from_the_check_page_comes_back_to_it(client):
    walk_through(client, lambda question: ["unsure"])
    client.get("/walk/check/")

    assert answer(client, "/walk/2/", "no").url == "/walk/check/"
    assert current(client).answers.chosen("safety") == ("no",)


def test_a_change_that_opens_a_question_goes_to_that_question(client):
    answers = {"platforms": ["none"]}
    walk_through(client, lambda question: answers.get(question.id, ["unsure"]))
    client.get("/walk/check/")
    walk = current(client)
    ids = [question.id for question in path(walk.answers, "quick")]
    assert "visibility" not in ids

    number = ids.index("platforms") + 1
    url = answer(client, f"/walk/{number}/", "facebook").url

    assert url == f"/walk/{number + 1}/"
    assert b'value="visibility"' in client.get(url).content


def test_going_back_on_the_first_way_through_goes_on_in_order(client):
    url = begin(client).url
    for _ in range(4):
        url = answer(client, url, "unsure").url

    assert answer(client, "/walk/2/", "no").url == "/walk/3/"


def test_the_full_walk_can_follow_the_short_one_with_its_answers_kept(client):
    walk_through(client, lambda question: ["unsure"])
    plan = client.get("/plan/")

    went = client.post("/walk/", {"csrfmiddlewaretoken": token(plan), "depth": "full", "keep": "yes"})

    assert current(client).depth == "full"
    assert current(client).answers.chosen("pending") == ("unsure",)
    assert re.fullmatch(r"/walk/\d+/", went.url)


def test_beginning_anew_starts_without_old_answers(client):
    walk_through(client, lambda question: ["unsure"])
    begin(client)

    assert current(client).answers.bits == 0


def test_leaving_forgets_and_goes_elsewhere(client, settings):
    walk_through(client, lambda question: ["unsure"])

    left = client.get("/leave/")

    assert (left.status_code, left["Location"]) == (303, settings.LEAVE_TO)
    assert '"cookies"' in left["Clear-Site-Data"]
    assert left.cookies[COOKIE]["max-age"] == 0
    assert client.get("/plan/").status_code == 409


def test_deleting_forgets_and_says_so(client):
    walk_through(client, lambda question: ["unsure"])

    page = client.get("/walk/check/")
    done = client.post("/walk/delete/", {"csrfmiddlewaretoken": token(page)})

    assert done.status_code == 200
    assert client.get("/plan/").status_code == 409


def test_every_page_is_kept_out_of_caches_and_under_the_policy(client):
    walk_through(client, lambda question: ["unsure"])

    for url in ("/", "/walk/1/", "/walk/check/", "/plan/", "/plan.pdf", "/walk/99/", "/leave/"):
        response = client.get(url)
        assert response["Cache-Control"] == "no-store", url
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert "unsafe" not in response["Content-Security-Policy"]


def test_cookies_end_with_the_browser_and_are_out_of_reach_of_scripts(client):
    walk_through(client, lambda question: ["unsure"])

    for cookie in client.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        assert not cookie["max-age"]
        assert not cookie["expires"]


def test_the_cookie_has_one_size_whatever_the_answers(client):
    begin(client)
    empty = len(client.cookies[COOKIE].value)
    walk_through(
        client,
        lambda question: [o.id for o in question.options if not o.alone] if question.pick == "many" else ["unsure"],
    )

    assert len(client.cookies[COOKIE].value) == empty < 700


def test_htmx_gets_the_card_and_its_title_and_a_browser_the_whole_page(client):
    url = begin(client).url

    whole = client.get(url).content.decode()
    card = client.get(url, headers={"HX-Request": "true"}).content.decode()

    assert whole.lstrip().startswith("<!doctype html>")
    assert re.match(r"\s*<title>[^<]+</title>\s*<main", card)
    assert "<style" not in card


@given(moves=st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)), min_size=1, max_size=25))
@settings(max_examples=8)
def test_wandering_back_and_forth_gives_the_plan_of_answering_afresh(moves):
    """Each move goes to one of the questions asked by then, and takes one of its options, both counted round."""
    client = Client(enforce_csrf_checks=True)
    url = begin(client).url

    for step, choice in moves:
        walk = current(client)
        asked = path(walk.answers, walk.depth)
        number = step % len(asked) + 1
        options = [*(o.id for o in asked[number - 1].options), "unsure"]
        url = answer(client, f"/walk/{number}/", options[choice % len(options)]).url
    assert url

    walked = current(client).answers
    afresh = Answers.of(walked.questionnaire, walked.as_mapping())  # another test may have had the pack read anew
    assert build_plan(walked, today()) == build_plan(afresh, today())


def test_a_later_question_can_be_answered_from_the_plan_and_leads_back_to_it(client):
    walk_through(client, lambda question: ["unsure"])
    plan = client.get("/plan/")
    assert b'action="/walk/one/"' in plan.content

    went = client.post("/walk/one/", {"csrfmiddlewaretoken": token(plan), "question": "ssn"})
    back = answer(client, went.url, "ssn-issued-to-me")

    assert re.fullmatch(r"/walk/\d+/", went.url)
    assert back.url == "/plan/"
    assert current(client).answers.chosen("ssn") == ("ssn-issued-to-me",)


def test_a_question_that_does_not_apply_cannot_be_reached_from_the_plan(client):
    answers = {"process": ["us-citizen"]}
    walk_through(client, lambda question: answers.get(question.id, ["unsure"]))
    plan = client.get("/plan/")

    for question in ("monitor", "nothing"):
        assert client.post("/walk/one/", {"csrfmiddlewaretoken": token(plan), "question": question}).status_code == 404
