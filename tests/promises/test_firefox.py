"""What Firefox shows and keeps, with scripts and without: Back after leaving, cookies, the cache, and its console."""

import pytest

from tests.promises.firefox import FIREFOX, firefox
from tests.promises.stage import KEPT_CANARY

pytestmark = pytest.mark.skipif(not FIREFOX, reason="Firefox is not on this machine")

# A page that breaks a policy of its own, to show that complaints are seen.
BROKEN = """data:text/html,<meta http-equiv=Content-Security-Policy content="style-src 'none'"><style>p{}</style>"""
ANSWERS = "input:checked, .lanes, .answers, article.item, input[name=question]"


def follow(browser, selector: str) -> None:
    before = browser.url
    browser.click(selector)
    browser.wait_until(lambda: browser.url != before)


def begin(browser, address: str) -> None:
    browser.go(address)
    follow(browser, "button[value=quick]")
    browser.wait_until(lambda: browser.count("input[name=question]") == 1)


def walk_to_the_plan(browser, address: str) -> None:
    begin(browser, address)
    for _ in range(40):
        if browser.url.endswith("/check/"):
            break
        browser.wait_until(lambda: browser.count("input[value=unsure]") == 1)
        browser.click("input[value=unsure]")
        follow(browser, "main form button[type=submit]")
    follow(browser, "main a[href='/plan/']")
    browser.wait_until(lambda: browser.count("article.item") > 3)


def held(profile, wanted: str) -> bool:
    """Whether any file of the profile holds these letters."""
    return any(wanted.encode() in path.read_bytes() for path in profile.rglob("*") if path.is_file())


def walk_and_leave(profile, ours, neutral, **settings) -> None:
    """To a plan, away, and back as often as one likes: no answer is seen or kept, and nothing is complained of."""
    with firefox(profile, **settings) as browser:
        scripts = browser.evaluate("return Services.prefs.getBoolPref('javascript.enabled')", "chrome")
        walk_to_the_plan(browser, ours.address)
        cookies = browser.tell("WebDriver:GetCookies")
        words = browser.text("article.item h3")

        browser.click(".leave")
        browser.wait_until(lambda: browser.url == neutral)
        browser.wait_until(lambda: browser.tell("WebDriver:GetCookies") == [])

        seen = []
        for _ in range(6):
            browser.tell("WebDriver:Back")
            seen.append(browser.url)
            assert browser.count(ANSWERS) == 0, browser.url
        complaints = browser.complaints()
        browser.go(BROKEN)
        browser.wait_until(browser.complaints)

    assert scripts is settings.get("javascript__enabled", True)
    assert {one["name"] for one in cookies} == {"form", "walk"}
    assert any(url.startswith(ours.address) for url in seen)
    assert complaints == []
    assert held(profile, KEPT_CANARY)
    assert len(words) > 10
    assert not held(profile, words)


def test_a_walk_in_firefox_leaves_no_answer_behind(tmp_path, ours, neutral):
    """P23: nor on the screen when one goes back, nor in the profile."""
    walk_and_leave(tmp_path / "profile", ours, neutral)


def test_the_walk_can_be_finished_and_left_without_scripts_and_pictures(tmp_path, ours, neutral):
    """P58: as Tor Browser has it on its safest level; going back shows no answer there either."""
    walk_and_leave(tmp_path / "profile", ours, neutral, javascript__enabled=False, permissions__default__image=2)


def test_firefox_never_restores_a_page_of_answers_from_memory(tmp_path, ours, neutral):
    """P24: what was put on the page by hand is gone when one comes back, and is there on a page that may be kept."""
    found = {}
    with firefox(tmp_path / "profile") as browser:
        begin(browser, ours.address)
        for path in ("/walk/1/", "/walk/check/", "/plan/"):
            found[path] = restores(browser, ours.address + path, f"{neutral}other")
        # a busy machine may forget a page that may be kept; then it is asked again
        may = any(restores(browser, neutral, f"{neutral}other") for _ in range(5))

    assert may, "going back can bring a page from memory"
    assert found == {"/walk/1/": False, "/walk/check/": False, "/plan/": False}


def restores(browser, url: str, elsewhere: str) -> bool:
    """Whether a page that one leaves and comes back to is the very one that was left."""
    browser.go(url)
    browser.evaluate("window.mark = true")
    browser.go(elsewhere)
    browser.tell("WebDriver:Back")
    assert browser.url == url
    return browser.evaluate("return window.mark === true")
