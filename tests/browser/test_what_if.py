"""From the plan to another answer and back, as a person on a phone goes; and the files the plan's page offers."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_walk import faults_of, fits, walk_through


def test_an_answer_is_tried_then_kept_and_found_in_the_plan(phone, site):
    walk_through(phone, site, pending="none", process="us-citizen", safety="no")
    phone.goto(f"{site}/plan/")
    phone.get_by_role("link", name="What if an answer were different?").click()
    row = phone.locator("dl.answers > div").filter(has=phone.locator("dd", has_text="None")).first
    asked = row.locator("dt").inner_text()
    row.get_by_role("link").click()
    expect(phone.locator("legend")).to_have_text(asked)

    phone.locator("input[value=none]").uncheck()
    phone.locator("input[value=subpoena-or-notice]").check()
    phone.get_by_role("button", name="Show what would change").click()

    assert re.search(r"/plan/what-if/\d+/#changes$", phone.url)
    expect(phone.locator("#changes")).to_be_in_viewport()
    assert phone.locator(".difference [data-item]").count() > 0
    assert fits(phone)
    phone.goto(f"{site}/walk/check/")
    expect(phone.locator("dl.answers > div").filter(has_text=asked)).to_contain_text("None")

    phone.go_back()
    phone.locator("input[value=subpoena-or-notice]").check()
    if phone.locator("input[value=none]").is_checked():
        phone.locator("input[value=none]").uncheck()
    phone.get_by_role("button", name="Show what would change").click()
    phone.get_by_role("button", name="Keep this answer").click()
    phone.wait_for_url("**/plan/")
    phone.goto(f"{site}/walk/check/")
    expect(phone.locator("dl.answers > div").filter(has_text=asked)).not_to_contain_text("None")


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
