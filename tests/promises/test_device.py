"""What a walk leaves on the device: a whole profile of Chromium is searched, file by file."""

import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.browser.conftest import browser_type_launch_args  # noqa: F401
from tests.browser.test_walk import answer, begin, question
from tests.promises.person import NEUTRAL_TITLE
from tests.promises.stage import KEPT_CANARY
from threatmodel.engine.answers import Answers
from threatmodel.engine.flow import path

GIVEN = {"who": "me", "safety": "yes", "pending": "subpoena-or-notice"}
NEUTRAL_PATHS = re.compile(r"/(walk/(\d+/|check/)?|plan/|keep/|leave/)?")
PASSPHRASE = "tamarind-lantern-obelisk"  # a person types it; it must stay nowhere


@pytest.fixture
def profile(browser_type, browser_type_launch_args, tmp_path):  # noqa: F811
    """Opens the one profile as often as it is asked to; each time is a run of the browser from start to end."""

    def open_it():
        # The switches that playwright adds to keep a profile clean or apart from a real one are left out.
        clean = ["--disable-back-forward-cache", "--disable-features", "--enable-automation"]
        return browser_type.launch_persistent_context(tmp_path / "profile", ignore_default_args=clean, **launch)

    launch = browser_type_launch_args
    open_it.directory = tmp_path / "profile"
    return open_it


def walk_and_keep(page, address: str) -> None:
    """A whole walk with known answers, to the plan, and a passphrase typed."""
    begin(page, address)
    while not page.url.endswith("/check/"):
        answer(page, GIVEN.get(question(page), "unsure"))
    page.goto(f"{address}/plan/")
    page.goto(f"{address}/keep/")
    page.locator("#passphrase").fill(PASSPHRASE)
    page.locator("#again").fill(PASSPHRASE)


def files_with(directory: Path, *texts: str) -> dict[str, list[str]]:
    """Which files hold which of these texts, as the browser may write them: in UTF-8 or UTF-16."""
    found: dict[str, list[str]] = {}
    for file in directory.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for text in texts:
                if text.encode() in content or text.encode("utf-16-le") in content:
                    found.setdefault(text, []).append(str(file.relative_to(directory)))
    return found


def rows(directory: Path, database: str, query: str) -> list[tuple]:
    copy = shutil.copy(directory / "Default" / database, directory.parent / "copy")
    connection = sqlite3.connect(copy)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def texts_of(pack) -> list[str]:
    """All that would tell of the answers: questions asked, options and what the plan says to do."""
    answers = Answers.of(pack, {question: [option] for question, option in GIVEN.items()})
    asked = path(answers, "quick")
    titles = [measure.title for measure in pack.measures] + [safeguard.title for safeguard in pack.safeguards]
    return [
        *(one.ask for one in asked),
        *(f"value={option.id}" for one in asked for option in one.options),
        *(f"answer={option}" for option in GIVEN.values()),
        *(option.label for one in asked for option in one.options if len(option.label) > 20),
        *titles,
        PASSPHRASE,
    ]


def history(directory: Path, address: str) -> list[tuple[str, str]]:
    seen = rows(directory, "History", "SELECT url, title FROM urls")
    return [(url.removeprefix(address), title) for url, title in seen if url.startswith(address)]


def cookie_rows(directory: Path) -> list[tuple]:
    where = "Cookies" if (directory / "Default" / "Cookies").exists() else "Network/Cookies"
    return rows(directory, where, "SELECT host_key, name FROM cookies")


def cookie_bytes(directory: Path) -> int:
    """How often the file of cookies holds the beginning of a row of ours, deleted ones among them."""
    files = [file for file in directory.rglob("Cookies*") if file.is_file()]
    return sum(file.read_bytes().count(b"127.0.0.1walk") for file in files)


def test_after_a_walk_and_leaving_the_profile_holds_neutral_addresses_and_nothing_else(profile, ours, neutral, pack):
    """P21: no text of the walk, no cookie, not even its deleted row; titles that say no more than addresses."""
    context = profile()
    page = context.new_page()
    walk_and_keep(page, ours.address)
    page.locator(".leave").click()
    page.wait_for_url(neutral)
    page.wait_for_timeout(1000)
    context.close()

    directory = profile.directory
    found = files_with(directory, *texts_of(pack), KEPT_CANARY)
    assert found.pop(KEPT_CANARY), "the search finds a page that may be kept"
    assert found == {}
    assert cookie_rows(directory) == []
    assert cookie_bytes(directory) == 0
    urls = history(directory, ours.address)
    assert urls
    assert [url for url, _ in urls if not NEUTRAL_PATHS.fullmatch(url)] == []
    titles = {title for _, title in urls} - {"", "Weather"}  # the page we lead to takes the place of ours
    assert [title for title in titles if not NEUTRAL_TITLE.fullmatch(title)] == []


def test_after_a_walk_without_leaving_the_profile_tells_no_answer(profile, ours, neutral, pack):
    """P22: there is an opaque cookie and the history's addresses; the next start shows no answer once it has ended."""
    context = profile()
    page = context.new_page()
    walk_and_keep(page, ours.address)
    page.goto(neutral)
    sealed = next(one["value"] for one in context.cookies() if one["name"] == "walk")
    page.wait_for_timeout(1000)
    context.close()

    directory = profile.directory
    found = files_with(directory, *texts_of(pack), KEPT_CANARY)
    assert found.pop(KEPT_CANARY), "the search finds a page that may be kept"
    assert found == {}
    assert {name for _, name in cookie_rows(directory)} == {"walk", "form"}
    assert cookie_bytes(directory) >= 1
    assert len(sealed) == 644
    titles = {title for _, title in history(directory, ours.address)} - {""}
    assert [title for title in titles if not NEUTRAL_TITLE.fullmatch(title)] == []


def test_a_walk_uses_none_of_the_browsers_stores(browser, ours):
    """P29: no service worker, local or session storage, database or cache; a cookie of a session alone."""
    context = browser.new_context()
    page = context.new_page()
    walk_and_keep(page, ours.address)
    page.goto(f"{ours.address}/plan/")

    left = page.evaluate("""async () => ({
        workers: (await navigator.serviceWorker.getRegistrations()).length,
        local: localStorage.length,
        session: sessionStorage.length,
        databases: (await indexedDB.databases()).length,
        caches: (await caches.keys()).length,
    })""")
    usage = context.new_cdp_session(page).send("Storage.getUsageAndQuota", {"origin": ours.address})

    assert left == dict.fromkeys(left, 0)
    assert [one for one in usage["usageBreakdown"] if one["usage"]] == []
    assert {one["name"]: one["expires"] for one in context.cookies()} == {"walk": -1, "form": -1}
    context.close()


PAGES = ("/", "/walk/1/", "/walk/2/", "/walk/check/", "/plan/", "/plan/what-if/1/", "/keep/", "/open/", "/safety/")
PAGES += ("/privacy/", "/notice/", "/letters/", "/letters/demand-copy/")


def test_forms_ask_the_browser_to_remember_and_check_nothing(browser, ours):
    """P28: whatever can be filled in or chosen stands in a form that is not kept; no text is spell-checked."""
    context = browser.new_context()
    page = context.new_page()
    begin(page, ours.address)
    answer(page, "me")
    free = 0
    for url in PAGES:
        page.goto(ours.address + url)
        assert page.locator("datalist, [inputmode], [list], [name=email], [type=email], [type=tel]").count() == 0, url
        fields = page.locator("input:not([type=hidden]), textarea, select")
        for field in fields.all():
            assert field.evaluate("one => one.form.autocomplete") == "off", url
        typed = page.locator("input[type=text], input[type=password], input:not([type]), textarea")
        free += typed.count()
        for field in typed.all():
            assert field.evaluate("one => [one.autocomplete, one.getAttribute('spellcheck')]") == ["off", "false"], url
    assert free >= 4
    context.close()
