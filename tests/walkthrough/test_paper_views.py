"""Asking for a paper: what the form may say, and what happens when the renderer cannot."""

import threading
from io import BytesIO

import pikepdf
import pytest
from django.test import Client

from tests.documents.test_pdf import text_of
from tests.walkthrough.test_walk_pages import begin, client, token  # noqa: F401
from threatmodel.documents import renderer

PASSWORD = "seven plain words"


def ask(client, **form):  # noqa: F811
    return client.post("/plan.pdf", {"csrfmiddlewaretoken": token(client.get("/plan/"))} | form)


@pytest.fixture
def walker(client):  # noqa: F811
    begin(client)
    return client


def test_a_plain_link_gives_the_take_home_on_letter_paper(walker, pack):
    """P27: under a name that says nothing."""
    response = walker.get("/plan.pdf")

    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    assert pack.paper.left_off in text_of(response.content)


def test_the_form_gives_the_lawyers_paper_in_a4_behind_a_password(walker, pack):
    response = ask(walker, **{"for": "counsel", "size": "a4", "password": PASSWORD})

    with pikepdf.open(BytesIO(response.content), password=PASSWORD) as document:
        assert round(float(document.pages[0].MediaBox[3])) == 842
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "form",
    [{"for": "judge"}, {"size": "a3"}, {"large": "huge"}, {"password": "short"}, {"password": "ü" * 100}],
)
def test_what_the_form_does_not_offer_is_refused_and_nothing_is_lost(walker, form):
    response = ask(walker, **form)

    assert response.status_code == 400
    assert response["Cache-Control"] == "no-store"
    assert "<h1" in response.content.decode()
    assert form.get("password", PASSWORD) not in response.content.decode()
    assert walker.get("/plan/").status_code == 200


def test_the_form_needs_its_token(walker):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = walker.cookies

    assert strict.post("/plan.pdf", {"for": "counsel"}).status_code == 403


def test_a_busy_renderer_says_so_and_offers_the_same_paper_again_without_the_password(walker):
    with renderer._busy:
        response = ask(walker, **{"for": "counsel", "size": "a4", "large": "yes", "password": PASSWORD})

    html = response.content.decode()
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert response["Cache-Control"] == "no-store"
    for name, value in {"for": "counsel", "size": "a4", "large": "yes"}.items():
        assert f'name="{name}" value="{value}"' in html
    assert 'type="password"' in html
    assert PASSWORD not in html
    assert ask(walker).status_code == 200


def test_a_paper_that_takes_too_much_memory_is_given_up_and_the_next_one_is_made():
    """P41: the child ends at its limit, and the next paper gets a new one."""
    huge = '<html lang="en"><title>Plan</title>' + "<p>word <b>word</b></p>" * 150_000

    with pytest.raises(renderer.NotRendered):
        renderer.render(huge, "")

    assert renderer.render('<html lang="en"><title>Plan</title><p>words</p>', "").startswith(b"%PDF")


def test_a_second_thread_is_told_at_once_and_the_first_gets_its_paper():
    papers, begun = [], threading.Event()

    def first():
        begun.set()
        papers.append(renderer.render('<html lang="en"><title>Plan</title>' + "<p>words</p>" * 3000, ""))

    thread = threading.Thread(target=first)
    thread.start()
    begun.wait()
    while not renderer._busy.locked() and thread.is_alive():
        pass
    with pytest.raises(renderer.Busy):
        renderer.render("<p>words</p>", "")
    thread.join()

    assert papers[0].startswith(b"%PDF")
