"""The language a person chose goes with them, and a page that is in another says so."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date

import pytest
from django.conf import settings as site
from django.test import Client
from django.utils.translation import gettext, override
from tinyhtml5 import parse

from tests.walkthrough.cast import carrying, current, token, walking
from tests.walkthrough.test_keep import keep, open_kept
from threatmodel.content.catalogue import Untranslated, is_easy
from threatmodel.documents.packs import questionnaire_in, sample_plans
from threatmodel.engine.answers import Answers
from threatmodel.engine.model import Questionnaire
from threatmodel.engine.plan import build_plan
from threatmodel.walkthrough.interface import for_staff, interface, read_interface
from threatmodel.walkthrough.languages import kept_language

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

    offered = re.findall(r'name="language" value="([\w-]+)" lang="([\w-]+)" dir="\w+">([^<]+)<', html)
    assert offered == [(code, code, name) for code, name in site.LANGUAGES if code != "en"]
    assert ("es", "es", "Español") in offered


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


def test_a_page_in_a_language_the_browser_asks_for_too_does_not_say_that_it_is_english(client):
    client.cookies[COOKIE] = "fr"

    html = client.get("/", HTTP_ACCEPT_LANGUAGE="es").content.decode()

    assert language(html) == "es"
    assert html.count('class="translation"') == 1  # that nobody reviewed it


@pytest.mark.parametrize(
    ("kept", "spoken"), [("es", "es"), ("es-simple", "es"), ("es-abcdef", "es"), ("xx", "en"), ("", "en")]
)
def test_a_kept_plan_brings_in_no_language_that_is_not_spoken(rf, settings, kept, spoken):
    settings.LANGUAGES = [("en", "English"), ("es", "Español")]

    assert kept_language(rf.get("/"), kept) == spoken


def test_what_is_refused_before_any_view_speaks_the_language_of_who_asks(client, settings):
    client.get("/", HTTP_ACCEPT_LANGUAGE="es")

    for asked, spoken in (("en", "en"), ("es", "es")):
        answer = client.post("/open/", {"text": "x" * 70_000}, HTTP_ACCEPT_LANGUAGE=asked)
        assert answer.status_code == 413
        assert language(answer.content.decode()) == spoken


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


@pytest.fixture
def everything(settings):
    """A site that speaks all it can."""
    settings.LANGUAGES = list(site.SPOKEN.items())


def walking_in(lang: str, pack) -> Client:
    client = walking(Answers.of(pack, ANSWERS), enforce_csrf_checks=True)
    client.cookies[COOKIE] = lang
    return client


@pytest.mark.parametrize("lang", sorted(site.SPOKEN))
def test_every_page_speaks_every_language_and_says_what_is_not_in_it(pack, everything, lang):
    client = walking_in(lang, pack)

    for address in (*PAGES, *WALKED[:-1], "/accessibility/", "/plan/1/", "/plan/9/", "/plan/table/", "/plan/left-out/"):
        html = client.get(address).content.decode()
        assert language(html) == lang
        assert ('dir="rtl"' in html.partition(">")[2].partition(">")[0]) == (lang == "ar")
        assert unmarked(html, lang, pack) == [], address


def unmarked(html: str, lang: str, pack) -> list[str]:
    """The texts of ours that stand on a page in English without saying so. Short ones say nothing of a language."""
    if lang.startswith("en"):
        return []
    left = {text for text in texts_of(questionnaire_in(lang)) if isinstance(text, Untranslated) and len(text) > 30}
    return [text for text, spoken in spoken_in(parse(html), lang) if text in left and spoken != "en"]


def texts_of(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case tuple() | list() | frozenset():
            for part in value:
                yield from texts_of(part)
        case Mapping():
            yield from texts_of(tuple(value.values()))
        case Questionnaire():
            yield from texts_of([getattr(value, one.name) for one in fields(value) if one.name != "original"])
        case _ if is_dataclass(value):
            yield from texts_of([getattr(value, one.name) for one in fields(value)])


def spoken_in(element, lang: str) -> Iterator[tuple[str, str]]:
    """Each text of a page with the language it is said to be in."""
    lang = element.get("lang", lang)
    if isinstance(element.tag, str) and not element.tag.endswith("}bdi"):  # which keeps its text apart
        yield (element.text or "").strip(), lang
    for child in element:
        yield from spoken_in(child, lang)
        yield (child.tail or "").strip(), lang


@pytest.mark.parametrize("lang", sorted(site.SPOKEN))
def test_the_first_pages_are_whole_in_every_language(pack, everything, lang):
    """The start, safety and notice pages, every question, the gates, and what the plan begins with."""
    said = questionnaire_in(lang)
    whole = [*said.questions, *said.gates, *said.vectors, said.notice, *said.referrals, *said.sections]

    assert [text for one in whole for text in texts_of(one) if isinstance(text, Untranslated)] == []
    for sample in sample_plans().values():
        plan = build_plan(Answers(said, sample.answers.bits), date(2026, 11, 23))
        assert [item.measure.id for item in plan.today if isinstance(item.measure.title, Untranslated)] == []


@pytest.mark.parametrize("lang", ["en-simple", "es-simple"])
def test_easy_words_say_the_questions_more_easily_and_everything_else_as_before(pack, lang):
    easy, ordinary = questionnaire_in(lang), questionnaire_in(lang.partition("-")[0])

    assert [one.ask for one in easy.questions] != [one.ask for one in ordinary.questions]
    assert [one.id for one in easy.questions] == [one.id for one in ordinary.questions]
    assert [one.statement for one in easy.safeguards] == [one.statement for one in ordinary.safeguards]
    assert easy.translation == "easy"
    assert not [text for text in texts_of(easy) if isinstance(text, Untranslated) and lang.startswith("en")]


def test_easy_words_on_a_page_say_that_nobody_reviewed_them(pack):
    html = walking_in("en-simple", pack).get("/walk/1/").content.decode()

    assert language(html) == "en-simple"
    assert html.count('class="translation"') == 1


def test_numbers_and_days_are_not_turned_round_where_writing_runs_from_right_to_left(pack, everything):
    client = walking_in("ar", pack)
    figures = re.compile(r"(?<![\w\u2066./-])\d+(?:-\d+)+(?![\w\u2069./-])")

    for address in ("/", "/notice/", "/plan/", "/safety/", "/plan/1/"):
        for text, spoken in spoken_in(parse(client.get(address).content), "ar"):
            assert spoken != "ar" or not figures.search(text), (address, text)


@pytest.mark.parametrize("lang", [code for code in site.SPOKEN if not code.startswith("en") and not is_easy(code)])
def test_the_pages_own_words_are_whole_in_every_language(lang):
    template, catalogue = interface(), read_interface(lang)

    assert [one.id for one in template if one.id] == [one.id for one in catalogue if one.id], "content translate"
    for one in catalogue:
        if one.id and (lang == "es" or not for_staff(one)):
            assert not one.fuzzy, one.id
            assert all(forms(one.string)), one.id
            assert list(one.check(catalogue)) == [], one.id
            if isinstance(one.id, str):
                with override(lang):
                    assert gettext(one.id) == one.string, "script/setup makes what pages read from this"
            for said in forms(one.string):  # it stands on pages as it is, also in attributes
                assert MARKUP.findall(said) == MARKUP.findall(forms(one.id)[0]), one.id


MARKUP = re.compile(r"""["<>&]|<[^>]*>""")


def forms(string) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else string
