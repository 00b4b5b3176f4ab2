"""Two who work on one matter at once: what each of them changed is shown, and nobody's answers go unseen."""

import re

import pytest

from tests.clinic.acting import at, form, person
from tests.clinic.making import matter
from threatmodel.clinic import matters
from threatmodel.clinic.models.staff import Role
from threatmodel.clinic.working import working

SECOND = 2  # the section with "pending" and "process"
BASE = {"pending": ["subpoena-or-notice"]}


@pytest.fixture
def vera(clinic):
    return person("Vera", Role.VOLUNTEER)


@pytest.fixture
def made(vera):
    return matter(vera[0], answers=BASE)


@pytest.fixture
def page(made):
    return at("section", made.row.id, SECOND)


def answers(staff, made) -> dict[str, list[str]]:
    return working(matters.load(staff, made.row.id)).answers.as_mapping()


def fields(page: str, within: str) -> dict[str, list[str]]:
    """The fields of the form that leads to an address, with what is ticked or filled in."""
    body = re.search(rf'<form[^>]*action="{re.escape(within)}".*?</form>', page, re.DOTALL)[0]
    found: dict[str, list[str]] = {}
    for one in re.findall(r"<input [^>]*>", body):
        if 'type="hidden"' in one or " checked" in one:
            value = re.search(r'value="([^"]*)"', one)
            found.setdefault(re.search(r'name="([^"]*)"', one)[1], []).append(value[1] if value else "")
    return found


def opened(browser, page: str) -> dict[str, list[str]]:
    return fields(browser.get(page).content.decode(), page)


def test_what_a_colleague_answered_is_kept_when_somebody_saves_theirs_over_it(vera, made, page):
    """P52: whoever ticked nothing there takes nothing away."""
    mine, theirs = opened(vera[1], page), opened(vera[1], page)
    vera[1].post(page, theirs | {"answer-pending": ["subpoena-or-notice", "criminal-case"]})

    both = vera[1].post(page, mine | {"answer-process": ["us-citizen"], "lang": ["en"]})

    assert both.status_code == 409
    shown = both.content.decode()
    assert shown.count('<td class="mine">') == 1
    assert vera[1].post(page, fields(shown, page)).status_code == 302
    assert answers(vera[0], made) == {"pending": ["subpoena-or-notice", "criminal-case"], "process": ["us-citizen"]}


def test_a_tick_that_was_taken_away_is_shown_and_saved(vera, made, page):
    mine, theirs = opened(vera[1], page), opened(vera[1], page)
    vera[1].post(page, theirs | {"answer-pending": ["subpoena-or-notice", "criminal-case"]})

    both = vera[1].post(page, {name: value for name, value in mine.items() if name != "answer-pending"})

    shown = both.content.decode()
    assert both.status_code == 409
    assert shown.count('<td class="mine">') == 1
    vera[1].post(page, fields(shown, page))
    assert answers(vera[0], made) == {}


def test_whoever_changed_nothing_goes_on(vera, made, page):
    mine, theirs = opened(vera[1], page), opened(vera[1], page)
    vera[1].post(page, theirs | {"answer-pending": ["subpoena-or-notice", "criminal-case"], "lang": ["es"]})

    assert vera[1].post(page, mine | {"lang": ["en"]}).status_code == 302

    now = matters.load(vera[0], made.row.id)
    assert answers(vera[0], made) == {"pending": ["subpoena-or-notice", "criminal-case"]}
    assert now.contents.lang == "es"


def test_another_language_is_shown_with_both_names(vera, made, page):
    mine, theirs = opened(vera[1], page), opened(vera[1], page)
    vera[1].post(page, theirs | {"lang": ["es"]})

    both = vera[1].post(page, mine | {"lang": ["en-simple"]})

    assert both.status_code == 409
    vera[1].post(page, fields(both.content.decode(), page))
    assert matters.load(vera[0], made.row.id).contents.lang == "en-simple"


def test_an_answer_that_is_corrected_before_the_page_came_back_is_not_taken_for_a_repeat(vera, made, page):
    """P51: only the very same form counts once."""
    sent = opened(vera[1], page)
    first = sent | {"answer-process": ["us-citizen"]}
    vera[1].post(page, first)
    assert vera[1].post(page, first).status_code == 302

    corrected = vera[1].post(page, sent | {"answer-process": ["permanent-resident"]})

    assert corrected.status_code == 409
    vera[1].post(page, fields(corrected.content.decode(), page))
    assert answers(vera[0], made)["process"] == ["permanent-resident"]


def test_a_second_form_of_one_page_is_not_taken_for_the_first(vera, made):
    """P51: and what it says is kept."""
    page, on = form(vera[1].get(at("matter", made.row.id)).content.decode()), matters.kept_until().isoformat()
    vera[1].post(at("note", made.row.id), page | {"note": "bring the interpreter"})

    day = vera[1].post(at("follow-up", made.row.id), page | {"on": on})

    assert day.status_code == 409
    assert on in day.content.decode()


@pytest.mark.parametrize("act", ["confirm", "sign-off", "advise"])
def test_nobody_signs_for_what_they_have_not_seen(clinic, act):
    """P52: the page is to be looked at once more; no button signs unseen."""
    leo = person("Leo", Role.LAWYER)
    made = matter(leo[0], answers={"pending": ["civil-or-family-case"], "process": ["us-citizen"]})
    seen = form(leo[1].get(at("review-one", made.row.id)).content.decode())
    section = at("section", made.row.id, SECOND)
    plan = working(matters.load(leo[0], made.row.id)).plan()
    item = next(one.measure.id for one in plan.hygiene if one.ask_first)
    changed = opened(leo[1], section) | {"answer-pending": ["civil-or-family-case", "agent-contact"]}
    assert leo[1].post(section, changed).status_code == 302

    refused = leo[1].post(at(act, made.row.id), seen | {"advise": f"{item} yes", f"comment-{item}": "comment canary"})

    assert refused.status_code == 409
    assert "comment canary" in refused.content.decode(), "what was typed is given back"
    assert "<form" not in refused.content.decode().split("<main")[1].split("</main")[0]
    now = matters.load(leo[0], made.row.id).contents
    assert (now.confirmed, now.reviewed, dict(now.advised)) == (None, None, {})
