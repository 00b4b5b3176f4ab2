"""The cookie that holds a walk: one size, one answer to whatever is wrong with it, and an end of its own."""

import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.engine.strategies import DAY, answers_to_ours
from tests.walkthrough.cast import carrying, current, walking
from threatmodel.content.compile import load_pack
from threatmodel.engine.answers import Answers
from threatmodel.engine.marks import MARKS, Marks, item_places
from threatmodel.engine.snapshot import Snapshot
from threatmodel.sealing.envelope import seal
from threatmodel.sealing.key_file import FileRing
from threatmodel.sealing.keyring import GREATEST_WALK_AGE
from threatmodel.sealing.passphrase import seal_with
from threatmodel.walkthrough.walk import COOKIE, IDLE_LIMIT, SEAL_AGAIN_AFTER, NoWalk, Walk, walk_of

T = 1_800_000_000
DATE = ("Date", "Content-Length")


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test can set: `clock(T)`."""

    def set_to(now: float) -> None:
        monkeypatch.setattr(time, "time", lambda: float(now))

    set_to(T)
    return set_to


def cookie_of(walk: Walk) -> str:
    response = HttpResponse()
    walk.seal_into(response)
    return response.cookies[COOKIE].value


def walk_in(value: str) -> Walk:
    return walk_of(type("Request", (), {"COOKIES": {COOKIE: value}})())


def ask(value: str, url: str = "/plan/") -> HttpResponse:
    client = Client()
    client.cookies[COOKIE] = value
    return client.get(url)


def seen(response) -> tuple[int, bytes, dict[str, str], str]:
    """All that a client can tell one answer of the server from another by, but its date."""
    return response.status_code, response.content, dict(response.headers), str(response.cookies)


@given(
    answers=answers_to_ours(),
    kept=st.booleans(),
    depth=st.sampled_from(["quick", "full"]),
    mark=st.sampled_from(MARKS),
    began=st.integers(0, GREATEST_WALK_AGE - 1),
)
def test_the_cookie_has_one_size_whatever_is_in_it(answers, kept, depth, mark, began):
    """P15: also within what browsers take for one cookie, and the whole header within what servers take."""
    pack = answers.questionnaire
    marks = Marks.of(pack, dict.fromkeys(item_places(pack), mark))
    then = Snapshot.take(answers, DAY).pack() if kept else b""

    value = cookie_of(Walk(answers, depth, int(time.time()) - began, marks, kept, then))

    empty = cookie_of(Walk.begin(pack, "quick"))
    assert len(value) == len(empty)
    assert len(f"__Host-walk={value}") <= 4096
    assert len(f"__Host-walk={value}; __Host-form={'x' * 64}") < 8192


def test_a_cookie_changed_anywhere_cut_or_foreign_gets_the_page_of_a_walk_that_ended(pack, clock, tmp_path):
    """P16: one page and one status for all, so that trying teaches nothing; never a fault of ours."""
    walk = Walk(Answers(pack).choose("who", ["me"]), "full", T, Marks(pack))
    good = cookie_of(walk)
    assert ask(good).status_code == 200
    clock(T + IDLE_LIMIT)
    ended = seen(ask(good))
    clock(T)

    raw = urlsafe_b64decode(good)
    other_version = urlsafe_b64encode(bytes([raw[0] ^ 3]) + raw[1:]).decode()
    other_ring = seal(raw[:100], FileRing(tmp_path / "other", on_disk=True), T)
    spoiled = [good[:i] + ("A" if one != "A" else "B") + good[i + 1 :] for i, one in enumerate(good)]
    spoiled += [good[:i] for i in range(1, len(good))]
    foreign = [good + "A", good + "AAAA", good + "=", "A" * 4096, "A" * 5000, "A" * len(good)]
    foreign += [other_version, other_ring, seal_with("correct horse battery", b"answers")]

    for value in spoiled:
        with pytest.raises(NoWalk):
            walk_in(value)
    assert ended[0] == 409
    for value in (*spoiled[::20], *foreign):
        assert seen(ask(value)) == ended, value


@given(junk=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='";,\\'), max_size=900))
@hypothesis_settings(max_examples=200)
def test_junk_in_the_place_of_the_cookie_is_a_walk_that_ended(junk):
    """P16"""
    assert ask(junk).status_code == 409


@pytest.mark.parametrize(
    ("passed", "status"),
    [
        (IDLE_LIMIT - 1, 200),
        (IDLE_LIMIT, 409),
        (-299, 200),
        (-301, 409),
        (-2 * 60 * 60, 409),
        (GREATEST_WALK_AGE, 409),
        (3 * 365 * 24 * 60 * 60, 409),
    ],
)
def test_a_walk_left_alone_or_from_the_future_is_not_opened(pack, clock, passed, status):
    """P17: both times lie within the seal, and a clock that was set back opens nothing."""
    value = cookie_of(Walk.begin(pack, "full"))

    clock(T + passed)

    assert ask(value).status_code == status


def test_a_walk_kept_open_ends_eight_hours_after_it_began(pack, clock):
    """P17: every page keeps it open, and no page beyond that."""
    client = carrying(Walk.begin(pack, "full"))

    for minutes in range(40, 8 * 60, 40):
        clock(T + minutes * 60)
        assert client.get("/walk/1/").status_code == 200, minutes
    clock(T + GREATEST_WALK_AGE - 1)
    assert client.get("/walk/1/").status_code == 200
    clock(T + GREATEST_WALK_AGE)
    assert client.get("/walk/1/").status_code == 409


def test_a_clock_that_runs_ahead_when_a_walk_is_sealed_does_not_make_it_last_longer(pack, clock):
    """P17: what is sealed an hour ahead is refused once the clock is right, and so is the key it was sealed with."""
    clock(T + 3600)
    value = cookie_of(Walk.begin(pack, "full"))

    clock(T)

    assert ask(value).status_code == 409
    clock(T + 3600)
    assert ask(value).status_code == 409


@pytest.mark.parametrize("url", ["/walk/1/", "/walk/check/", "/plan/", "/keep/", "/plan/what-if/"])
def test_every_page_of_a_walk_keeps_it_open(pack, clock, url):
    """P17: a look at a page seals again when the last seal is a minute old; an hour of looking ends nothing."""
    client = walking(Answers(pack))
    first = client.cookies[COOKIE].value

    assert client.get(url).status_code == 200
    if url != "/walk/check/":
        assert client.cookies[COOKIE].value == first
    clock(T + SEAL_AGAIN_AFTER)
    client.get(url)
    assert client.cookies[COOKIE].value != first
    clock(T + SEAL_AGAIN_AFTER + IDLE_LIMIT - 1)
    assert client.get(url).status_code == 200


FILES = ("/plan.pdf", "/plan.json", "/plan.csv", "/plan.ics")
PASSPHRASE = {"passphrase": "a passphrase of somebody", "again": "a passphrase of somebody", "as": "file"}


@pytest.mark.parametrize(("url", "sent"), [*((url, None) for url in FILES), ("/plan.pdf", {}), ("/keep/", PASSPHRASE)])
def test_a_file_that_took_its_time_brings_back_nothing_that_was_changed_or_deleted_meanwhile(pack, clock, url, sent):
    """P25: it comes without a cookie, however old the one it was asked with."""
    client = walking(Answers(pack).choose("who", ["me"]))
    clock(T + 10 * SEAL_AGAIN_AFTER)

    file = client.get(url) if sent is None else client.post(url, sent)

    assert file.status_code == 200
    assert "Content-Disposition" in file.headers
    assert COOKIE not in file.cookies


def test_asking_to_stay_keeps_the_walk_open_and_changes_nothing(pack, clock):
    """P17"""
    client = walking(Answers(pack).choose("who", ["me"]))
    before = current(client)
    clock(T + IDLE_LIMIT - 1)

    stayed = client.post("/walk/stay/", headers={"Sec-Fetch-Mode": "cors"})

    assert stayed.status_code == 204
    assert stayed.content == b""
    assert "Content-Length" not in stayed.headers

    clock(T + 2 * IDLE_LIMIT - 2)
    assert current(client) == before
    assert client.get("/plan/").status_code == 200


def test_the_page_of_a_walk_that_ended_says_what_ended_it_and_forgets_it(pack, clock):
    """P16: it names both limits, offers to begin, and the browser is told to drop the cookie."""
    client = walking(Answers(pack))
    clock(T + IDLE_LIMIT)

    page = client.get("/plan/")

    text = page.content.decode()
    assert "45" in text
    assert re.search(r"\b8\b", text)
    assert 'href="/"' in text
    assert page.cookies[COOKIE]["max-age"] == 0
    assert 'action="/walk/delete/"' not in text


def test_answers_of_another_set_of_questions_never_become_a_plan(pack):
    """P18: they are dropped, with a sentence of its own, and the browser is told to drop them."""
    other = load_pack(ROOT / "tests" / "content" / "pack")
    first = other.questions[0]
    answers = Answers(other).choose(first.id, [first.options[0].id])
    client = carrying(Walk(answers, "full", int(time.time()), Marks(other)))

    page = client.get("/plan/")

    assert page.status_code == 409
    assert page.content != ask("x").content
    assert page.cookies[COOKIE]["max-age"] == 0
    assert client.get("/walk/").status_code == 409
