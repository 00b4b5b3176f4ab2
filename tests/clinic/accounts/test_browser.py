"""Joining, enrolling and signing in in a real browser, with a passkey that Chromium plays and with an app's codes."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import browser_type_launch_args, serve  # noqa: F401  a fixture
from tests.clinic.accounts.sign_in import app_code

PASSWORD = "otters at low tide"
PASSKEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(params=["sqlite"])
def vendor(request):
    """One kind of database: what differs between the two is tested without a browser."""
    return request.param


@pytest.fixture
def site(processes, tmp_path):
    """A server of the clinic. Browsers give passkeys to localhost, and not to its number."""
    with serve(tmp_path / "keys", **processes.environment) as address:
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture
def screen(browser, site):
    """A page that fails the test on any complaint in its console and any foreign request."""
    context = browser.new_context(base_url=site)
    page = context.new_page()
    complaints, hosts = [], set()
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2].split(":")[0]))
    yield page
    context.close()
    assert complaints == []
    assert hosts == {"localhost"}


def join(page: Page, code: str) -> None:
    page.goto("/clinic/sign-in/")
    page.locator("a[href='/clinic/join/']").click()
    page.locator("#code").fill(code)
    page.locator("main form button").click()
    page.locator("#password").fill(PASSWORD)
    page.locator("#again").fill(PASSWORD)
    page.locator("main form button").click()


def sign_out(page: Page) -> None:
    page.locator("form[action='/clinic/sign-out/'] button").click()
    page.wait_for_url("**/clinic/sign-in/")


def test_somebody_joins_makes_a_passkey_and_signs_in_with_it_alone(screen, processes):
    """P43: by way of the code, the password and the enrolment page, and by no other."""
    cdp = screen.context.new_cdp_session(screen)
    cdp.send("WebAuthn.enable")
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEY})

    join(screen, processes.invitation)
    screen.wait_for_url("**/clinic/account/second/")
    screen.locator("a[href='/clinic/account/passkey/']").click()
    screen.locator("form.passkey button").click()
    screen.wait_for_url("**/clinic/account/codes/")
    screen.locator("main form button").click()
    expect(screen.locator("main li code")).to_have_count(10)
    sign_out(screen)

    screen.locator("a[href='/clinic/sign-in/passkey/']").click()
    screen.locator("form.passkey button").click()
    screen.wait_for_url(lambda url: "/sign-in/" not in url)
    screen.goto("/clinic/account/")
    expect(screen.locator("main li form")).to_have_count(0)
    sign_out(screen)

    screen.locator("#name").fill("sol")
    screen.locator("#password").fill(PASSWORD)
    screen.locator("main form button").click()
    screen.locator("form.passkey button").click()
    screen.wait_for_url(lambda url: "/sign-in/" not in url)


def test_somebody_joins_adds_an_app_and_signs_in_with_its_code(screen, processes):
    """P43, P45: the seed is on the page where it is added, and on no other."""
    join(screen, processes.invitation)
    screen.locator("a[href='/clinic/account/app/']").click()
    expect(screen.locator("main img")).to_have_js_property("complete", True)
    assert screen.locator("main img").evaluate("(image) => image.naturalWidth") > 100
    seed = screen.locator("main p code").inner_text().replace(" ", "")
    screen.locator("#code").fill(app_code(0, seed))
    screen.locator("main form button").click()
    screen.wait_for_url("**/clinic/account/codes/")
    assert seed not in screen.content().replace(" ", "")
    sign_out(screen)

    screen.locator("#name").fill("Sol")
    screen.locator("#password").fill(PASSWORD)
    screen.locator("main form button").click()
    screen.wait_for_url("**/clinic/sign-in/second/")
    screen.locator("#code").fill(app_code(1, seed))
    screen.locator("main form button").click()
    screen.wait_for_url(lambda url: "/sign-in/" not in url)
