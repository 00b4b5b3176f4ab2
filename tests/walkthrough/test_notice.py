"""The page for a notice: no answer, no cookie, no form, no deadline of ours; and its rules by shape, not by words."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.template.loader import render_to_string
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.documents.tag_tree import TaggedPdf
from tests.documents.test_pdf import text_of
from tests.engine.strategies import DAY
from threatmodel.documents.help_view import notice_view
from threatmodel.documents.packs import questionnaire

DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def flat(text: str) -> str:
    return " ".join(unescape(text).split())


def body(pack, day, *, paper=False) -> str:
    return render_to_string("notice/body.html", {"notice": notice_view(pack, day), "paper": paper})


def days_of(pack) -> set[str]:
    """Every day that the pack itself names for what the page shows."""
    notice = pack.notice
    shown = {paper.safeguard for paper in notice.papers} | {notice.rests_on, notice.episodes}
    days = {notice.as_of, *(window.as_of for window in notice.windows)}
    days |= {s.as_of for s in pack.safeguards if s.id in shown}
    days |= {r.listed_on for r in pack.referrals} | {r.phone_checked_on for r in pack.referrals if r.phone}
    return {str(day) for day in days} | {source.date for source in pack.sources.values()}


def test_it_works_without_cookies_and_sets_none(client):
    for address in ("/notice/", "/notice.pdf"):
        page = client.get(address)

        assert page.status_code == 200
        assert page["Cache-Control"] == "no-store"
        assert not page.cookies
    assert not client.cookies


def test_what_somebody_answered_makes_no_difference():
    plain, walking = Client(), Client()
    walking.post("/walk/", {"depth": "quick"})
    walking.post("/walk/1/", {"question": "who", "answer": "client"})

    assert walking.cookies
    theirs, anyones = (client.get("/notice/").content.partition(b"</main>")[0] for client in (walking, plain))
    assert theirs == anyones
    assert b"<main" in theirs


def test_it_asks_for_nothing_and_its_only_ways_out_are_links(client):
    html = client.get("/notice/").content.decode()

    assert not re.search(r"<(?:form|input|button|select|textarea)\b", html)
    assert "Leave this page" in html


def test_it_is_one_step_from_the_start_page(client):
    html = client.get("/").content.decode()

    assert html.index('class="emergency"') < html.index('href="/notice/"') < html.index('action="/walk/"')


def test_the_time_comes_first_with_the_shortest_wait_and_that_it_may_be_zero(pack):
    html = body(pack, DAY)
    fewest = min(window.days for window in pack.notice.windows if window.days)

    top = flat(html.partition('id="first"')[0])
    assert pack.notice.zero in top
    assert re.search(rf"\b{fewest} days?\b", top)
    assert str(pack.notice.shortest.as_of) in top
    assert "#source-" in top


@given(st.dates(min_value=date(2026, 3, 1), max_value=date(2040, 1, 1)))
def test_no_day_on_it_is_worked_out_whatever_the_day(day):
    pack = questionnaire()

    assert set(DATE.findall(body(pack, day))) <= days_of(pack)


@pytest.mark.parametrize(("later", "folded"), [(0, False), (1, True)])
def test_past_their_shelf_life_the_waits_are_folded_behind_the_mark(pack, later, folded):
    day = pack.notice.stale_after + timedelta(days=later)

    waits = body(pack, day).partition('id="waits"')[2]

    before = waits.partition('class="windows"')[0]
    assert ("<details>" in before) is folded
    assert ('class="stale"' in before) is folded


def test_a_stale_volatile_safeguard_is_folded_here_too(pack):
    view = notice_view(pack, DAY + timedelta(days=4000))
    paper = next(paper for paper in view.papers if paper.says.folded)

    html = body(pack, DAY + timedelta(days=4000)).partition(f'id="paper-{paper.paper.id}"')[2]

    statement = flat(paper.says.safeguard.statement)
    before, _, after = flat(html).partition("<details>")
    assert statement not in before
    assert statement in after


def test_it_says_what_not_to_do_before_any_step_and_whom_to_call(pack):
    html = body(pack, DAY)

    order = [html.index(f'id="{id_}"') for id_ in ("time", "zero", "first", "dont", "keep", "steps", "call", "papers")]
    assert order == sorted(order)
    assert len(re.findall("<li>", html.partition('id="dont"')[2].partition("</ul>")[0])) == len(pack.notice.dont)


def test_what_dhs_took_back_is_told_together_with_what_followed(pack):
    html = flat(body(pack, DAY, paper=True))
    episodes = next(s for s in pack.safeguards if s.id == pack.notice.episodes)

    told = html.partition('id="taken-back"')[2].partition('id="waits"')[0]
    assert pack.notice.hope in told
    assert flat(episodes.statement) in told


def test_those_to_call_are_for_everywhere_and_dated(pack):
    view = notice_view(pack, DAY)

    assert {"digital-rights", "criminal-defense", "immigration-lawyer"} <= {one.referral.kind for one in view.referrals}
    assert not any(one.referral.states for one in view.referrals)
    html = body(pack, DAY)
    for one in view.referrals:
        article = html.partition(f'id="help-{one.referral.id}"')[2].partition("</article>")[0]
        assert str(one.referral.listed_on) in article


def test_every_number_cited_is_in_its_list_of_sources(pack):
    html = body(pack, DAY)

    assert set(re.findall(r'href="#(source-\d+)"', html)) == set(re.findall(r'id="(source-\d+)"', html))


def test_its_pdf_is_tagged_says_the_same_and_is_named_after_nothing(client, pack):
    answer = client.get("/notice.pdf")

    assert "notice" not in answer["Content-Disposition"]
    text = flat(text_of(answer.content))
    assert pack.notice.zero in text
    assert all(part in text for part in (pack.notice.steps[-1], pack.notice.dont[0]))
    assert {"H1", "H2", "L", "LI"} <= {element.kind for element in TaggedPdf(answer.content).root.walk()}
    assert client.get("/notice.pdf").content == answer.content
