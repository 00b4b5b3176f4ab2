"""From the plan to another answer and back, as a person on a phone goes; and the files the plan's page offers."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_walk import faults_of, fits, walk_through


def attempt(page: Page, site: str, question: str, option: str) -> None:
    """Choose another option than "none" for a question of the list, and look at what that would change."""
    page.goto(f"{site}/plan/what-if/")
    page.locator("dl.answers > div", has_text=question).get_by_role("link").click()
    page.locator("input[value=none]").uncheck()
    page.locator(f"input[value={option}]").check()
    page.get_by_role("button", name="Show what would change").click()
    expect(page.locator("#changes")).to_be_in_viewport()


def test_an_answer_is_tried_then_kept_and_found_in_the_plan(phone, site, pack):
    pending = pack.question["pending"]
    none, paper = (next(o.label for o in pending.options if o.id == id_) for id_ in ("none", "subpoena-or-notice"))
    walk_through(phone, site, pending="none", process="us-citizen", safety="no")
    phone.goto(f"{site}/plan/")
    phone.get_by_role("link", name="What if an answer were different?").click()
    phone.wait_for_url("**/plan/what-if/")

    attempt(phone, site, pending.ask, "subpoena-or-notice")
    changed = phone.locator(".difference [data-item]").count()
    phone.goto(f"{site}/walk/check/")
    answer = phone.locator("dl.answers > div", has_text=pending.ask).locator("dd").first
    expect(answer).to_have_text(none)

    attempt(phone, site, pending.ask, "subpoena-or-notice")
    title = phone.locator(".difference [data-item] > strong").first.inner_text()
    phone.get_by_role("button", name="Keep this answer").click()
    phone.wait_for_url("**/plan/")
    expect(phone.locator("main")).to_contain_text(title)
    phone.goto(f"{site}/walk/check/")
    expect(answer).to_have_text(paper)
    assert changed > 0


@pytest.mark.parametrize("scripts", ["with scripts"], indirect=True)  # axe is a script
def test_the_pages_fit_the_screen_and_pass_axe(phone, site):
    phone.expected_complaints = ("422",)
    walk_through(phone, site, pending="none", process="us-citizen", safety="no")

    def look():
        assert fits(phone), phone.url
        assert faults_of(phone) == "", phone.url

    phone.goto(f"{site}/plan/what-if/")
    look()
    phone.locator("a[href='/plan/what-if/3/']").click()
    look()
    phone.get_by_role("button", name="Show what would change").click()
    look()
    for box in phone.locator("input[type=checkbox]").all():
        box.check()
    phone.get_by_role("button", name="Show what would change").click()
    expect(phone.get_by_role("alert")).to_be_visible()
    look()
    for box in phone.locator("input[type=checkbox]").all()[1:]:
        box.uncheck()
    phone.get_by_role("button", name="Show what would change").click()
    phone.locator(".difference [data-item]").first.wait_for()
    for fold in phone.locator("summary").all():
        fold.evaluate("one => one.parentElement.open = true")
    look()


@pytest.mark.parametrize("scripts", ["without scripts"], indirect=True)
def test_the_plan_is_taken_along_as_files(phone, site, tmp_path):
    walk_through(phone, site)
    phone.goto(f"{site}/plan/")
    names = {"JSON": "plan.json", "CSV": "plan.csv", "calendar": "calendar.ics"}

    for link, name in names.items():
        with phone.expect_download() as download:
            phone.get_by_role("link", name=link).click()
        assert download.value.suggested_filename == name
