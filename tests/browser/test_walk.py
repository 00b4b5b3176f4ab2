"""The whole walk, as a person on a phone makes it."""

import re
import subprocess

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

STEP = re.compile(r"/walk/\d+/$")
PAGES = (
    "/plan/",
    "/about/",
    "/safety/",
    "/privacy/",
    "/samples/",
    "/samples/journalist/",
    "/notice/",
    "/letters/",
    "/letters/demand-copy/",
)


def begin(page: Page, site: str, depth: str = "quick") -> None:
    page.goto(site)
    page.locator(f"button[value={depth}]").click()
    page.wait_for_url(STEP)


def answer(page: Page, option: str = "unsure") -> None:
    """Choose an option and go on; returns when another page's heading stands there."""
    before = page.url
    page.locator(f"input[value='{option}']").check()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(lambda url: url != before)


def question(page: Page) -> str:
    return page.locator("input[name=question]").get_attribute("value")


def walk_through(page: Page, site: str, depth: str = "quick", **answers: str) -> None:
    begin(page, site, depth)
    for _ in range(40):
        if page.url.endswith("/check/"):
            return
        answer(page, answers.get(question(page), "unsure"))
    raise AssertionError("the walk does not end")


def fits(page: Page) -> bool:
    """Whether nothing needs sideways scrolling. The page's own scripts may be off; the test's are not."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def faults_of(page: Page) -> str:
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    return results.generate_report() if results.violations_count else ""


@pytest.mark.parametrize("depth", ["quick", "full"])
def test_a_person_walks_to_a_plan_and_takes_its_pdf_home(phone, site, depth, tmp_path):
    """P58: with scripts and without, at both depths."""
    walk_through(phone, site, depth, pending="subpoena-or-notice")
    phone.get_by_role("link", name="Show my plan").first.click()
    expect(phone.get_by_role("heading", name="Your plan", level=1)).to_be_visible()
    titles = phone.locator(".today h3").all_inner_texts()

    with phone.expect_download() as download:
        phone.get_by_role("link", name="Take it home as a PDF").click()

    assert download.value.suggested_filename == "plan.pdf"
    download.value.save_as(tmp_path / "plan.pdf")
    read = subprocess.run(["pdftotext", tmp_path / "plan.pdf", "-"], capture_output=True, text=True, check=True)  # noqa: S603, S607
    text = " ".join(read.stdout.split())
    assert 1 <= len(titles) <= 3
    assert phone.locator(".legal h2").first.inner_text().split(" ", 1)[-1] in text
    # what tells of the person stays off the paper that anyone may find
    assert phone.locator("#gate-hold .because strong").first.inner_text() not in text


@pytest.mark.parametrize("scripts", ["with scripts"], indirect=True)  # axe is a script
def test_every_page_fits_the_screen_and_passes_axe(phone, site):
    """P57: at 360 pixels, error pages included."""
    phone.expected_complaints = ("status of 4",)
    seen = []

    def look():
        seen.append(phone.url)
        assert fits(phone), phone.url
        assert faults_of(phone) == "", phone.url

    phone.goto(site)
    look()
    begin(phone, site, "full")
    while not phone.url.endswith("/check/"):
        look()
        answer(phone)
    look()
    for address in (*PAGES, "/walk/99/", "/nothing/"):
        phone.goto(site + address)
        look()
    phone.goto(f"{site}/plan/")
    for fold in phone.locator("summary").all():
        fold.evaluate("one => one.parentElement.open = true")
    look()
    phone.get_by_role("button", name="Delete my answers").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("deleted")
    look()
    phone.goto(f"{site}/plan/")
    look()
    assert len(seen) > 30


def test_the_plan_fits_every_width_and_scheme_and_passes_axe(browser, site):
    """P57: 320 pixels are what 1280 are at 400 % zoom."""
    for width in (320, 768, 1280):
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
            page = context.new_page()
            walk_through(page, site, process="us-citizen", safety="no", pending="none")
            page.goto(f"{site}/plan/")
            assert fits(page), (width, scheme)
            assert faults_of(page) == "", (width, scheme)
            context.close()


def test_going_on_swaps_the_question_and_moves_the_focus_to_its_heading(phone, site, scripts):
    begin(phone, site)
    phone.evaluate("window.same = true")

    answer(phone, "me")
    expect(phone.locator("input[value=maybe]")).to_be_visible()

    if scripts:
        expect(phone.locator("h1")).to_be_focused()
        assert phone.evaluate("window.same") is True


def test_back_and_change_keep_what_was_answered(phone, site):
    begin(phone, site)
    answer(phone, "child")
    answer(phone, "yes")
    phone.go_back()
    expect(phone.locator("input[value=yes]")).to_be_checked()

    phone.get_by_role("link", name="Back", exact=True).click()
    expect(phone.locator("input[value=child]")).to_be_checked()


def test_a_change_from_the_check_page_comes_back_to_it(phone, site):
    walk_through(phone, site)
    phone.get_by_role("link", name="Change").nth(1).click()

    answer(phone, "no")

    assert phone.url.endswith("/check/")
    expect(phone.locator("dl.answers > div").nth(1)).to_contain_text("No")


def test_choosing_nothing_is_told_and_loses_nothing(phone, site, scripts):
    phone.expected_complaints = ("422",)
    begin(phone, site)

    phone.get_by_role("button", name="Continue").click()

    problem = phone.get_by_role("alert")
    expect(problem).to_be_visible()
    if scripts:
        expect(problem).to_be_focused()
    answer(phone, "me")
    assert phone.url.endswith("/walk/2/")


def test_two_answers_that_cannot_go_together_are_told_and_stay_chosen(phone, site):
    phone.expected_complaints = ("422",)
    begin(phone, site)
    answer(phone)
    answer(phone)

    phone.locator("input[value=none]").check()
    phone.locator("input[value=criminal-case]").check()
    phone.get_by_role("button", name="Continue").click()

    expect(phone.get_by_role("alert")).to_be_visible()
    expect(phone.locator("input[value=none]")).to_be_checked()
    expect(phone.locator("input[value=criminal-case]")).to_be_checked()


def test_the_keyboard_alone_is_enough(phone, site, scripts):
    """P57"""
    phone.goto(site)
    phone.keyboard.press("Tab")
    expect(phone.locator(".skip")).to_be_focused()
    phone.locator("button[value=quick]").focus()
    phone.keyboard.press("Enter")
    phone.wait_for_url(STEP)
    phone.locator("input[name=answer]").first.focus()
    phone.keyboard.press("Space")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/walk/2/")
    assert question(phone) == "safety"


def test_the_way_out_is_on_every_page_and_forgets(phone, site):
    """P25"""
    phone.expected_complaints = ("404", "409")  # the page we land on has no icon; the walk is gone
    begin(phone, site)
    answer(phone, "me")
    names = {cookie["name"] for cookie in phone.context.cookies()}

    phone.get_by_role("link", name="Leave this page").click()
    phone.wait_for_url("**/healthz")

    assert "walk" in names
    assert phone.context.cookies() == []
    phone.goto(f"{site}/walk/1/")
    assert phone.locator("input").count() == 0


def test_targets_are_large_enough_for_a_thumb(phone, site):
    begin(phone, site)

    boxes = [one.bounding_box() for one in phone.locator("button, .option, .leave, .back").all() if one.is_visible()]

    assert boxes
    assert min(box["height"] for box in boxes) >= 44
