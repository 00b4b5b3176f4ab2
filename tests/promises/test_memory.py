"""What a worker's memory still holds of walks that are over, read as root reads it, and that it ends with it."""

import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.promises.person import Person
from tests.promises.server import Server, shipped
from threatmodel.documents.packs import sample_plans

WALKS = 20
LATER = 50
CORE = re.compile(r"^Max core file size +(\S+) +(\S+)", re.MULTILINE)


def memory_of(process: int) -> bytes:
    """All that a process can write to, whole. Raises ``OSError`` where it cannot be read."""
    parts = []
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            place, may = line.split()[:2]
            start, end = (int(one, 16) for one in place.split("-"))
            if may.startswith("rw"):
                with suppress(OSError, ValueError, OverflowError):  # reserved and never filled
                    memory.seek(start)
                    while start < end and (part := memory.read(min(end - start, 1 << 24))):
                        parts.append(part)
                        start += len(part)
    return b"".join(parts)


def readable() -> bool:
    try:
        return bool(memory_of(os.getpid())) and os.geteuid() == 0
    except OSError:
        return False


needs_root = pytest.mark.skipif(not readable(), reason="the memory of other processes cannot be read here")


def walk(port: int, mark: str) -> None:
    person = Person(port, mark).begin().walk(sample_plans()["answered-nothing"].answers)
    person.send("/keep/", ("passphrase", f"{mark}-passphrase"), ("again", f"{mark}-mistyped"))
    person.upload("/open/", f"{mark}-junk".encode() * 20, passphrase=f"{mark}-opening")
    person.ask("GET", "/leave/")


def make_a_paper(port: int, mark: str) -> None:
    """So that there is a renderer, which hears a password and a plan."""
    person = Person(port).begin()
    assert person.send("/plan.pdf", ("password", f"{mark}-password")).status == 200


def held(processes: list[int], mark: str) -> set[bytes]:
    """Which walks left something under this mark in the memory of any of these processes."""
    each = re.compile(rb"%s-(\d+)-" % mark.encode())
    return {walk for process in processes for walk in each.findall(memory_of(process))}


def recycled(server: Server) -> list[int]:
    """Every process of the server once each worker has been replaced, as happens hourly (``--workers-lifetime``)."""
    before = set(server.workers()) - {server.process.pid}
    os.kill(server.process.pid, signal.SIGHUP)
    for _ in range(300):
        now = set(server.workers())
        if not now & before and len(now) > 2:
            return sorted(now)
        time.sleep(0.2)
    raise AssertionError("the workers were not replaced")


@needs_root
def test_no_word_of_a_walk_outlives_the_worker_that_served_it(tmp_path):
    """P6: while a worker lives, some can still be read by root; once it was replaced, none can, in any process."""
    mark = f"canary{secrets.token_hex(8)}"
    with shipped(tmp_path) as server:
        for number in range(WALKS):
            walk(server.port, f"{mark}-{number}")
        make_a_paper(server.port, f"{mark}-{WALKS}")
        at_once = held(server.workers(), mark)
        other = Person(server.port)
        for _ in range(LATER):
            other.ask("GET", "/notice/")
        later = held(server.workers(), mark)

        left = held(recycled(server), mark)

        assert server.ask("GET", "/healthz").status == 200, "somebody answers while the others start"
    print(f"of {WALKS} walks, {len(at_once)} at once, {len(later)} after {LATER} requests, {len(left)} after recycling")  # noqa: T201
    assert at_once, "the search finds what is there"
    assert left == set()


def without_looking_in() -> tuple[str, ...]:
    """What to run a program under so that it is a user like any other, who may look into processes of their own."""
    if os.geteuid() != 0:
        return ()
    return ("setpriv", "--inh-caps", "-sys_ptrace", "--bounding-set", "-sys_ptrace")


def may_look_into(process: int) -> bool:
    command = [*without_looking_in(), "readlink", f"/proc/{process}/cwd"]  # shown to whoever may trace it
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root looks into everything")
def test_no_process_that_sees_answers_can_be_dumped_or_looked_into(tmp_path):
    """P6: no core file, and no program of the same user may look in: into workers, nor the renderer beside one."""
    with shipped(tmp_path, before=without_looking_in()) as server:
        person = Person(server.port).begin()
        assert person.ask("GET", "/plan.pdf").status == 200
        commands = {one: Path(f"/proc/{one}/cmdline").read_bytes() for one in server.workers()}
        seeing = [one for one in commands if one != server.process.pid and b"resource_tracker" not in commands[one]]

        assert any(b"spawn_main" in commands[one] for one in seeing), "the renderer is among them"
        assert len(seeing) == 3
        for one in seeing:
            assert CORE.search(Path(f"/proc/{one}/limits").read_text()).groups() == ("0", "0")
            assert not may_look_into(one), commands[one]
        assert may_look_into(server.process.pid), "the one that only starts the others, and sees no request"
