"""Who can use the staff's pages: by axe, on narrow and wide screens, in both languages, by keyboard alone."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import test_access
from tests.browser.test_access import SMALL
from tests.browser.test_walk import faults_of, fits
from tests.promises.clinic_site import clinic_site

OF_A_MATTER = ("", "section/1/", "question/2/", "plan/", "plan/1/", "plan/sources/", "paper/", "changes/")
OF_A_REVIEW = ("review/",)
OF_THE_CLINIC = ("", "due/", "matters/new/", "hand-off/", "account/", "account/second/")
OF_A_SUPERVISOR = ("keeping/", "settings/", "keys/", "audit/", "counts/", "staff/", "staff/invite/")
# Tables of matters scroll within themselves on a narrow screen, by keyboard too.
CUT_OFF = test_access.CUT_OFF.replace('"svg, ', '".scrolls, svg, ')
MINUTE = 60 * 1000  # milliseconds
LOOKS = [("en", 360, "light"), ("es", 1280, "dark")]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    """A clinic with its staff signed in, served."""
    site = clinic_site(tmp_path_factory.mktemp("clinic"), "sqlite")
    with site.served() as server:
        yield site, f"http://127.0.0.1:{server.port}"


def seat(browser: Browser, clinic, who: str, lang: str = "en", width: int = 360, **more: object) -> BrowserContext:
    site, address = clinic
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 740}, **more)
    cookies = {"staff": site.sessions[who], "language": lang}
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    return context


@pytest.fixture(scope="module")
def matter(browser, clinic) -> str:
    """A matter of Vera's with answers, a note and a review asked for: where its pages begin."""
    page = seat(browser, clinic, "Vera", width=1280).new_page()
    page.goto("/clinic/matters/new/")
    page.locator("#depth-quick").check()
    page.locator("main form button").first.click()
    begins = re.search(r"/clinic/matters/[^/]+/", page.url)[0]
    for option in page.locator("#questions .option input").all()[:3]:
        option.check()
    page.locator("#questions > button").click()
    page.goto(begins)
    page.locator("#note").fill("bring the interpreter")
    page.locator(f"form[action='{begins}note/'] button").click()
    page.goto(f"{begins}plan/")
    page.locator(f"form[action='{begins}review/ask/'] button").click()
    page.context.close()
    return begins


def pages(matter: str) -> list[tuple[str, str]]:
    """Every page with somebody who may see it."""
    found = [("Vera", f"{matter}{path}") for path in OF_A_MATTER]
    found += [("Leo", f"{matter}{path}") for path in OF_A_REVIEW] + [("Leo", "/clinic/review/")]
    found += [("Vera", f"/clinic/{path}") for path in OF_THE_CLINIC]
    return found + [("Sol", f"/clinic/{path}") for path in OF_A_SUPERVISOR]


@pytest.mark.parametrize(("lang", "width", "scheme"), LOOKS)
def test_every_staff_page_passes_axe_fits_and_has_targets_for_a_thumb(browser, clinic, matter, lang, width, scheme):
    """P57: also for who is not signed in, and on pages that say what went wrong."""
    wrong = {}
    seats = {
        who: seat(browser, clinic, who, lang, width, color_scheme=scheme).new_page() for who in ("Vera", "Leo", "Sol")
    }
    nobody = browser.new_context(
        base_url=clinic[1], viewport={"width": width, "height": 740}, color_scheme=scheme
    ).new_page()
    shown = [(seats[who], path) for who, path in pages(matter)]
    shown += [(nobody, f"/clinic/{path}") for path in ("sign-in/", "sign-in/passkey/", "join/")]
    shown += [(seats["Vera"], "/clinic/keeping/"), (seats["Vera"], f"{matter[:-4]}0000/")]
    for page, path in shown:
        page.goto(path)
        assert page.locator("html").get_attribute("lang") in (lang, "en")
        found = [faults_of(page), "" if fits(page) else "does not fit", *page.evaluate(CUT_OFF), *page.evaluate(SMALL)]
        if any(found):
            wrong[path] = [fault for fault in found if fault]
    for page in (*seats.values(), nobody):
        page.context.close()
    assert not wrong, "\n".join(f"{path}: {fault[:400]}" for path, faults in wrong.items() for fault in faults)


def test_a_section_is_answered_by_keyboard_alone(browser, clinic, matter):
    """P57: the keyboard begins at the first answer, and Enter saves."""
    page = seat(browser, clinic, "Vera", width=1280).new_page()
    page.goto(f"{matter}section/2/")
    first = page.locator("#questions .option input").first
    expect(first).to_be_focused()

    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(f"{matter}section/2/")
    expect(page.locator("#questions .option input").first).to_be_checked()
    page.context.close()


def test_a_page_warns_before_it_closes_and_work_on_it_puts_that_off(browser, clinic, matter):
    """P58: WCAG 2.2.1. A section takes longer than a session may be idle; after that, nothing stays on the screen."""
    page: Page = seat(browser, clinic, "Vera").new_page()
    page.clock.install()
    page.goto(f"{matter}section/1/")
    ending, keep_open = page.locator(".ending[role=status]"), page.get_by_role("button", name="Keep it open")

    for _ in range(2):
        page.clock.fast_forward(8 * MINUTE)
        expect(ending).to_be_empty()
        with page.expect_response("**/clinic/stay/") as answered:
            page.locator("#questions .option input:not(:checked)").last.click()
        assert answered.value.status == 204
    page.clock.fast_forward(10 * MINUTE)
    expect(keep_open).to_be_visible()
    assert fits(page)
    keep_open.click()
    expect(ending).to_be_empty()

    page.clock.fast_forward(16 * MINUTE)

    expect(page).to_have_url(re.compile("/clinic/account/|/clinic/sign-in/"))
    page.context.close()


def test_the_clients_own_pages_pass_axe_in_their_language_and_lead_nowhere_else(browser, clinic, matter):
    """P57, P36: what a client holds is in their language and has no link to staff's pages."""
    page: Page = seat(browser, clinic, "Vera").new_page()
    page.goto(matter)
    page.locator(".tongue select").select_option("es")
    page.locator(".tongue button").click()
    page.goto(matter)
    page.locator(f"form[action='{matter}hand-over/'] button").click()
    for path in (f"{matter}client/1/", f"{matter}client/plan/", f"{matter}hand-back/"):
        page.goto(path)
        assert faults_of(page) == ""
        links = {a.get_attribute("href") for a in page.locator("main a, nav a").all()}
        assert {link for link in links if link and "/clinic/" in link and not link.startswith(matter)} == set()
    page.goto(f"{matter}client/1/")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.goto("/clinic/")
    expect(page).to_have_url(re.compile("hand-back"))
    page.context.close()


def test_handing_the_device_over_leaves_no_matter_in_another_tab(browser, clinic):
    """P36: and the client's own page stays."""
    context = seat(browser, clinic, "Val")
    other, page = context.new_page(), context.new_page()
    other.goto("/clinic/")
    page.goto("/clinic/matters/new/")
    page.locator("main form button").first.click()
    page.goto(re.search(r"/clinic/matters/[^/]+/", page.url)[0])

    page.locator("form[action$='/hand-over/'] button").click()

    expect(other.locator("body")).to_be_empty()
    other.evaluate("dispatchEvent(new Event('focus'))")
    expect(other).to_have_url(re.compile("hand-back"))
    expect(page).to_have_url(re.compile("client/1/"))
    context.close()
