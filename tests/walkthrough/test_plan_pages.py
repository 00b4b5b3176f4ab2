"""The plan's page is light; what it does not say itself stands on pages of its own, by places and never by names."""

import re
import time
from html import escape

import pytest
from django.conf import settings as site

from tests.walkthrough.cast import carrying, current, walking
from threatmodel.deflate import Deflated
from threatmodel.documents.packs import sample_plans
from threatmodel.engine.answers import Answers
from threatmodel.engine.marks import Marks
from threatmodel.padding import PACKED
from threatmodel.walkthrough.plan_views import plan_of
from threatmodel.walkthrough.walk import COOKIE, Walk

SCRIPT = {"HX-Request": "true"}
PARTS = ("help", "out-of-reach", "sources", "questions", "table", "left-out")
SAMPLE = "notice-from-a-platform"


@pytest.fixture
def client(pack):
    return walking(sample_plans()[SAMPLE].answers)


@pytest.fixture
def plan(client):
    return plan_of(current(client))


def words(answer) -> str:
    return answer.content.decode()


def test_every_item_has_a_page_with_all_it_says_and_a_way_back_to_its_place(client, plan):
    for item in plan.items:
        html = words(client.get(item.address))
        told = item.measure.limits if hasattr(item, "measure") else item.safeguard.no_setting_changes

        assert f'id="{item.id}"' in html
        assert escape(told) in html
        assert all(escape(source.url) in html for source in item.cited)
        assert f'href="/plan/#item-{item.place}"' in html
        assert f'value="{item.id} done"' in html


def test_the_steps_of_what_is_to_be_asked_about_first_stay_folded_below_the_sentence_that_says_so(client, plan):
    assert plan.ask_first
    for item in plan.ask_first:
        html = words(client.get(item.address))
        before, _, steps = html.partition("<summary>")

        assert escape(plan.ask_first_says) in before
        assert before.rstrip().endswith("<details>")
        assert "<ol>" not in before
        assert "<ol>" in steps


def test_a_script_gets_the_text_of_an_item_without_a_page_around_it(client, plan):
    item = plan.legal[0]

    html = words(client.get(item.address, headers=SCRIPT))

    assert "<html" not in html
    assert escape(item.safeguard.no_setting_changes) in html
    assert item.safeguard.title not in html  # it stands on the plan


def test_what_can_be_opened_on_the_plan_can_be_reached_without_a_script_too(client, plan):
    html = words(client.get("/plan/"))

    fetched = re.findall(r'hx-get="([^"]+)"', html)
    assert len(fetched) == len(set(fetched)) == len(plan.measures) - len(plan.today) + len(plan.legal)
    assert all(f'href="{address}"' in html for address in fetched)


def test_no_address_of_a_plan_names_an_item(client, plan):
    html = words(client.get("/plan/"))

    addresses = re.findall(r'(?:href|action|hx-get|hx-post)="(/[^"]*)"', html)
    assert addresses
    assert not [a for a in addresses for item in plan.items if item.id in a and "/letters/" not in a]


@pytest.mark.parametrize("place", ["0", "9999", "123456789012345678901234567890"])
def test_a_place_that_the_plan_has_not_is_not_found_and_nothing_is_lost(client, place):
    answer = client.get(f"/plan/{place}/")

    assert answer.status_code == 404
    assert client.get("/plan/").status_code == 200


@pytest.mark.parametrize("part", PARTS)
def test_the_rest_of_the_plan_is_a_link_away(client, part):
    assert f'href="/plan/{part}/"' in words(client.get("/plan/"))
    assert client.get(f"/plan/{part}/").status_code == 200


def test_every_number_of_a_source_leads_to_that_source(client, plan):
    pages = "".join(words(client.get(f"/plan/{part}/")) for part in PARTS)
    cited = set(re.findall(r'href="/plan/sources/#(source-\d+)"', pages))
    there = re.findall(r'<li id="(source-\d+)"', words(client.get("/plan/sources/")))

    assert cited
    assert cited <= set(there)
    assert len(there) == len(set(there)) == len(plan.sources)


@pytest.mark.parametrize("sample", ["answered-nothing", SAMPLE])
def test_a_sample_plan_has_the_same_pages_without_anything_to_note(client, sample):
    html = words(client.get(f"/samples/{sample}/"))
    fetched = re.findall(r'hx-get="([^"]+)"', html)

    assert all(address.startswith(f"/samples/{sample}/") for address in fetched)
    for address in (fetched[0], fetched[-1], *(f"/samples/{sample}/{part}/" for part in PARTS)):
        answer = client.get(address)
        assert answer.status_code == 200
        assert 'name="mark"' not in words(answer)
    assert client.get(f"/samples/{sample}/9999/").status_code == 404


@pytest.mark.parametrize("address", ["/samples/nobody/", "/samples/nobody/1/", "/samples/nobody/sources/"])
def test_there_are_no_pages_of_a_sample_that_there_is_not(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/plan/1/", "/plan/sources/"])
def test_without_a_walk_the_pages_say_so_and_a_script_shows_that_in_the_pages_place(pack, address):
    client = carrying(current(walking(Answers(pack))))
    client.cookies[COOKIE] = client.cookies[COOKIE].value[:-4] + "AAAA"

    answer = client.get(address, headers=SCRIPT)

    assert answer.status_code == 409
    assert (answer["HX-Retarget"], answer["HX-Reselect"], answer["HX-Reswap"]) == ("#main", "#main", "outerHTML")
    assert '<main id="main"' in words(answer)


HEAD = 2_000  # more than the headers of a page take with TLS, an onion address and a walk that is sealed anew


@pytest.fixture
def crowded(pack):
    """Somebody of whom everything is true, and who noted something on every item."""
    answers = Answers(pack)
    for question in pack.questions:
        together = [option.id for option in question.options if not option.alone]
        answers = answers.choose(question.id, together[-1:] if question.pick == "one" else together)
    marks = Marks(pack)
    for item in pack.items:
        marks = marks.set(item.id, "told-not-to")
    return carrying(Walk(answers, "quick", int(time.time()), marks, checked=True))


@pytest.mark.parametrize("lang", sorted(site.SPOKEN))
@pytest.mark.parametrize("who", ["answered-nothing", SAMPLE, "parents-of-three", ""])
def test_no_page_of_a_plan_is_over_its_size_in_any_language(settings, crowded, who, lang):
    settings.LANGUAGES = list(site.SPOKEN.items())
    client = walking(sample_plans()[who].answers) if who else crowded
    client.cookies[site.LANGUAGE_COOKIE_NAME] = lang

    for address in ("/plan/", *(f"/plan/{part}/" for part in PARTS)):
        page = client.get(address).content.rstrip()
        assert Deflated.of(page).smallest < PACKED.plan - HEAD, address


@pytest.mark.parametrize("lang", ["en", "ar", "vi"])
def test_no_item_is_over_its_size_whatever_is_done_with_it(settings, crowded, lang):
    settings.LANGUAGES = list(site.SPOKEN.items())
    crowded.cookies[site.LANGUAGE_COOKIE_NAME] = lang

    for item in plan_of(current(crowded)).items:
        answers = [crowded.get(item.address, headers=SCRIPT), crowded.get(item.address)]
        for mark in ("done", "none", "not-for-me"):
            answers.append(crowded.post("/plan/mark/", {"mark": f"{item.id} {mark}"}, headers=SCRIPT))
        for answer, size in zip(answers, (PACKED.fragment, PACKED.large, *[PACKED.fragment] * 3), strict=True):
            assert answer.status_code == 200
            assert Deflated.of(answer.content.rstrip()).smallest < size - HEAD, item.id
