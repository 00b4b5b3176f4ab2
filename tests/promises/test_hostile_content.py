"""A pack, or an operator's referrals, in which every text attacks: nothing of it runs or leads anywhere."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pikepdf
import pytest
from django.conf import settings

from tests.browser.conftest import browser_type_launch_args  # noqa: F401
from tests.documents.test_pdf import text_of
from tests.engine.strategies import DAY
from tests.promises import hostile
from tests.promises.addresses import addresses
from tests.promises.server import shipped
from tests.walkthrough.cast import carrying
from threatmodel.content.compile import load_pack
from threatmodel.content.examples import samples
from threatmodel.documents import packs
from threatmodel.documents.calendar import look_again_ics
from threatmodel.documents.export import plan_json
from threatmodel.documents.paper import printable
from threatmodel.documents.spreadsheet import FORMULA, plan_csv
from threatmodel.engine.answers import Answers
from threatmodel.engine.marks import Marks
from threatmodel.engine.plan import build_plan
from threatmodel.engine.snapshot import Snapshot
from threatmodel.walkthrough.walk import Walk

EVALUATED = str(7 * 191)
EXAMPLE = "notice-from-a-platform"
LINKED = {"href", "src", "action", "data", "formaction", "poster", "xlink:href"}


class Shape(HTMLParser):
    """The elements of a page with the names of their attributes, and every address in it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements, self.leads_to, self.text = [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, *(name for name, _ in attrs)))
        self.leads_to += [value or "" for name, value in attrs if name in LINKED]

    def handle_comment(self, data):
        self.elements.append(("a comment",))

    def handle_data(self, data):
        self.text += data


def inert(html: str) -> bool:
    """Whether nothing in a page came from its texts but text."""
    shape = Shape(html)
    names = {name for _, *attributes in shape.elements for name in attributes}
    schemes = {urlsplit(place.strip()).scheme for place in shape.leads_to}
    runs = any(name.startswith("on") or name == "style" for name in names)
    return not runs and schemes <= {"", "http", "https"} and EVALUATED not in html


def _but_pictures(html: str) -> list[tuple[str, ...]]:
    """The elements of a page but for its pictures, in which a title takes as many lines as it needs."""
    return Shape(re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)).elements


@pytest.fixture(scope="module")
def packs_and_samples():
    """Whether texts attack → the pack and its samples, each made once."""
    pack = load_pack(settings.PACK)
    attacks = hostile.poisoned(pack)
    return {
        False: (pack, samples(settings.PACK, pack)),
        True: (attacks, hostile.hostile_samples(settings.PACK, attacks)),
    }


@pytest.fixture
def served_by(monkeypatch, packs_and_samples):
    """Serve the pack as it is, or one in which every text attacks: `served_by(True)`."""

    def switch(attacks: bool) -> None:
        pack, made_up = packs_and_samples[attacks]
        # not through their caches: what other tests hold of the pack would be another one from then on
        monkeypatch.setattr(packs, "_compiled", lambda *_: pack)
        monkeypatch.setattr(packs, "_samples", lambda *_: {sample.id: sample for sample in made_up})

    return switch


def page(address: str):
    """The page as somebody gets it whose plan is long, and who opened an earlier one."""
    pack = packs.questionnaire()
    answers = packs.sample_plans()[EXAMPLE].answers
    then = Snapshot.take(Answers(pack), DAY)
    return carrying(Walk.resume(answers, Marks(pack).set(pack.measures[0].id, "later"), then)).get(address)


@pytest.mark.parametrize("address", [one for one in addresses() if not one.endswith(".pdf")])
def test_a_page_of_content_that_attacks_has_the_elements_of_one_that_does_not(served_by, address):
    """P38: no element, no attribute and no address more than with texts that mean well, on every page."""
    served_by(False)
    clean = page(address)
    served_by(True)
    attacked = page(address)

    assert attacked.status_code == clean.status_code
    if not clean["Content-Type"].startswith("text/html"):
        return
    html = attacked.content.decode()
    assert inert(html)
    assert _but_pictures(html) == _but_pictures(clean.content.decode())
    hosts = {urlsplit(place).hostname for place in Shape(html).leads_to}
    assert hosts <= {None, "evil.example", "www.weather.gov"}, "a link of the content leads where the content says"


def test_pages_show_the_attack_as_the_text_it_is(served_by):
    """P38: what is looked for above is really in the pages."""
    served_by(True)

    for address in ("/walk/1/", "/plan/", "/notice/", "/letters/", "/about/", "/samples/", "/plan/what-if/1/"):
        shape = Shape(page(address).content.decode())
        assert hostile.MARKUP[:40] in shape.text, address
        assert "{{7*191}}" in shape.text


def test_one_text_let_through_as_it_is_would_be_noticed():
    """P38: the search finds what it looks for."""
    assert inert("<p title='x'>plain</p><a href='https://example.org'>x</a>")
    for text in ("<p onclick=x>", "<a href=' javascript:x'>", "<p style='x'>", EVALUATED, "<img src='data:x'>"):
        assert not inert(text)
    assert Shape(hostile.MARKUP).elements != Shape("").elements


@pytest.mark.parametrize("audience", ["client", "counsel"])
def test_a_paper_of_content_that_attacks_has_the_elements_of_one_that_does_not(pack, audience):
    """P38: the HTML of both papers, in large print too."""
    answers = packs.sample_plans()[EXAMPLE].answers
    attacked = Answers(hostile.poisoned(pack), answers.bits)

    clean = printable(answers, DAY, audience, "letter", large=True, staff=True)
    ours = printable(attacked, DAY, audience, "letter", large=True, staff=True)

    assert ours.css == clean.css
    assert hostile.FORMULA in Shape(ours.html).text
    assert EVALUATED not in ours.html
    assert not re.search(r"<(?:script|img|base|link|iframe|object)\b", ours.html)
    assert _but_pictures(ours.html) == _but_pictures(clean.html)


def test_a_pdf_of_content_that_attacks_runs_nothing_and_holds_no_file(served_by):
    """P38: no script, no action but links, no attachment; links are those of the content, as web addresses."""
    served_by(True)

    pdf = page(f"/letters/{packs.questionnaire().letters[0].id}.pdf")

    with pikepdf.open(io.BytesIO(pdf.content)) as document:
        links = [note.A for each in document.pages for note in each.get("/Annots", ()) if "/A" in note]
        assert not document.attachments
        assert not {"/OpenAction", "/AA", "/AcroForm"} & set(document.Root.keys())
        assert {str(link.S) for link in links} <= {"/URI"}
        assert all(str(link.URI).startswith("https://evil.example/") for link in links)
    assert b"/JavaScript" not in pdf.content
    assert hostile.FORMULA in text_of(pdf.content)


def test_no_cell_of_a_table_begins_a_formula_and_no_row_is_added(pack):
    """P38: CSV for clinics, opened by a spreadsheet program."""
    answers = packs.sample_plans()[EXAMPLE].answers
    attacked = build_plan(Answers(hostile.poisoned(pack), answers.bits), DAY)

    rows = list(csv.reader(io.StringIO(plan_csv(attacked).decode("utf-8-sig"), newline="")))
    clean = list(csv.reader(io.StringIO(plan_csv(build_plan(answers, DAY)).decode("utf-8-sig"), newline="")))

    assert [len(row) for row in rows] == [len(row) for row in clean]
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA)]
    assert [cell for row in rows for cell in row if cell.startswith(f"'{hostile.FORMULA}")]


def test_files_for_programs_hold_the_attack_as_text_or_not_at_all(pack):
    """P38: JSON reads back as it was written, and is served as no page; the calendar takes no text of the content."""
    answers = packs.sample_plans()[EXAMPLE].answers
    plan = build_plan(Answers(hostile.poisoned(pack), answers.bits), DAY)

    read = json.loads(json.dumps(plan_json(plan), ensure_ascii=False))

    assert read["hygiene"][0]["title"].endswith(hostile.MARKUP)
    assert look_again_ics(plan.look_again.on, DAY) == look_again_ics(build_plan(answers, DAY).look_again.on, DAY)


def test_a_browser_walks_through_content_that_attacks_and_nothing_of_it_runs(browser, tmp_path):
    """P38: a whole walk in a real browser: no script runs, the policy refuses nothing, no other site is asked."""
    with shipped(tmp_path, "tests.promises.hostile_server:application") as server:
        context = browser.new_context()
        context.add_init_script(
            "addEventListener('securitypolicyviolation', (e) => console.error('refused: ' + e.violatedDirective))"
        )
        tab = context.new_page()
        complaints, hosts, dialogs = [], set(), []
        tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))

        seen = walk(tab, f"http://127.0.0.1:{server.port}")

        assert complaints == []
        assert dialogs == []
        assert hosts == {"127.0.0.1"}
        assert seen > 15
        with tab.expect_console_message(lambda message: "refused: style-src" in message.text):  # it would be heard
            tab.evaluate("document.head.append(Object.assign(document.createElement('style'), {textContent: 'p{}'}))")
        context.close()


def walk(tab, site: str) -> int:
    """Walk to a plan and over the other pages; how many pages that were full of attacks were seen."""
    seen = 0

    def looked() -> None:
        nonlocal seen
        assert tab.evaluate(f"window.{hostile.HIT}") is None
        assert tab.locator("base, img, iframe, object, svg[onload]").count() == 0
        seen += hostile.FORMULA in tab.content().replace("&#x27;", "'")

    tab.goto(site)
    tab.locator("button[value=quick]").click()
    tab.wait_for_url("**/walk/1/")
    while not tab.url.endswith("/check/"):
        looked()
        before = tab.url
        tab.locator("input[name=answer]").first.check()
        tab.get_by_role("button", name="Continue").click()
        tab.wait_for_url(lambda url, before=before: url != before)
    looked()
    for path in ("/plan/", "/plan/what-if/1/", "/letters/", "/notice/", "/about/", "/samples/", "/open/", "/privacy/"):
        tab.goto(site + path)
        looked()
    tab.goto(f"{site}/plan/")
    tab.locator(".mark button").first.click(force=True) if tab.locator(".mark button:visible").count() else None
    looked()
    return seen
