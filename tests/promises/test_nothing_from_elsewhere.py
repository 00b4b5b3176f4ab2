"""What a real browser asks for during whole walks, and what it sends."""

import re

import pytest
from playwright.sync_api import Page, Request

from tests.browser.conftest import browser_type_launch_args, site  # noqa: F401
from tests.browser.test_walk import answer, begin
from tests.documents.papers import html

FETCHES = re.compile(
    r"""<(?:img|script|iframe|object|embed|audio|video|source|base|link)\b|\bsrc=|url\(|@import""", re.I
)


def walk(page: Page, address: str, choose) -> None:
    """All questions, and a note on the plan. ``choose`` picks an answer by its length."""
    begin(page, address)
    while not page.url.endswith("/check/"):
        options = page.locator("input[name=answer]").evaluate_all("all => all.map(one => one.value)")
        answer(page, choose(options, key=len))
    page.goto(f"{address}/plan/")
    with page.expect_response("**/plan/mark/"):
        page.locator(".mark button").first.click()


def look_around(page: Page, address: str) -> None:
    """The other pages, a paper, and leaving."""
    for path in ("/plan/what-if/", "/keep/", "/open/", "/notice/", "/about/", "/letters/", "/safety/", "/plan/"):
        page.goto(address + path)
    with page.expect_download() as download:  # the browser makes no event of this request
        page.get_by_role("link", name="Take it home as a PDF").click()
    assert download.value.url == f"{address}/plan.pdf"
    page.locator(".leave").click()
    page.wait_for_url("**/healthz")


@pytest.fixture(scope="module")
def asked(browser, site) -> list[Request]:  # noqa: F811
    """Everything that a browser asked for during two walks, one of the shortest answers and one of the longest."""
    requests: list[Request] = []
    for choose in (min, max):
        context = browser.new_context()
        context.on("request", lambda request: requests.append(request))
        page = context.new_page()
        walk(page, site, choose)
        if choose is max:
            look_around(page, site)
        context.close()
    return requests


def test_a_whole_walk_asks_no_other_host_for_anything(asked, site):  # noqa: F811
    """P32: every request of a page, a script, a frame or a download, from the first page to leaving."""
    urls = [request.url for request in asked]

    assert len(urls) > 50
    assert any(url.endswith("/plan/mark/") for url in urls)
    assert [url for url in urls if not url.startswith(f"{site}/")] == []


def test_a_form_sent_by_script_has_one_length_whatever_was_chosen(asked):
    """P31: all answers of the shortest and of the longest words there are, and marks, as the browser sends them."""
    bodies = [request.post_data_buffer for request in asked if request.method == "POST" and is_by_script(request)]
    contents = {bytes(re.sub(rb"csrf\w+=\w+", b"", body)) for body in bodies}

    assert len(bodies) > 20
    assert len(contents) > 15
    assert {len(body) for body in bodies} == {1024}


def is_by_script(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


def test_no_question_has_more_to_send_than_one_length_holds(pack):
    """P31: also with every option chosen."""
    for one in pack.questions:
        form = [f"question={one.id}", *(f"answer={option.id}" for option in one.options)]
        assert len("&".join([f"csrfmiddlewaretoken={'x' * 64}", *form, "pad="])) <= 1024, one.id


@pytest.mark.parametrize("audience", ["client", "counsel"])
def test_what_a_paper_is_made_of_asks_for_nothing(audience):
    """P32: neither the document nor its style names anything to fetch; addresses in it are for people to read."""
    paper = html("watched-phone", audience)

    assert FETCHES.search('<p><img src="/x.png">')
    assert [found[0] for part in (paper.html, paper.css) for found in FETCHES.finditer(part)] == []
