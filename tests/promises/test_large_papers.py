"""The longest paper that anybody can ask for, and papers that would never end: nobody else waits for them."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.promises.server import shipped
from tests.walkthrough.cast import walking
from tests.walkthrough.served import Walker
from threatmodel.documents import renderer
from threatmodel.engine.answers import Answers
from threatmodel.engine.flow import path
from threatmodel.walkthrough.walk import COOKIE

SMALL = '<html lang="en"><title>Plan</title><p>words</p>'
LONGEST = {"for": "counsel", "size": "letter", "large": "yes"}


def everything_ticked(pack) -> Answers:
    """Every option that can be chosen with others; what takes one answer stays open, and the plan assumes the most."""
    answers = Answers(pack)
    for question in pack.questions:
        if question.pick == "many" and question in path(answers, "everything"):
            answers = answers.choose(question.id, [option.id for option in question.options if not option.alone])
    return answers


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks at processes in /proc")
def test_the_longest_paper_is_made_or_refused_in_plain_words_and_others_are_served_meanwhile(
    pack, tmp_path, monkeypatch
):
    """P41: all that can be ticked, in large print; pages of other visitors come while it is made."""
    with shipped(tmp_path) as server:
        monkeypatch.setattr("threatmodel.walkthrough.walk.key_ring", lambda: ring_of(tmp_path / "keys"))
        asks, others = Walker(server.port), Walker(server.port).begin()
        asks.cookies[COOKIE] = walking(everything_ticked(pack)).cookies[COOKIE].value
        form = LONGEST | {"csrfmiddlewaretoken": asks.token("/plan/")}
        served, limits = [], set()
        with ThreadPoolExecutor(1) as other:
            paper = other.submit(asks.ask, "POST", "/plan.pdf", form)
            while not paper.done():
                served.append(others.ask("GET", "/walk/1/")[0])
                limits |= {_limits(pid) for pid in server.workers()}
                time.sleep(0.05)
        status, headers, body = paper.result()

    assert set(served) == {200}
    assert len(served) > 2, "the paper was made while others were served"
    assert status in (200, 503)
    assert body.startswith(b"%PDF") if status == 200 else (b"<h1" in body and int(headers["retry-after"]) > 0)
    assert any(f"Max address space {renderer.MOST_MEMORY}" in text for text in limits)


def ring_of(keys: Path):
    """The server's own keys, so that a walk can be given to it whole."""
    from threatmodel.sealing.key_file import FileRing

    return FileRing(keys, on_disk=True)


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks at processes in /proc")
def test_a_paper_that_takes_too_long_is_given_up_its_maker_killed_and_the_next_one_made(monkeypatch):
    """P41: at the limit the child is killed, not asked."""
    assert renderer.render(SMALL, "").startswith(b"%PDF")
    before = children()
    monkeypatch.setattr(renderer, "SECONDS", 1)

    with pytest.raises(renderer.NotRendered):
        renderer.render(SMALL + "<p>word <b>word</b></p>" * 20_000, "")

    monkeypatch.undo()
    assert renderer.render(SMALL, "").startswith(b"%PDF")
    assert before
    assert not before & children()


def _limits(pid: int) -> str:
    """The limits of a process, on one line; nothing of one that ended meanwhile."""
    try:
        return " ".join(Path(f"/proc/{pid}/limits").read_text().split())
    except OSError:
        return ""


def children() -> set[int]:
    """The processes that make papers for this one."""
    below = [int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]
    return {pid for pid in below if f"Max address space {renderer.MOST_MEMORY}" in _limits(pid)}
