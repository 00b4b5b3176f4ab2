"""What the site says of itself: what leaving leaves behind, and what the server holds, read from the server."""

import logging
import re
import time

import pytest
from django.test import Client

from tests.promises.person import NEUTRAL_TITLE
from tests.walkthrough.cast import walking
from threatmodel.engine.answers import Answers
from threatmodel.walkthrough.walk import COOKIE, key_ring

WALK_PAGES = ("/walk/1/", "/walk/2/", "/walk/check/", "/plan/", "/plan/what-if/", "/plan/what-if/1/", "/keep/")
OTHER_PAGES = ("/", "/open/", "/notice/", "/letters/", "/about/", "/samples/", "/safety/", "/privacy/", "/walk/99/")


@pytest.fixture
def person(pack):
    return walking(Answers(pack).choose("who", ["me"]))


def part(response, id_: str) -> str:
    """An element's own markup, by its id."""
    html = response.content.decode()
    found = re.search(rf'<(\w+)[^>]* id="{id_}".*?</\1>', html, re.DOTALL)
    assert found, id_
    return found[0]


@pytest.mark.parametrize(
    "left",
    ["history", "downloads", "screenshots", "keyboard", "dns", "monitoring", "offline"],
)
def test_the_page_on_leaving_tells_what_remains(client, left):
    """P30: by the ids of its list, since words are to be bettered and translated."""
    page = client.get("/safety/")

    item = part(page, f"remains-{left}")
    assert len(re.sub(r"<[^>]+>", "", item).split()) >= 6
    assert page.content.decode().index('id="remains"') < page.content.decode().index(item)


def test_the_page_on_leaving_promises_no_more_than_other_tests_hold(client):
    """P30: what it says is removed is what P21 and P23 look for."""
    html = client.get("/safety/").content.decode()

    assert re.findall(r'id="removes-([\w-]+)"', html) == ["answers", "cookies", "back"]


def test_what_leaving_leaves_behind_is_said_before_the_first_answer_and_linked_everywhere(client, person):
    """P30: one tap still begins a walk; the first question carries it, and no other."""
    assert b'class="note before"' in client.get("/").content
    assert b'class="note before"' in person.get("/walk/1/").content
    assert b'class="note before"' not in person.get("/walk/2/").content
    for url in (*WALK_PAGES, *OTHER_PAGES, "/nothing/"):
        assert b'href="/safety/"' in person.get(url).content, url
        assert b'href="/privacy/"' in person.get(url).content, url


@pytest.mark.parametrize("url", [*WALK_PAGES, *OTHER_PAGES, "/nothing/"])
def test_answers_can_be_deleted_on_every_page_while_there_are_any(client, person, url):
    """P25: and where there are none, no page offers it."""
    assert person.get(url).content.count(b'action="/walk/delete/"') == 1
    assert b'action="/walk/delete/"' not in client.get(url).content


def test_after_deleting_nothing_offers_to_delete(person):
    html = person.get("/plan/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', html)[1]

    done = person.post("/walk/delete/", {"csrfmiddlewaretoken": token})

    assert b'action="/walk/delete/"' not in done.content
    assert person.get("/plan/").status_code == 409


def test_the_page_on_what_is_held_tells_of_the_cookies_that_came_and_of_no_others(client, person):
    """P4: names and sizes, never what is in them; and whether the walk in them could be opened."""
    person.cookies["stranger"] = "1234567"
    value = person.cookies[COOKIE].value

    page = person.get("/privacy/")

    cookies = part(page, "cookies")
    assert f"<code>{COOKIE}</code>, {len(value)}" in cookies
    assert "<code>stranger</code>, 7" in cookies
    assert value not in page.content.decode()
    assert "1234567" not in cookies
    assert cookies.count("<li>") == 2
    assert part(client.get("/privacy/"), "cookies").count("<code>") == 0


def test_the_page_on_what_is_held_tells_when_the_walk_began_and_ends(person, client, monkeypatch):
    """P17"""
    began = time.time()
    monkeypatch.setattr(time, "time", lambda: began + 17 * 60)

    walk = part(person.get("/privacy/"), "walk")

    assert [int(n) for n in re.findall(r"\d+", walk)][0] == 17
    assert [int(n) for n in re.findall(r"\d+", walk)][1] in (462, 463)
    assert not re.search(r"\d", part(client.get("/privacy/"), "walk"))


def test_the_page_on_what_is_held_counts_the_keys_and_shows_none(person):
    """P7"""
    page = person.get("/privacy/")

    ring = key_ring()
    now = int(time.time())
    assert f'data-count="{len(ring.births(now))}"' in part(page, "keys")
    key = ring.current(now)
    assert key.secret.hex() not in page.content.decode()
    assert key.secret not in page.content


def test_the_page_on_what_is_held_finds_no_database_and_no_store(person):
    """P2"""
    page = person.get("/privacy/")

    assert 'data-count="0"' in part(page, "database")
    assert 'data-count="0"' in part(page, "stores")


def test_the_page_on_what_is_held_counts_the_rows_of_a_database_where_there_is_one(
    tmp_path, monkeypatch, django_db_blocker
):
    """P2: it looks, and does not merely say so."""
    import sqlite3

    from django.db import ConnectionHandler

    from threatmodel.walkthrough import held

    with sqlite3.connect(tmp_path / "db") as made:
        made.execute("CREATE TABLE visitors (name TEXT)")
        made.executemany("INSERT INTO visitors VALUES (?)", [("a",), ("b",)])
    made.close()
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "db"}
    connections = ConnectionHandler({"default": database})
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")  # a browser's test may have run before in this process
    monkeypatch.setattr(held, "connections", connections)

    with django_db_blocker.unblock():
        assert held.tables() == {"visitors": 2}
        connections.close_all()


@pytest.mark.parametrize(
    ("on", "address", "whose"),
    [(False, "8.8.8.8", "nobody"), (True, "8.8.8.8", "network"), (True, "127.0.0.1", "everybody")],
)
def test_the_page_on_what_is_held_says_whose_requests_are_counted_together(settings, tmp_path, on, address, whose):
    """P4: and not from where they come."""
    settings.LIMITS, settings.KEY_DIRECTORY = on, str(tmp_path)

    page = Client(REMOTE_ADDR=address).get("/privacy/")

    assert f'data-whose="{whose}"' in part(page, "counted")
    assert address not in page.content.decode()


def test_the_page_on_what_is_held_names_whatever_would_write_a_file_down(client, settings):
    """P2"""
    usual = "django.core.files.uploadhandler.TemporaryFileUploadHandler"
    assert usual not in client.get("/privacy/").content.decode()

    settings.FILE_UPLOAD_HANDLERS = [*settings.FILE_UPLOAD_HANDLERS, usual]

    assert usual in client.get("/privacy/").content.decode()


def test_the_page_on_what_is_held_shows_each_log_and_the_line_it_would_get(person):
    """P3: the line is made by the real handlers, of this very request; it holds neither an address nor a browser."""
    page = person.get("/privacy/", headers={"User-Agent": "canary-agent"}, REMOTE_ADDR="203.0.113.77")

    logs = part(page, "logs")
    assert "reference 00000000" in logs
    for canary in ("canary-agent", "203.0.113.77", "/privacy/", person.cookies[COOKIE].value):
        assert canary not in logs


def test_a_log_that_would_write_of_a_request_shows_it(person):
    """P3: somebody who adds a log that names addresses finds it on the page."""
    talkative = logging.StreamHandler()
    talkative.setFormatter(logging.Formatter("%(request)s %(message)s"))
    logging.getLogger().addHandler(talkative)
    # The filter of ours stands on our handler alone, so that this one gets the request.
    try:
        logs = part(person.get("/privacy/"), "logs")
    finally:
        logging.getLogger().removeHandler(talkative)

    assert "WSGIRequest" in logs


@pytest.mark.parametrize("id_", ["settings", "core", "swap", "access-log", "unknown"])
def test_the_page_on_what_is_held_says_how_the_server_is_set_and_what_it_cannot_know(client, id_):
    """P6"""
    assert len(part(client.get("/privacy/"), id_)) > 20


def test_the_page_on_what_is_held_stays_out_of_caches(client):
    assert client.get("/privacy/")["Cache-Control"] == "no-store"
    assert Client().get("/safety/")["Cache-Control"] == "no-store"


def test_a_title_says_no_more_than_the_address(person, pack):
    """P21: the history keeps titles, so at one address it is the same for everybody, and no text of the walk."""
    another = walking(Answers.of(pack, {"who": "household", "pending": "criminal-case", "devices": "android"}))
    told = {question.ask for question in pack.questions} | {item.title for item in pack.items}

    for url in (*WALK_PAGES, *OTHER_PAGES, "/nothing/"):
        title = title_in(person, url)
        assert title == title_in(another, url), url
        assert NEUTRAL_TITLE.fullmatch(title), url
        assert not [text for text in told if text in title], url


def title_in(client: Client, url: str) -> str:
    return re.findall(r"<title>(.*?)</title>", client.get(url).content.decode())[0]
