"""The language a person chose goes with them, and a page that is in another says so."""

import re

import pytest
from babel.messages.pofile import read_po
from django.conf import settings as site
from django.test import Client

from tests.walkthrough.cast import carrying, current, token, walking
from tests.walkthrough.test_keep import keep, open_kept
from threatmodel.engine.answers import Answers
from threatmodel.walkthrough.packs import questionnaire_in

COOKIE = site.LANGUAGE_COOKIE_NAME
ANSWERS = {"devices": ["iphone"], "pending": ["none"], "platforms": ["facebook"], "safety": "no"}
PAGES = ("/", "/safety/", "/privacy/", "/about/", "/notice/", "/letters/", "/letters/own-file/", "/samples/", "/open/")
WALKED = ("/walk/1/", "/walk/check/", "/plan/", "/plan/what-if/", "/keep/", "/plan/changes/")


def language(html: str) -> str:
    return re.search(r'<html lang="([\w-]+)"', html)[1]


def chosen(client, code: str, **more):
    page = client.get("/")
    return client.post("/language/", {"csrfmiddlewaretoken": token(page), "language": code, "next": "/"}, **more)


@pytest.fixture
def spanish(pack):
    """Somebody who chose Spanish, and walked."""
    client = walking(Answers.of(pack, ANSWERS), enforce_csrf_checks=True)
    chosen(client, "es")
    return client


def test_the_first_page_offers_every_language_in_its_own_words(client):
    html = client.get("/").content.decode()

    assert re.findall(r'name="language" value="([\w-]+)" lang="([\w-]+)"', html) == [("es", "es")]
    assert ">Español</button>" in html


def test_a_choice_is_kept_in_a_cookie_that_ends_with_the_browser(client):
    morsel = chosen(client, "es").cookies[COOKIE]

    assert morsel.value == "es"
    assert (morsel["max-age"], morsel["expires"], morsel["domain"]) == ("", "", "")
    assert morsel["httponly"]
    assert (morsel["samesite"], morsel["path"]) == ("Strict", "/")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_choosing_a_language_leads_nowhere_else(client, elsewhere):
    answer = client.post("/language/", {"language": "es", "next": elsewhere})

    assert answer.url == "/"


@pytest.mark.parametrize("address", [*PAGES, *WALKED])
def test_every_page_is_in_the_language_and_says_that_nobody_reviewed_it(spanish, address):
    if address == "/plan/changes/":
        open_kept(spanish, text=keep(spanish).content.decode())
    html = spanish.get(address).content.decode()

    assert language(html) == "es"
    assert 'class="translation"' in html


@pytest.mark.parametrize("address", [*PAGES, *WALKED[:-1]])
def test_no_page_in_the_packs_own_language_says_so(pack, address):
    html = walking(Answers.of(pack, ANSWERS)).get(address).content.decode()

    assert language(html) == "en"
    assert 'class="translation"' not in html


def test_a_step_asks_in_the_language_and_changing_it_keeps_the_answers(spanish, pack):
    before = current(spanish).answers.bits
    ours, theirs = pack.questions[0], questionnaire_in("es").questions[0]
    assert ours.ask != theirs.ask

    asked = spanish.get("/walk/1/").content.decode()
    chosen(spanish, "en")
    again = spanish.get("/walk/1/").content.decode()

    assert theirs.ask in asked
    assert ours.ask in again
    assert current(spanish).answers.bits == before


def test_a_kept_plan_opens_in_the_language_it_was_kept_in(spanish):
    kept = keep(spanish).content.decode()
    other = Client(enforce_csrf_checks=True)

    opened = open_kept(other, text=kept)

    assert opened.cookies[COOKIE].value == "es"
    assert language(other.get("/plan/changes/").content.decode()) == "es"


def test_a_language_chosen_since_goes_before_the_one_of_a_kept_plan(spanish):
    kept = keep(spanish).content.decode()
    other = Client(enforce_csrf_checks=True)
    chosen(other, "en")

    opened = open_kept(other, text=kept)

    assert COOKIE not in opened.cookies
    assert language(other.get("/plan/").content.decode()) == "en"


def test_nothing_has_changed_in_a_plan_that_is_read_in_another_language(spanish):
    kept = keep(spanish).content.decode()
    other = Client(enforce_csrf_checks=True)
    chosen(other, "en")
    open_kept(other, text=kept)

    html = other.get("/plan/changes/").content.decode()

    assert 'id="changed-' not in html


def test_leaving_takes_the_language_along(spanish):
    left = spanish.get("/leave/")

    assert left.cookies[COOKIE]["max-age"] == 0


def test_the_privacy_page_names_the_cookie_and_what_it_is(spanish):
    html = spanish.get("/privacy/").content.decode()

    assert f"<code>{COOKIE}</code>" in html


@pytest.mark.parametrize("cookie", ["ar", "xx", "", "e" * 3000, "../../etc", "<script>", "es\x00"])
def test_a_language_that_is_not_spoken_gives_english_with_a_note(pack, cookie):
    client = walking(Answers.of(pack, ANSWERS))
    client.cookies[COOKIE] = cookie

    for address in ("/", "/walk/1/", "/walk/check/", "/plan/"):
        html = client.get(address).content.decode()
        assert language(html) == "en"
        assert html.count('class="translation"') == 1
        assert "<script>" not in html.partition("<main")[2]


def test_a_language_that_the_operator_switched_off_gives_english_with_a_note(pack, settings):
    spoke = carrying(current(walking(Answers.of(pack, ANSWERS))))
    spoke.cookies[COOKIE] = "es"
    assert language(spoke.get("/walk/1/").content.decode()) == "es"

    settings.LANGUAGES = [("en", "English")]
    html = spoke.get("/walk/1/").content.decode()

    assert language(html) == "en"
    assert 'class="translation"' in html
    assert 'name="language"' not in spoke.get("/").content.decode()


@pytest.mark.parametrize(
    ("header", "lang", "note"),
    [
        ("", "en", False),
        ("*", "en", False),
        ("en-US,en;q=0.9", "en", False),
        ("es-MX,es;q=0.9", "es", True),  # the note about the translation
        ("fr,es;q=0.5", "es", True),
        ("fr-FR,fr;q=0.9", "en", True),
        (";;;q=,=", "en", True),
        ("x" * 5000, "en", True),
    ],
)
def test_the_browsers_languages_are_heard_and_nonsense_is_english_with_a_note(client, header, lang, note):
    html = client.get("/", HTTP_ACCEPT_LANGUAGE=header).content.decode()

    assert language(html) == lang
    assert ('class="translation"' in html) is note


def test_the_spanish_interface_is_whole(settings):
    with (settings.BASE_DIR / "locale" / "es" / "LC_MESSAGES" / "django.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]

    assert len(messages) > 500
    assert [message.id for message in messages if message.fuzzy or not all(_forms(message.string))] == []


def _forms(string) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else string
