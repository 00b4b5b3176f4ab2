"""Leaving, in a real Chromium: the screen is blank at once, an ordinary page comes, and Back shows nothing."""

import re

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.conftest import browser_type_launch_args, scripts  # noqa: F401
from tests.browser.test_walk import answer, begin, walk_through
from tests.promises.stage import KEPT_CANARY, site

EVERY = ("/", "/walk/2/", "/walk/check/", "/plan/", "/plan/what-if/", "/keep/", "/open/", "/notice/", "/letters/")
EVERY += ("/letters/demand-copy/", "/about/", "/samples/", "/samples/journalist/", "/safety/", "/privacy/")
FAULTS = {"/walk/99/": 404, "/nothing/": 404, "/plan/changes/": 404}
# Which element of the page one sees at each corner and in the middle: after a cover, nothing but the cover.
COVERED = """() => [[5, 5], [innerWidth - 5, 5], [innerWidth / 2, innerHeight / 2], [5, innerHeight - 5]].every(
    ([x, y]) => document.elementFromPoint(x, y).matches(".cover")) && document.body.innerText.trim() === "" """


@pytest.fixture
def own(tmp_path, neutral):
    """A server for one test alone, to be hung or stopped."""
    with site(tmp_path / "keys", neutral) as one:
        yield one


@pytest.fixture
def page(browser, scripts):  # noqa: F811
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=scripts)
    yield context.new_page()
    context.close()


with_scripts = pytest.mark.parametrize("scripts", ["with scripts"], indirect=True)


def shift(page: Page, times: int = 3) -> None:
    for _ in range(times):
        page.keyboard.press("Shift")


def walk_then_leave(page: Page, address: str, neutral: str) -> None:
    begin(page, address)
    answer(page, "me")
    answer(page, "yes")
    page.goto(f"{address}/plan/")
    page.locator(".leave").click()
    page.wait_for_url(neutral)


def test_the_way_out_is_on_every_page_and_next_to_the_first_thing_a_keyboard_reaches(page, ours, scripts):  # noqa: F811
    """P25: on error pages too; after "Skip to the content" it comes first."""
    walk_through(page, ours.address)
    for url in (*EVERY, *FAULTS):
        response = page.goto(ours.address + url)
        assert response.status == FAULTS.get(url, 200), url
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.locator(".leave")).to_be_focused()
        expect(page.locator(".leave")).to_be_in_viewport()
        assert page.locator(".leave").get_attribute("href") == "/leave/"


def test_leaving_by_the_link_forgets_and_leads_elsewhere(page, ours, neutral):
    """P25: with scripts and without."""
    begin(page, ours.address)
    answer(page, "me")
    assert page.context.cookies()

    page.locator(".leave").click()
    page.wait_for_url(neutral)

    page.wait_for_timeout(500)
    assert page.context.cookies() == []
    assert page.title() == "Weather"


@with_scripts
def test_three_times_shift_leaves_and_says_how_far_it_is(page, ours, neutral):
    """P25: each press is told, in words a screen reader speaks; other keys in between begin anew."""
    begin(page, ours.address)
    says = page.locator(".leave-says[role=status]")
    shift(page, 1)
    first = says.inner_text()
    shift(page, 1)
    second = says.inner_text()
    assert first
    assert second not in ("", first)

    page.keyboard.press("a")
    expect(says).to_have_text("")
    shift(page, 2)
    page.keyboard.press("Shift+A")
    expect(says).to_have_text("")
    shift(page, 2)
    page.wait_for_timeout(5200)
    expect(says).to_have_text("")
    assert page.url.startswith(ours.address)

    shift(page)
    page.wait_for_url(neutral)


@with_scripts
def test_a_server_that_hangs_does_not_keep_the_screen_from_going_blank(page, own, neutral):
    """P25: blank at the key, elsewhere soon after, with nothing coming from us."""
    begin(page, own.address)
    own.hang()

    shift(page, 2)
    took = page.evaluate(
        """() => new Promise((done) => {
            const from = performance.now();
            for (const kind of ["keydown", "keyup"]) dispatchEvent(new KeyboardEvent(kind, {key: "Shift"}));
            requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - from)));
        })"""
    )
    assert page.evaluate(COVERED)
    page.wait_for_url(neutral, timeout=1500)
    assert took < 1000, "and not only when the server has answered"


@with_scripts
def test_the_ordinary_page_is_reached_when_our_server_is_down(page, own, neutral):
    """P25"""
    begin(page, own.address)
    own.stop()

    page.locator(".leave").click()

    page.wait_for_url(neutral, timeout=1500)


def test_back_after_leaving_shows_no_answer(page, ours, neutral):
    """P23: however far one goes back, no page holds a plan or a tick, with scripts and without. Chromium only."""
    walk_then_leave(page, ours.address, neutral)

    for _ in range(6):
        go_back(page)
        if not page.url.startswith(ours.address):
            break
        page.wait_for_load_state()
        assert page.locator("input:checked").count() == 0
        assert page.locator(".lanes, .answers, article.item, input[name=question]").count() == 0
    assert page.context.cookies() == [] or {one["name"] for one in page.context.cookies()} == {"form"}


def go_back(page: Page) -> None:
    """As a person does who finds that the browser did not take the first press: while it changes sites, it may not."""
    for left in range(5, -1, -1):
        try:
            page.go_back()
        except Error as fault:
            if "Not attached" not in fault.message or not left:
                raise
            page.wait_for_timeout(300)
        else:
            return


@pytest.fixture
def with_memory(browser_type, browser_type_launch_args):  # noqa: F811
    """A browser as people have it: playwright's own switches off the memory that Back restores pages from."""
    browser = browser_type.launch(**browser_type_launch_args, ignore_default_args=["--disable-back-forward-cache"])
    yield browser
    browser.close()


def test_the_browser_never_restores_a_page_of_answers_from_memory(with_memory, ours, neutral):
    """P24: what was put on the page by hand is gone when one comes back, and is there on a page that may be kept."""
    found = {}
    pages = {url: ours.address + url for url in ("/walk/1/", "/walk/check/", "/plan/")}
    for name, url in {"kept": neutral, **pages}.items():
        page = with_memory.new_context().new_page()
        begin(page, ours.address)
        response = page.goto(url)
        page.evaluate("window.mark = true")
        page.goto(f"{ours.address}/healthz" if name == "kept" else neutral)
        page.go_back(wait_until="commit")
        page.wait_for_url(url, wait_until="commit")
        found[name] = page.evaluate("window.mark === true")
        if name != "kept":
            assert response.headers["cache-control"] == "no-store"
        page.context.close()
    assert found == {"kept": True, "/walk/1/": False, "/walk/check/": False, "/plan/": False}


@with_scripts
def test_a_page_that_comes_back_as_it_was_left_can_be_used(page, ours):
    """P26: a cover that is still there when the page is shown again goes away."""
    page.goto(ours.address)
    page.evaluate("""() => {
        const cover = document.createElement("div");
        cover.className = "cover";
        document.body.append(cover);
    }""")
    assert page.evaluate(COVERED)

    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")

    page.locator("button[value=quick]").click()
    page.wait_for_url(re.compile(r"/walk/1/$"))


@with_scripts
def test_deleting_in_one_tab_leaves_nothing_to_read_in_another(page, ours):
    """P25: what was open there is gone from the screen, and does not bring the answers back."""
    begin(page, ours.address)
    answer(page, "me")
    other = page.context.new_page()
    other.goto(f"{ours.address}/plan/")
    other.wait_for_load_state()

    page.get_by_role("button", name="Delete my answers").click()

    other.wait_for_url(f"{ours.address}/")
    assert other.locator(".lanes").count() == 0
    other.goto(f"{ours.address}/plan/")
    assert other.locator(".lanes").count() == 0


@with_scripts
def test_leaving_in_one_tab_leaves_in_all(page, ours, neutral):
    """P25: a plan open in another tab does not stay on the screen."""
    begin(page, ours.address)
    other = page.context.new_page()
    other.goto(f"{ours.address}/plan/")

    page.locator(".leave").click()

    other.wait_for_url(neutral)
    page.wait_for_url(neutral)
    assert KEPT_CANARY in other.content()
