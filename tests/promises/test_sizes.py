"""What somebody who watches the line can count: the bytes of every answer, as the shipped server sends them."""

import re
from collections import defaultdict

import pytest

from tests.promises.person import Person
from tests.promises.server import shipped
from threatmodel.documents.packs import sample_plans
from threatmodel.engine.answers import Answers
from threatmodel.engine.flow import path

WHO = ("answered-nothing", "watched-phone", "notice-from-a-platform")
BY_SCRIPT = {"HX_Request": "true"}
PAGES = ("/keep/", "/open/", "/", "/safety/")
LARGE = ("/walk/check/", "/plan/what-if/", "/plan/what-if/1/", "/plan/1/", "/notice/")
PASSPHRASE = "a passphrase of somebody"
ITEM = re.compile(rb'<article class="item[^"]*" id="([\w-]+)"')


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with shipped(tmp_path_factory.mktemp("sizes")) as one:
        yield one


@pytest.fixture(scope="module", params=["gzip", ""], ids=["compressed", "as it is"])
def reads(request):
    return request.param


@pytest.fixture(scope="module")
def sizes(server, pack, reads):
    """The sizes on the line of each kind of answer, over walks that have nothing in common."""
    found = defaultdict(set)
    everything = Answers(pack)
    for question in pack.questions:
        together = [option.id for option in question.options if not option.alone]
        everything = everything.choose(question.id, together[-1:] if question.pick == "one" else together)
    for answers in (*(sample_plans()[name].answers for name in WHO), everything):
        measure(found, Person(server.port, reads=reads), answers, "full")
    measure(found, Person(server.port, reads=reads), sample_plans()[WHO[0]].answers, "quick")
    return found


def measure(found: dict[str, set[int]], person: Person, answers: Answers, depth: str) -> None:
    person.begin(depth).walk(answers, depth)
    found["redirect"] |= {answer.size for answer in person.heard if answer.status == 302}
    for number in range(1, len(path(answers, depth)) + 1):
        found["step"].add(person.ask("GET", f"/walk/{number}/").size)
        found["step by script"].add(person.ask("GET", f"/walk/{number}/", **BY_SCRIPT).size)
    for page in (*PAGES, *LARGE):
        found[page].add(person.ask("GET", page).size)
        found[f"{page} by script"].add(person.ask("GET", page, **BY_SCRIPT).size)
    found["refused"].add(person.send("/walk/1/", ("question", "who")).size)
    found["refused by script"].add(person.send("/walk/1/", ("question", "who"), **BY_SCRIPT).size)
    if depth == "full":
        measure_plan(found, person)
    sealed = person.cookies["walk"]
    for wrong in (sealed[:99] + "AA" + sealed[101:], sealed[:50], "x", sealed + "A"):
        person.cookies["walk"] = wrong
        found["ended"].add(person.ask("GET", "/plan/").size)


def measure_plan(found: dict[str, set[int]], person: Person) -> None:
    plan = person.ask("GET", "/plan/")
    found["plan"].add(plan.size)
    found["what if"].add(person.ask("GET", "/plan/what-if/").size)
    for place in (1, 2, 9, 30):
        found["item"].add(person.ask("GET", f"/plan/{place}/").size)
        found["item by script"].add(person.ask("GET", f"/plan/{place}/", **BY_SCRIPT).size)
    for part in ("help", "out-of-reach", "sources", "questions", "table", "left-out"):
        found["plan"].add(person.ask("GET", f"/plan/{part}/").size)
    items = [item.decode() for item in ITEM.findall(plan.body)]
    for item in (items[0], items[len(items) // 2], items[-1]):
        for mark in ("done", "later", "not-for-me"):
            found["mark by script"].add(person.send("/plan/mark/", ("mark", f"{item} {mark}"), **BY_SCRIPT).size)
        found["redirect"].add(person.send("/plan/mark/", ("mark", f"{item} done")).size)
    found["what if"].add(person.ask("GET", "/plan/what-if/1/").size)
    for tried in ("me", "household"):
        found["what if"].add(person.send("/plan/what-if/1/", ("question", "who"), ("answer", tried)).size)
    kept = person.send("/keep/", ("passphrase", PASSPHRASE), ("again", PASSPHRASE), ("as", "file"))
    found["kept file"].add(kept.size)
    person.upload("/open/", kept.body, passphrase=PASSPHRASE)
    found["changes"].add(person.ask("GET", "/plan/changes/").size)
    for number, chosen in ((1, "household"), (2, "yes")):
        question = person.ask("GET", f"/plan/what-if/{number}/").body
        asked = re.search(rb'name="question" value="([^"]+)"', question)[1].decode()
        person.send(f"/plan/what-if/{number}/", ("question", asked), ("answer", chosen), ("keep", "yes"))
    found["changes"].add(person.ask("GET", "/plan/changes/").size)


def test_every_kind_of_answer_has_one_size_on_the_line_whatever_was_answered(sizes):
    """P31: head and body together: steps, refusals, redirects, fragments, the check page, plans, and ended walks."""
    assert {kind: sorted(seen) for kind, seen in sizes.items() if len(seen) != 1} == {}
    assert len(sizes) > 20


def test_pages_of_a_walk_cannot_be_told_apart(sizes):
    """P31: any page and any step; a fragment is smaller; answers to check, items and plans larger; none says which."""
    whole = set().union(*(sizes[page] for page in (*PAGES, "step")))
    large = set().union(*(sizes[page] for page in (*LARGE, "item", "changes", "what if")))

    assert len(whole) == len(large) == 1
    assert sizes["step by script"] == sizes["mark by script"] == sizes["item by script"]
    assert max(sizes["redirect"]) < min(sizes["step by script"]) < min(whole) < min(large) < min(sizes["plan"])


def test_a_sample_plan_has_the_size_of_a_plan_of_ones_own(server, sizes, reads):
    """P31: so that nobody who only looks around is told from somebody who walked, nor the other way round."""
    person = Person(server.port, reads=reads).begin()  # so that each page offers to delete the answers

    assert {person.ask("GET", f"/samples/{name}/").size for name in WHO} == sizes["plan"]
    assert {person.ask("GET", f"/samples/{name}/1/").size for name in WHO} == sizes["item"]


def test_requests_carry_a_cookie_of_one_length(server):
    """P15: the header as it is sent, after every answer of two walks that have nothing in common."""
    lengths = set()
    for name in ("answered-nothing", "watched-phone"):
        person = Person(server.port).begin("full").walk(sample_plans()[name].answers, "full")
        lengths |= {len(sealed) for sealed in person.sealed}

    assert len(lengths) == 1
