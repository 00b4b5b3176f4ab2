"""A walk's end on the screen: a warning that can be answered, and nothing left to read after it."""

import re
import time

import pytest
from django.http import HttpResponse
from playwright.sync_api import expect

from tests.browser.conftest import browser_type_launch_args, scripts  # noqa: F401
from tests.browser.test_walk import answer, begin, faults_of, fits
from tests.promises.stage import elsewhere, site
from threatmodel.engine.answers import Answers
from threatmodel.engine.marks import Marks
from threatmodel.sealing.key_file import FileRing
from threatmodel.sealing.keyring import GREATEST_WALK_AGE
from threatmodel.walkthrough import walk as walk_module
from threatmodel.walkthrough.walk import COOKIE, IDLE_LIMIT, Walk

MINUTE = 60 * 1000


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    with elsewhere() as neutral, site(tmp_path_factory.mktemp("keys"), neutral) as one:
        yield one


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.clock.install()
    yield page
    context.close()


@pytest.fixture
def put_back(monkeypatch, pack, ours):
    """Gives a page the cookie of a walk begun and last seen so many seconds ago, sealed with the site's keys."""

    def put(page, began: int, seen: int) -> None:
        ring = FileRing(ours.keys, on_disk=True)
        now = time.time()
        with monkeypatch.context() as patched:
            patched.setattr(walk_module, "key_ring", lambda: ring)
            patched.setattr(time, "time", lambda: now - seen)
            response = HttpResponse()
            answers = Answers(pack).choose("who", ["me"])
            Walk(answers, "full", int(now) - began, Marks(pack)).seal_into(response)
        cookie = {"name": COOKIE, "value": response.cookies[COOKIE].value, "url": ours.address}
        page.context.clear_cookies(name=COOKIE)
        page.context.add_cookies([cookie])

    return put


def minutes(page, count: float) -> None:
    page.clock.fast_forward(int(count * MINUTE))


def test_a_warning_comes_five_minutes_before_the_end_and_can_be_answered(page, ours):
    """P58: politely, on the page one is on, and as often as there is need (WCAG 2.2.1)."""
    begin(page, ours.address)
    ending = page.locator(".ending[role=status]")
    keep_open = page.get_by_role("button", name="Keep my answers open")
    minutes(page, 39)
    expect(ending).to_be_empty()

    for _ in range(3):
        minutes(page, 2)
        expect(keep_open).to_be_visible()
        assert fits(page)
        assert keep_open.bounding_box()["height"] >= 44
        with page.expect_response("**/walk/stay/") as answered:
            keep_open.click()
        assert answered.value.status == 204
        assert answered.value.header_value("set-cookie")
        expect(ending).to_be_empty()
        minutes(page, 39)
        expect(ending).to_be_empty()

    assert page.locator("input[name=question]").count() == 1


def test_the_warning_passes_axe(browser, ours):
    """P57: without a clock of ours, which axe would wait for; the warning is put up as the script does it."""
    page = browser.new_context(viewport={"width": 360, "height": 740}).new_page()
    begin(page, ours.address)
    page.evaluate("""() => {
        const real = Date.now;
        Date.now = () => real() + 41 * 60 * 1000;
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    expect(page.get_by_role("button", name="Keep my answers open")).to_be_visible()
    assert faults_of(page) == ""
    page.context.close()


def test_a_question_answered_without_a_new_page_puts_the_end_off(page, ours):
    """P58: also where a script swaps the question in place."""
    begin(page, ours.address)
    minutes(page, 30)
    answer(page, "me")
    minutes(page, 30)

    expect(page.locator(".ending")).to_be_empty()
    assert page.locator("input[name=question]").count() == 1


@pytest.mark.parametrize("url", ["/plan/", "/plan/#item-1", "/walk/1/", "/walk/check/"])
def test_what_was_open_when_the_walk_ended_does_not_stay_on_the_screen(page, ours, put_back, url):
    """P17: the page turns into the one that says that the answers are closed."""
    begin(page, ours.address)
    page.goto(ours.address + url)
    put_back(page, began=IDLE_LIMIT + 60, seen=IDLE_LIMIT + 1)

    minutes(page, 46)

    expect(page.locator(".yours")).to_have_count(0)
    expect(page.locator("h1")).to_be_visible()
    assert page.locator(".lanes, .answers, input[name=question]").count() == 0
    assert page.locator("main a[href='/']").count() == 1
    assert COOKIE not in {one["name"] for one in page.context.cookies()}


def test_the_screen_is_emptied_at_the_end_even_when_no_page_comes(page, ours):
    """P17: what is asked for next never arrives, and the old page is gone all the same."""
    begin(page, ours.address)
    page.goto(f"{ours.address}/plan/")
    page.route("**/plan/", lambda route: route.abort("aborted"))

    minutes(page, 46)

    assert page.url == f"{ours.address}/plan/"
    assert page.evaluate("document.body.children.length") == 0


def test_eight_hours_after_the_beginning_nothing_can_be_put_off_and_the_warning_says_so(page, ours, put_back):
    """P58: it offers to keep the plan, not to go on."""
    page.goto(ours.address)
    put_back(page, began=GREATEST_WALK_AGE - 20 * 60, seen=0)
    page.goto(f"{ours.address}/plan/")

    minutes(page, 16)

    expect(page.locator(".ending a[href='/keep/']")).to_be_visible()
    assert page.locator(".ending button").count() == 0


def test_asking_to_stay_after_the_end_shows_that_it_has_ended(page, ours, put_back):
    """P58"""
    begin(page, ours.address)
    page.goto(f"{ours.address}/plan/")
    minutes(page, 41)
    put_back(page, began=IDLE_LIMIT + 60, seen=IDLE_LIMIT + 1)

    page.get_by_role("button", name="Keep my answers open").click()

    expect(page.locator(".yours")).to_have_count(0)
    expect(page.locator("h1")).to_be_visible()
    assert page.locator(".lanes").count() == 0


@pytest.mark.parametrize("scripts", ["without scripts"], indirect=True)
def test_without_scripts_every_page_of_a_walk_says_when_it_ends(browser, ours, scripts):  # noqa: F811
    """P58: both limits stand on the page."""
    page = browser.new_context(java_script_enabled=scripts).new_page()
    begin(page, ours.address)
    for url in ("/walk/1/", "/walk/check/", "/plan/", "/keep/", "/plan/what-if/"):
        page.goto(ours.address + url)
        said = page.locator(".yours p").first.inner_text()
        assert re.search(r"\b45\b", said)
        assert re.search(r"\b8\b", said)
    page.context.close()
