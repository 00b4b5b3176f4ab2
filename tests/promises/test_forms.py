"""What another site can make a browser send to us: nothing of it counts."""

import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import resolve

from tests.engine.strategies import DAY
from tests.promises.addresses import addresses
from tests.walkthrough.cast import carrying, current
from threatmodel.engine.answers import Answers
from threatmodel.engine.marks import Marks
from threatmodel.engine.snapshot import Snapshot
from threatmodel.walkthrough.walk import COOKIE, Walk

OWN, FOREIGN = "http://testserver", "https://evil.example"
FORM = {"depth": "full", "question": "who", "answer": "child", "mark": "device-updates done", "keep": "yes"}
URLENCODED = "application/x-www-form-urlencoded"


def walk_in_progress(pack) -> Walk:
    """Somebody with answers, and with a plan that was kept earlier, so that every page has something to show."""
    answers = Answers(pack).choose("who", ["me"])
    return replace(Walk.resume(answers, Marks(pack), Snapshot.take(answers, DAY)), depth="quick", checked=False)


@pytest.fixture
def visitor(pack):
    """A browser with a walk and with the mark of our forms, against the checks that a served site has."""
    client = carrying(walk_in_progress(pack), enforce_csrf_checks=True)
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/").content.decode())
    client.token = found[1]
    return client


def forged(client: Client) -> dict[str, dict[str, object]]:
    """What another site could make a browser send, the right mark even among it where that must not be enough."""
    right = FORM | {"csrfmiddlewaretoken": client.token}
    return {
        "no token": {"data": FORM},
        "a token of nobody": {"data": FORM | {"csrfmiddlewaretoken": "A" * len(client.token)}},
        "a token of the wrong length": {"data": FORM | {"csrfmiddlewaretoken": client.token[:-1]}},
        "no origin to speak of": {"data": right, "headers": {"Origin": "null"}},
        "a foreign origin": {"data": right, "headers": {"Origin": FOREIGN}},
        "our name in a foreign origin": {"data": right, "headers": {"Origin": f"{OWN}.evil.example"}},
        "a foreign referer": {"data": right, "headers": {"Referer": f"{FOREIGN}/plan/"}, "secure": True},
        "no referer at all": {"data": right, "secure": True},
    }


@pytest.mark.parametrize("address", addresses())
def test_no_form_of_another_site_is_accepted_anywhere(visitor, address):
    """P37: without our token, with a wrong one, from no origin or a foreign one: refused, and the walk as it was."""
    sealed = visitor.cookies[COOKIE].value

    refused = {case: visitor.post(address, **sent) for case, sent in forged(visitor).items()}
    for method in ("PUT", "PATCH", "DELETE", "PURGE"):
        refused[method] = visitor.generic(method, address, urlencode(FORM), URLENCODED)

    for case, response in refused.items():
        assert response.status_code in (403, 405), case
        assert COOKIE not in response.cookies, case
    assert visitor.cookies[COOKIE].value == sealed


def test_the_same_form_with_our_token_and_from_our_own_page_is_accepted(visitor):
    """P37: what is refused above is refused for where it comes from, and for nothing else."""
    sent = {"question": "who", "answer": "child", "csrfmiddlewaretoken": visitor.token}

    response = visitor.post("/walk/1/", sent, headers={"Origin": OWN})

    assert response.status_code == 302
    assert current(visitor).answers.chosen("who") == ("child",)


@pytest.mark.parametrize("address", addresses())
def test_no_look_at_a_page_changes_a_walk_but_leaving_which_forgets_it(visitor, address):
    """P37: also with a form in the address. A look at the end notes that it was seen, no more."""
    before = current(visitor)
    name = resolve(address).url_name

    for ask in (visitor.get, visitor.options):
        assert ask(address + "?" + urlencode({"_method": "POST"} | FORM)).status_code < 500

    if name == "leave":
        assert visitor.cookies[COOKIE]["max-age"] == 0
        return
    after = current(visitor)
    assert after == (replace(before, checked=True) if name == "check" else before)


@pytest.mark.parametrize("address", addresses())
def test_asking_for_the_head_alone_gets_the_head_of_the_page(pack, address):
    """P33: HEAD has the status and the headers of GET, its length too, and nothing after them."""
    page, head = (getattr(carrying(walk_in_progress(pack)), method)(address) for method in ("get", "head"))

    assert head.status_code == page.status_code
    assert dict(head.headers) == dict(page.headers)
    assert set(head.cookies) == set(page.cookies)
    assert head.content == b""
