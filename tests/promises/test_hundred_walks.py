"""A hundred walks that bear whatever can be recognised, and then a search of all that their server could leave."""

import random
import re
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import gettempdir
from typing import NamedTuple

import pytest
from django.conf import settings

from tests.conftest import ROOT
from tests.promises.person import NEUTRAL_TITLE, Answer, Person, title_of
from tests.promises.search import Search, files_since
from tests.promises.server import Server, shipped
from threatmodel.engine.answers import Answers
from threatmodel.engine.model import Questionnaire

WALKS = 100
OUR_ADDRESS = re.compile(r"/([\w.-]+/)*([\w.-]+)?(#[\w-]+)?")
LINK = re.compile(rb'(?:href|action|src)="(/[^"]*)"')
EVERYWHERE = (Path(gettempdir()), Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))  # noqa: S108


def unusual(pack: Questionnaire, choice: random.Random) -> Answers:
    """Answers that hardly anybody else gives: any option, several of them where several may be."""
    answers = Answers(pack)
    for question in pack.questions:
        together = [option.id for option in question.options if not option.alone]
        chosen = choice.sample(together, min(len(together), 1 if question.pick == "one" else choice.randint(1, 4)))
        answers = answers.choose(question.id, chosen or ["unsure"])
    return answers


class Walked(NamedTuple):
    """A hundred walks behind us: who walked, the server's own places, and what only these walks can have left."""

    people: list[Person]
    answers: list[Answers]
    server: Server
    own: dict[str, Path]
    began: float
    mark: str
    addresses: tuple[str, str]

    @property
    def strange(self) -> Search:
        """What nobody else on this machine writes."""
        return Search([self.mark, *self.addresses], (cookie for one in self.people for cookie in one.sealed))

    @property
    def answered(self) -> Search:
        """The answers themselves, as forms, URLs, logs or memory would hold them."""
        pack = self.answers[0].questionnaire
        ids = {option.id for question in pack.questions for option in question.options if len(option.id) >= 8}
        ids |= {f"{name}={option.id}" for q in pack.questions for option in q.options for name in ("answer", q.id)}
        return Search([*ids, *(one.pack() for one in self.answers), "csrfmiddlewaretoken"])


def when_free(ask: Callable[[], Answer]) -> Answer:
    """Ask again while somebody else's passphrase is being worked on, a few times at most."""
    for _ in range(4):
        answer = ask()
        if answer.status != 503:
            break
        time.sleep(0.5)
    return answer


def a_walk(person: Person, answers: Answers, number: int) -> None:
    """Everything that a walk can do. What costs the server much is done by every tenth."""
    person.begin("full" if number % 20 == 0 else "quick").walk(answers, "full" if number % 20 == 0 else "quick")
    passphrase = f"{person.bears}-passphrase"
    again = passphrase if number % 10 == 0 else f"{person.bears}-mistyped"
    kept = when_free(lambda: person.send("/keep/", ("passphrase", passphrase), ("again", again), ("as", "file")))
    assert kept.status == (200 if number % 10 == 0 else 422)
    assert person.upload("/open/", f"{person.bears}-junk".encode() * 50, passphrase=passphrase).status == 422
    assert person.send("/plan/mark/", ("mark", f"{person.bears}-item done")).status == 400
    assert person.give(1, "who", (f"{person.bears}-option",)).status in (400, 404)
    if number % 10 == 0:
        for page in ("/plan/", "/plan.json", "/plan.csv", "/plan.ics", "/plan/what-if/", "/walk/99/"):
            assert person.ask("GET", page).status == (404 if "99" in page else 200)
        opened = when_free(lambda: person.upload("/open/", kept.body, passphrase=passphrase))
        assert (opened.status, opened.header("location")) == (302, "/plan/changes/")
        assert person.ask("GET", "/plan/changes/").status == 200
    if number % 50 == 0:
        assert person.send("/plan.pdf", ("password", passphrase)).status in (200, 503)  # 503: the other one's is made
    assert person.ask("GET", "/leave/").status == 303
    assert person.cookies == {}


@pytest.fixture(scope="module")
def walked(tmp_path_factory, pack):
    """By the server as it ships, with a home, a directory for temporary files and one for keys of its own."""
    own = {name: tmp_path_factory.mktemp(name) for name in ("home", "temporary", "keys", "output")}
    own["keys"].chmod(0o700)
    mark, began = f"canary-{secrets.token_hex(6)}", time.time()
    line, network = (
        f"127.{secrets.randbelow(200) + 20}.{secrets.randbelow(200) + 20}",
        f"2001:db8:{secrets.token_hex(2)}",
    )
    choice = random.Random(mark)  # noqa: S311
    answers = [unusual(pack, choice) for _ in range(WALKS)]
    environment = {"HOME": str(own["home"]), "TMPDIR": str(own["temporary"])}
    environment |= {"THREATMODEL_KEY_DIRECTORY": str(own["keys"])}
    environment |= {"THREATMODEL_CLIENT_ADDRESS_HEADER": "X-Forwarded-For"}  # so that an address is worked with
    with shipped(own["output"], **environment) as server:
        people = [
            Person(server.port, f"{mark}-{n}", f"{line}.{n + 1}", f"{network}:{n:x}::{n:x}") for n in range(WALKS)
        ]
        with ThreadPoolExecutor(4) as together:
            list(together.map(a_walk, people, answers, range(WALKS)))
        yield Walked(people, answers, server, own, began, mark, (f"{line}.", f"{network}:"))


@pytest.fixture
def after_all(walked):
    """With one file left on purpose, which every search must find."""
    left = walked.own["temporary"] / "left-on-purpose"
    person = walked.people[7]
    left.write_text(f"{person.bears}-field {person.comes_from} {person.network} answer=household {person.sealed[3]}")
    yield left
    left.unlink()


def test_a_hundred_walks_leave_no_word_of_theirs_in_any_file(walked, after_all):
    """P1: nothing of a query, header, form, passphrase, file or cookie in any new file of this machine or its name."""
    places = {*EVERYWHERE, *walked.own.values(), ROOT}

    found = walked.strange.among({file.resolve() for file in files_since(walked.began, *places)})

    planted = found.pop(str(after_all.resolve()))
    assert planted == {text.encode() for text in (walked.mark, *walked.addresses, walked.people[7].sealed[3][:48])}
    assert found == {}


def test_no_answer_of_a_hundred_walks_is_in_the_servers_own_places(walked, after_all):
    """P1: nor the answers, by name or packed, in its keys, its home, its temporary files, or what it printed."""
    found = walked.answered.among(file for place in walked.own.values() for file in place.rglob("*") if file.is_file())

    assert b"answer=household" in found.pop(str(after_all))
    assert found == {}


def test_a_hundred_walks_make_no_row_and_no_file(walked):
    """P2: beside the keys lie the counts of the limits, and nothing else; without a clinic there is no database."""
    assert sorted(file.name for file in walked.own["keys"].iterdir()) == ["limits", "walk-keys"]
    assert list(walked.own["home"].iterdir()) == []
    assert list(walked.own["temporary"].iterdir()) == []
    assert [file.name for file in walked.own["output"].rglob("*") if file.is_file()] == ["printed"]


def test_nobodys_address_browser_or_hour_is_printed_or_kept(walked):
    """P4: a unique source address, forwarded address and user agent for each walk; none is kept, and no time of day."""
    printed = walked.server.printed.read_text()
    limits = (walked.own["keys"] / "limits").read_bytes()

    assert walked.strange.within(printed.encode() + limits) == set()
    assert any(limits[40:]), "the limits did count"
    assert re.findall(r"\d\d:\d\d", printed) == []
    for person in walked.people:
        assert person.comes_from not in printed
        assert person.network.encode() not in limits


def test_no_address_title_or_redirect_holds_anything_of_a_walk(walked):
    """P20: every Location and every link of ours is a plain address without a query, and every title is neutral."""
    answers = [answer for person in walked.people for answer in person.heard]
    moved = [answer.header("location") for answer in answers if answer.header("location")]
    links = {link.decode() for answer in answers for link in LINK.findall(answer.body)}

    assert len(moved) > 10 * WALKS
    assert len(links) > 20
    assert [one for one in {*moved, *links} if not OUR_ADDRESS.fullmatch(one) and one != settings.LEAVE_TO] == []
    assert walked.strange.within("\n".join({*moved, *links}).encode()) == set()
    ids = {option.id for question in walked.answers[0].questionnaire.questions for option in question.options}
    assert [one for one in {*moved, *links} if ids & set(re.split(r"[/#]", one))] == []
    titles = {title_of(answer) for answer in answers} - {""}
    assert [title for title in titles if not NEUTRAL_TITLE.fullmatch(title)] == []
