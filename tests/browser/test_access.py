"""Who can use it: by axe, by keyboard, by what a screen reader is told, on narrow screens and in other colours."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import serve
from tests.browser.test_plan import open_kept
from tests.browser.test_walk import answer, begin, faults_of, fits, question, walk_through
from threatmodel.documents.record import Record
from threatmodel.engine.answers import Answers
from threatmodel.engine.marks import Marks
from threatmodel.sealing.passphrase import seal_with
from threatmodel.walkthrough.access import today

LANGUAGES = ("en", "es", "ar")
EVERYTHING = ",".join(("en", "es", "en-simple", "es-simple", "ht", "pt-br", "zh-hans", "vi", "ar"))
PAGES = (
    *("/", "/safety/", "/privacy/", "/about/", "/accessibility/", "/notice/", "/letters/", "/letters/own-file/"),
    *("/samples/", "/open/", "/walk/1/", "/walk/4/", "/walk/check/", "/plan/", "/plan/1/", "/plan/60/"),
    *(
        "/plan/help/",
        "/plan/sources/",
        "/plan/questions/",
        "/plan/table/",
        "/plan/left-out/",
        "/plan/what-if/",
        "/plan/what-if/3/",
    ),
    *("/keep/", "/nothing/"),
)
# What WCAG 1.4.12 says a reader may set, and nothing may be lost.
SPACING = (
    "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
    "p{margin-bottom:2em!important}"
)
# Every element that is cut off, or lies over the edge of the screen.
CUT_OFF = """() => [...document.querySelectorAll("main *, header *, footer *")].filter((one) => {
  if (!one.checkVisibility() || one.closest("svg, .unseen, .skip, .leave-says")) return false;
  const box = one.getBoundingClientRect();
  const hidden = getComputedStyle(one).overflow !== "visible" && one.scrollWidth > one.clientWidth + 1;
  return hidden || (box.width && (box.right > innerWidth + 1 || box.left < -1));
}).map((one) => one.outerHTML.slice(0, 120))"""
# What can be pressed and is smaller than a thumb; links within a sentence may be.
SMALL = """() => [...document.querySelectorAll("a, button, summary, input, textarea, .option")].filter((one) => {
  if (!one.checkVisibility() || one.matches(".skip, .option input")) return false;
  const box = one.getBoundingClientRect();
  const text = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();
  const within = one.matches("a") && [...one.parentElement.childNodes].some(text);
  return box.height < 44 && !within && !one.closest(".sources, .cite, .because, td, li > a, .error-summary");
}).map((one) => `${Math.round(one.getBoundingClientRect().height)} ${one.outerHTML.slice(0, 120)}`)"""


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory):
    """A server that speaks every language."""
    with serve(tmp_path_factory.mktemp("keys"), THREATMODEL_LANGUAGES=EVERYTHING) as address:
        yield address


@pytest.fixture(scope="module")
def kept(pack) -> str:
    answers = {"devices": "iphone", "pending": "subpoena-or-notice", "process": "application-pending", "safety": "no"}
    return seal_with("correct horse battery", Record.keep(Answers.of(pack, answers), Marks(pack), today()).pack())


def opened(browser: Browser, site: str, kept: str, lang: str, width: int = 360, **more) -> Page:
    """A page of somebody with a plan, in a language."""
    page = browser.new_context(viewport={"width": width, "height": 740}, **more).new_page()
    open_kept(page, site, kept)
    page.goto(site)
    if lang != "en":
        page.locator(f".language button[value='{lang}']").click()
        page.wait_for_load_state()
    return page


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("look", ["narrow", "wide and dark", "forced colors"])
def test_every_page_in_every_look_passes_axe_and_fits(browser, everywhere, kept, lang, look):
    """P57: in a left-to-right, a long-worded and a right-to-left language; 320 pixels are what 1280 are at 400 %."""
    settings = {
        "narrow": {"width": 320},
        "wide and dark": {"width": 1280, "color_scheme": "dark", "reduced_motion": "reduce"},
        "forced colors": {"width": 768, "forced_colors": "active"},
    }[look]
    page = opened(browser, everywhere, kept, lang, **settings)

    for address in PAGES:
        page.goto(everywhere + address)
        assert page.locator("html").get_attribute("lang") == lang, address
        assert fits(page), address
        assert page.evaluate(CUT_OFF) == [], address
        assert faults_of(page) == "", address
    page.context.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_lost_with_wide_spacing(browser, everywhere, kept, lang):
    """WCAG 1.4.12"""
    page = opened(browser, everywhere, kept, lang, bypass_csp=True)

    for address in PAGES:
        page.goto(everywhere + address)
        page.add_style_tag(content=SPACING)
        assert fits(page), address
        assert page.evaluate(CUT_OFF) == [], address
    page.context.close()


def test_whatever_can_be_pressed_is_large_enough_for_a_thumb(browser, everywhere, kept):
    """44 pixels high, but for links within sentences and lists of sources."""
    page = opened(browser, everywhere, kept, "en")

    for address in PAGES:
        page.goto(everywhere + address)
        assert page.evaluate(SMALL) == [], address
    page.context.close()


def test_titles_change_with_the_page_and_say_no_more_than_the_address(browser, everywhere, kept, pack):
    page = opened(browser, everywhere, kept, "en")
    titles = {}

    for address in PAGES:
        page.goto(everywhere + address)
        titles[address] = page.title()

    told = [
        text for question in pack.questions for text in (question.ask, *(option.label for option in question.options))
    ]
    told += [item.title for item in pack.items]
    assert len(set(titles.values())) > 15
    assert titles["/walk/1/"] != titles["/walk/4/"]
    assert [title for title in titles.values() for text in told if len(text) > 12 and text in title] == []
    page.context.close()


def test_the_title_follows_when_a_script_swaps_the_question(browser, site):
    page = browser.new_context().new_page()
    begin(page, site)
    first = page.title()

    answer(page)
    expect(page.locator("h1")).to_be_focused()

    assert page.title() != first
    assert "2" in page.title()
    page.context.close()


def go_on(page: Page, option: str = "unsure") -> None:
    """Answer and go on, in any language."""
    before = page.url
    page.locator(f"input[value={option}]").check()
    page.locator("fieldset ~ button[type=submit]").click()
    page.wait_for_url(lambda url: url != before)


def told(page: Page) -> list[tuple[str, str]]:
    """What a screen reader is told, in its order: the role and name of every heading, landmark, control and text."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    nodes = {node["nodeId"]: node for node in tree}

    def walk(node):
        if not node["ignored"]:
            yield node["role"]["value"], " ".join(node.get("name", {}).get("value", "").split())
        for child in node.get("childIds", ()):
            if child in nodes:
                yield from walk(nodes[child])

    return list(walk(tree[0]))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_screen_reader_is_told_a_question_in_the_order_of_the_page(browser, everywhere, lang):
    page = browser.new_context(locale=lang).new_page()
    begin(page, everywhere)
    go_on(page)
    go_on(page)
    expect(page.locator("h1")).to_be_focused()
    ask = page.locator("h1").inner_text()
    labels = [one.inner_text() for one in page.locator(".option label").all()]

    heard = told(page)

    roles = [role for role, _ in heard]
    assert [role for role in roles if role in ("banner", "main", "contentinfo")] == ["banner", "main", "contentinfo"]
    group = next(i for i, (role, name) in enumerate(heard) if role == "group" and name == ask)
    choices = [(role, name) for role, name in heard[group:] if role in ("checkbox", "radio")]
    assert [name for _, name in choices] == labels
    assert roles.index("heading") < roles.index(choices[0][0]) < roles.index("contentinfo")
    assert not [role for role, name in heard if role in ("button", "link", "checkbox", "radio", "textbox") and not name]
    page.context.close()


def test_a_screen_reader_is_told_the_plan_in_its_order(browser, everywhere, kept):
    page = opened(browser, everywhere, kept, "en")
    page.goto(f"{everywhere}/plan/")
    wanted = [
        page.locator(f"#{id_}").inner_text().split("\n")[0]
        for id_ in ("stop-first", "picture", "hygiene", "legal", "out-of-reach", "more")
    ]

    heard = told(page)

    headings = [name for role, name in heard if role == "heading"]
    shown = [one for one in page.locator("h1, h2, h3, h4").all() if one.is_visible()]
    levels = [int(one.evaluate("one => one.tagName[1]")) for one in shown]
    places = [next(i for i, name in enumerate(headings) if re.sub(r"^\W+", "", one)[:20] in name) for one in wanted]
    assert places == sorted(places)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    assert not [role for role, name in heard if role in ("button", "link", "image", "img") and not name]
    page.context.close()


def test_the_walk_to_a_plan_and_its_steps_by_keyboard_alone(browser, site):
    """Tab, space, arrows and enter; the focus is always to be seen, and never below the bar on top."""
    page = browser.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce").new_page()
    faults = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto(site)
    tab_to(page, "button[value=quick]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/walk/1/")
    answer_by_keys(page)
    tab_to(page, "a[href='/plan/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/plan/")
    tab_to(page, ".soon ~ .item summary, .hygiene .item summary")
    page.keyboard.press("Enter")
    steps = page.locator(".hygiene .item details[open] .mark button").first
    expect(steps).to_be_visible()
    assert page.evaluate("document.activeElement.matches('.hygiene .item summary')")
    tab_to(page, ".hygiene .mark button")
    page.keyboard.press("Enter")
    expect(page.locator(".hygiene .marked-done")).to_be_visible()
    assert page.evaluate("document.activeElement.querySelector('.marked-done') !== null")
    assert faults == []
    page.context.close()


def answer_by_keys(page: Page) -> None:
    """Be unsure of every question up to the check page."""
    while not page.url.endswith("/check/"):
        before = page.url
        tab_to(page, "input[name=answer]")
        if page.locator("input[type=radio]").count():
            page.keyboard.press("ArrowUp")  # from the first to the last, which is "not sure"
        else:
            page.locator("input[value=unsure]").focus()
            page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, before=before: url != before)
        expect(page.locator("h1")).to_be_focused()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something is in focus; on the way whatever is must be seen."""
    for _ in range(200):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => {
              const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
              const bar = document.querySelector(".top");
              const below = !one.closest(".top, .skip") && box.bottom <= bar.getBoundingClientRect().bottom;
              const seen = style.outlineStyle !== "none" || one.matches("h1");  // which only scripts put into focus
              return one === document.body || (box.width > 0 && !below && seen);
            }"""
        )
        assert shown, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no way by keyboard to {selector}")


VOICES = """
  window.spoken = [];
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  const voices = %s;
  const speech = new EventTarget();
  Object.assign(speech, {
    speaking: false, pending: false, getVoices: () => voices,
    speak(said) { this.speaking = true; spoken.push([said.text, said.voice && said.voice.name]); },
    cancel() { this.speaking = false; spoken.push(["", "hush"]); },
  });
  Object.defineProperty(window, "speechSynthesis", { value: speech });
"""
OWN, AFAR = '{name: "own", lang: "en-US", localService: true}', '{name: "afar", lang: "en-US", localService: false}'


@pytest.mark.parametrize("voices", ["[]", f"[{AFAR}]", '[{name: "es", lang: "es-MX", localService: true}]'])
def test_without_a_voice_of_the_device_for_the_language_nothing_offers_to_read(browser, site, voices):
    page = browser.new_context(locale="en-US").new_page()
    page.add_init_script(VOICES % voices)

    page.goto(site)

    expect(page.locator(".listen")).to_be_hidden()
    page.context.close()


def test_a_page_is_read_aloud_by_the_devices_own_voice_when_asked_and_hushed_when_leaving(browser, site):
    page = browser.new_context(locale="en-US").new_page()
    page.add_init_script(VOICES % f"[{AFAR}, {OWN}]")
    page.goto(site)
    assert page.evaluate("spoken") == []

    page.locator(".listen button").click()
    heard = page.evaluate("spoken")

    assert page.locator("h1").inner_text() in [text for text, _ in heard]
    assert {voice for _, voice in heard} == {"own"}
    assert page.locator(".listen button").get_attribute("aria-pressed") == "true"

    page.locator(".listen button").click()
    assert page.evaluate("spoken").pop() == ["", "hush"]
    assert page.locator(".listen button").get_attribute("aria-pressed") == "false"

    page.locator(".listen button").click()
    page.evaluate("leave()")
    assert page.evaluate("spoken").pop() == ["", "hush"]
    page.context.close()


def test_without_scripts_nothing_dead_offers_to_read(browser, site):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(site)

    assert page.locator(".listen button").count() == 0
    page.context.close()


@pytest.mark.parametrize("lang", ["en-simple", "es-simple", "zh-hans", "vi", "ht", "pt-br", "ar"])
def test_a_person_walks_to_a_plan_in_any_language(browser, everywhere, lang):
    page = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=lang != "ar").new_page()
    page.goto(everywhere)
    page.locator(f".language button[value='{lang}']").click()
    page.wait_for_load_state()
    page.locator("button[value=quick]").click()
    page.wait_for_url("**/walk/1/")
    while not page.url.endswith("/check/"):
        go_on(page, "none" if question(page) == "pending" else "unsure")
    page.locator("main a[href='/plan/']").first.click()
    page.wait_for_url("**/plan/")

    assert page.locator("html").get_attribute("lang") == lang
    assert page.locator(".today .item").count() >= 1
    assert urlsplit(page.url).path == "/plan/"
    page.context.close()


def test_a_wrong_answer_is_told_beside_the_question_and_leads_to_it(browser, site):
    page = browser.new_context().new_page()
    walk_through(page, site)
    page.goto(f"{site}/walk/2/")
    page.locator("input[name=answer]:checked").evaluate("one => one.checked = false")
    page.get_by_role("button", name="Continue").click()

    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(page.locator("fieldset")).to_be_focused()
    assert page.locator("fieldset").get_attribute("aria-describedby").split()[-1] == "q-error"
    page.context.close()


def test_an_item_whose_place_another_tab_gave_away_is_not_shown_under_the_old_title(browser, everywhere, kept):
    page = opened(browser, everywhere, kept, "en")
    page.goto(f"{everywhere}/plan/")
    folded = page.locator(".hygiene .item details").first
    name = folded.locator("xpath=..").get_attribute("id")
    page.route("**/plan/*/", lambda route: route.fulfill(body='<div class="text" data-item="another">Another</div>'))

    with page.expect_navigation():
        folded.locator("summary").click()

    assert page.locator(f"#{name}").get_by_text("Another", exact=True).count() == 0
    page.context.close()
