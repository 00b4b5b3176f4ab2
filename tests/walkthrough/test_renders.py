"""Papers from a real server: many at once, a renderer that dies, and a walk that goes on meanwhile."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.walkthrough.served import Walker, served

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with served(tmp_path_factory.mktemp("keys")) as running:
        Walker(running[0]).begin().ask("GET", "/plan.pdf")  # the first paper starts the renderer
        yield running


@pytest.fixture(scope="module")
def walker(server):
    return Walker(server[0]).begin()


def descendants(pid: int) -> dict[int, str]:
    """Every process below this one, with its command line."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
    found, below = {}, [pid]
    while below:
        below = [child for child, parent in parents.items() if parent in below]
        for child in below:
            try:
                found[child] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
    return found


def renderers(pid: int) -> list[int]:
    """The renderers below a server: what is niced."""
    return [child for child in descendants(pid) if os.getpriority(os.PRIO_PROCESS, child) >= 10]


def test_ten_at_once_each_get_a_paper_or_are_told_at_once_to_try_again(server, walker):
    """P41: nobody waits for another's paper, and a walk goes on meanwhile."""
    walkers = [Walker(server[0]) for _ in range(10)]
    for one in walkers:
        one.cookies = dict(walker.cookies)

    def timed(one):
        start = time.monotonic()
        return *one.ask("GET", "/plan.pdf"), time.monotonic() - start

    with ThreadPoolExecutor(11) as crowd:
        papers = [crowd.submit(timed, one) for one in walkers]
        step = crowd.submit(timed_step, walker)
        answers = [paper.result() for paper in papers]

    assert {status for status, *_ in answers} == {200, 503}
    for status, headers, body, seconds in answers:
        assert headers["cache-control"] == "no-store"
        if status == 200:
            assert body.startswith(b"%PDF")
        else:
            assert seconds < 1
            assert int(headers["retry-after"]) > 0
            assert b"<form" in body
    assert step.result() < 1


def timed_step(walker):
    start = time.monotonic()
    assert walker.ask("GET", "/walk/1/")[0] == 200
    return time.monotonic() - start


def test_what_the_busy_page_offers_gives_the_paper(server, walker):
    form = {"for": "counsel", "size": "a4", "large": "no", "csrfmiddlewaretoken": walker.token("/plan/")}

    status, headers, body = walker.ask("POST", "/plan.pdf", form)

    assert status == 200
    assert headers["content-type"] == "application/pdf"
    assert body.startswith(b"%PDF")


def test_a_renderer_that_is_killed_costs_one_paper_at_most(server, walker):
    [renderer] = renderers(server[1].pid)
    with ThreadPoolExecutor(1) as other:
        paper = other.submit(walker.ask, "GET", "/plan.pdf")
        time.sleep(0.15)
        os.kill(renderer, signal.SIGKILL)
        status, *_ = paper.result()

    assert status in (200, 503)
    assert walker.ask("GET", "/plan.pdf")[0] == 200
    [other] = renderers(server[1].pid)
    assert other != renderer


def test_no_renderer_outlives_its_worker(tmp_path):
    """It is stopped while at work, so that it cannot end by itself when the line to its worker is cut."""
    with served(tmp_path) as (port, server), ThreadPoolExecutor(1) as other:
        walker = Walker(port).begin()
        assert walker.ask("GET", "/plan.pdf")[0] == 200
        [renderer] = renderers(server.pid)
        before = processor_time(renderer)
        paper = other.submit(walker.ask, "GET", "/plan.pdf")
        try:
            assert soon(lambda: processor_time(renderer) > before)
            os.kill(renderer, signal.SIGSTOP)
            assert not paper.done()
            os.kill(parent(renderer), signal.SIGKILL)

            assert soon(lambda: is_gone(renderer))
        finally:
            if not is_gone(renderer):
                os.kill(renderer, signal.SIGKILL)
    assert paper.exception()


def test_no_process_of_a_server_outlives_it(tmp_path):
    with served(tmp_path) as (port, server):
        assert Walker(port).begin().ask("GET", "/plan.pdf")[0] == 200
        below = descendants(server.pid)
        assert renderers(server.pid)

    assert soon(lambda: all(is_gone(pid) for pid in below))


def soon(come_true, seconds=15):
    """Whether something comes true before long."""
    end = time.monotonic() + seconds
    while not (true := come_true()) and time.monotonic() < end:
        time.sleep(0.02)
    return true


def parent(pid: int) -> int:
    return int(stat(pid)[1])


def processor_time(pid: int) -> int:
    """In ticks, its own and the kernel's."""
    return int(stat(pid)[11]) + int(stat(pid)[12])


def is_gone(pid: int) -> bool:
    try:
        return stat(pid)[0] == "Z"
    except OSError:
        return True


def stat(pid: int) -> list[str]:
    """What the kernel says of a process, from its state on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
