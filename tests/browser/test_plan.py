"""Working with a plan over days, as a person on a phone does: note, keep, come back, compare."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_walk import faults_of, fits
from threatmodel.documents.record import Record
from threatmodel.engine.answers import Answers
from threatmodel.engine.marks import Marks
from threatmodel.sealing.passphrase import seal_with
from threatmodel.walkthrough.access import today

PASSPHRASE = "correct horse battery"
ANSWERS = {"devices": "iphone", "pending": "subpoena-or-notice", "process": "us-citizen", "safety": "no"}


@pytest.fixture(scope="session")
def kept(pack) -> str:
    """A plan that was kept earlier, as the text of its file."""
    return seal_with(PASSPHRASE, Record.keep(Answers.of(pack, ANSWERS), Marks(pack), today()).pack())


def open_kept(page: Page, site: str, text: str) -> None:
    page.goto(f"{site}/open/")
    page.get_by_label("Or the text from your paper").fill(text)
    page.get_by_label("Your passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Open it").click()
    page.wait_for_url(f"{site}/plan/changes/")


def test_what_is_done_is_noted_counted_and_undone(phone, site, kept, scripts):
    open_kept(phone, site, kept)
    phone.goto(f"{site}/plan/")
    phone.evaluate("window.same = true")
    item = phone.locator(".today .item").first
    name = item.get_attribute("id")

    item.get_by_role("button", name="Done").click()
    expect(phone.locator(f"#{name} .marked-done")).to_be_visible()
    expect(phone.locator("#progress-hygiene")).to_contain_text("1 of")

    phone.locator(f"#{name}").get_by_role("button", name="Undo this note").click()
    expect(phone.locator(f"#{name} .marked")).to_have_count(0)
    expect(phone.locator("#progress-hygiene")).to_contain_text("0 of")
    assert bool(phone.evaluate("window.same")) == scripts
    if scripts:
        assert phone.evaluate("document.activeElement.closest('.item')?.id") == name


def test_what_is_not_for_somebody_is_noted_with_its_reason(phone, site, kept):
    open_kept(phone, site, kept)
    phone.goto(f"{site}/plan/")
    name = phone.locator(".today .item").last.get_attribute("id")

    phone.locator(f"#{name}").get_by_role("button", name="Not for me").click()
    phone.get_by_role("button", name="It could put me at risk").click()

    expect(phone.locator(f"#{name} .marked-risky")).to_be_visible()
    phone.reload()
    expect(phone.locator(f"#{name} .marked-risky")).to_be_visible()


def test_a_plan_is_kept_forgotten_and_opened_again_with_its_notes(phone, site, kept, tmp_path):
    open_kept(phone, site, kept)
    phone.goto(f"{site}/plan/")
    name = phone.locator(".today .item").first.get_attribute("id")
    phone.locator(f"#{name}").get_by_role("button", name="Later").click()
    expect(phone.locator(f"#{name} .marked-later")).to_be_visible()
    phone.get_by_role("link", name="Keep it under a passphrase").click()
    phone.get_by_label("A passphrase", exact=True).fill(PASSPHRASE)
    phone.get_by_label("The same once more").fill(PASSPHRASE)
    with phone.expect_download() as download:
        phone.get_by_role("button", name="Save it as a file").click()
    download.value.save_as(tmp_path / "kept.txt")
    phone.goto(f"{site}/plan/")
    phone.get_by_role("button", name="Delete my answers").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("deleted")

    phone.goto(f"{site}/open/")
    phone.get_by_label("The file you saved").set_input_files(tmp_path / "kept.txt")
    phone.get_by_label("Your passphrase").fill(PASSPHRASE)
    phone.get_by_role("button", name="Open it").click()
    phone.get_by_role("link", name="Go to my plan").click()

    expect(phone.locator(f"#{name} .marked-later")).to_be_visible()


def test_a_changed_answer_shows_as_a_difference_with_its_cause(phone, site, kept):
    open_kept(phone, site, kept)
    expect(phone.locator(".change")).to_have_count(0)
    phone.goto(f"{site}/walk/check/")
    phone.locator("main a[href^='/walk/']").first.click()
    while phone.locator("input[name=question]").get_attribute("value") != "devices":
        number = int(phone.url.rstrip("/").split("/")[-1])
        phone.goto(f"{site}/walk/{number + 1}/")
    phone.locator("input[value=iphone]").uncheck()
    phone.locator("input[value=android]").check()
    before = phone.url
    phone.get_by_role("button", name="Continue").click()
    phone.wait_for_url(lambda url: url != before)  # until then the answer may still be on its way

    phone.goto(f"{site}/plan/changes/")

    expect(phone.locator("#by-answers")).to_be_visible()
    expect(phone.locator("#by-advice")).to_have_count(0)


@pytest.mark.parametrize("scripts", ["with scripts"], indirect=True)  # axe is a script
def test_the_pages_around_a_plan_fit_the_screen_and_pass_axe(phone, site, kept):
    phone.expected_complaints = ("status of 4",)

    def look():
        assert fits(phone), phone.url
        assert faults_of(phone) == "", phone.url

    phone.goto(f"{site}/open/")
    look()
    phone.get_by_label("Or the text from your paper").fill(kept)
    phone.get_by_label("Your passphrase").fill("something else")
    phone.get_by_role("button", name="Open it").click()
    expect(phone.get_by_role("alert")).to_be_visible()
    look()
    phone.get_by_label("Your passphrase").fill(PASSPHRASE)
    phone.get_by_role("button", name="Open it").click()
    phone.wait_for_url(f"{site}/plan/changes/")
    look()
    phone.goto(f"{site}/plan/")
    phone.locator(".today .item").first.get_by_role("button", name="Not for me").click()
    expect(phone.get_by_role("button", name="Another reason")).to_be_visible()
    look()
    phone.goto(f"{site}/keep/")
    look()
    phone.get_by_label("A passphrase", exact=True).fill(PASSPHRASE)
    phone.get_by_label("The same once more").fill(PASSPHRASE)
    phone.get_by_role("button", name="Show it as a code to print").click()
    expect(phone.locator("svg.qr")).to_be_visible()
    look()
