"""Saving at the clinic when workers are killed, and when two save at once: nothing that was acknowledged is lost."""

import http.client
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest

from tests.clinic.databases import VENDORS
from tests.promises.clinic_site import TRACEBACK, Seat, Site, clinic_site
from tests.promises.server import Server

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="looks for workers in /proc")
ROUNDS = 15
LOOKS = ("opened", "shown-both", "shown-again")
SAVED_BETWEEN = 10  # notes between one kill and the next
PATIENCE = 60  # seconds for a server that was killed to answer again


@pytest.fixture(scope="module", params=VENDORS)
def site(request, tmp_path_factory) -> Site:
    return clinic_site(tmp_path_factory.mktemp("saving"), request.param)


class Clerk:
    """Saves note after note on a matter of their own. What was not answered is sent again, with the same mark."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.matter = seat.new(f"matter {uuid4().hex[:6]}")
        self.texts: list[str] = []
        self.odd: list[str] = []
        self.again = 0

    def work(self, enough: threading.Event) -> None:
        while not enough.is_set() and not self.odd:
            self._save(f"note {uuid4().hex} end")

    def _save(self, text: str) -> None:
        once, until = uuid4().hex, time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                answer = self.seat.note(self.matter, 1 + len(self.texts), text, once=once)
            except (OSError, http.client.HTTPException):
                self.again += 1
                time.sleep(0.05)
                continue
            if answer.status == 302:
                self.texts.append(text)
                return
            if answer.status != 503:
                break
            self.again += 1
        self.odd.append(f"{answer.status} {answer.heading}")


def workers(server: Server) -> list[int]:
    """The processes that granian's first one started to answer requests."""
    found = []
    for task in Path(f"/proc/{server.process.pid}/task").iterdir():
        for pid in (task / "children").read_text().split():
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"resource_tracker" not in command:
                found.append(int(pid))
    return found


def saved_more(clerks: list[Clerk]) -> None:
    """Wait until some more was saved."""
    aim, until = sum(len(one.texts) for one in clerks) + SAVED_BETWEEN, time.monotonic() + PATIENCE
    while sum(len(one.texts) for one in clerks) < aim and time.monotonic() < until:
        assert not any(one.odd for one in clerks), [one.odd for one in clerks]
        time.sleep(0.01)
    assert sum(len(one.texts) for one in clerks) >= aim, "the server does not come back"
    time.sleep(random.random() / 20)  # noqa: S311  a moment within a save


def move(clerks: list[Clerk], server: Server) -> None:
    """Tell the clerks where the server answers now."""
    for one in clerks:
        one.seat.server = server


def kill_everything(server: Server, clerks: list[Clerk]) -> None:
    """Each worker once, since granian itself ends where the same one falls again and again; then all at once."""
    saved_more(clerks)
    for pid in workers(server):
        os.kill(pid, signal.SIGKILL)
        saved_more(clerks)
    os.killpg(server.process.pid, signal.SIGKILL)


def matters_now() -> dict[str, object]:
    """Every matter's revision and notes, the revisions that the audit tells of, and what is wrong in the audit."""
    from threatmodel.clinic import audit, matters
    from threatmodel.clinic.models import AuditEntry, Matter

    found = {}
    for row in Matter.objects.all():
        notes = [one.text for one in matters.unsealed(row).contents.notes]
        saves = AuditEntry.objects.filter(matter=row.id).exclude(act__in=LOOKS)
        lines = saves.values_list("revision", flat=True)
        found[f"/clinic/matters/{row.id}/"] = [row.revision, notes, sorted(lines)]
    return {"matters": found, "faults": [list(fault) for fault in audit.verify()]}


def whole(site: Site) -> dict[str, list]:
    """What there is now, once it was seen that database and audit are whole."""
    now = site.run(matters_now)
    assert now["faults"] == []
    if site.vendor == "sqlite":
        with sqlite3.connect(site.clinic / "clinic.sqlite3") as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        database.close()
    for _, (revision, _, lines) in now["matters"].items():
        assert lines == list(range(1, revision + 1)), "one line for each revision"
    return now["matters"]


def test_what_was_said_to_be_saved_is_there_after_workers_and_server_were_killed(site):
    """P51: kill -9 of workers and of the whole; nothing acknowledged is lost, nothing half, nothing twice."""
    enough = threading.Event()
    with ThreadPoolExecutor(3) as pool:
        try:
            with site.served() as server:
                clerks = [Clerk(site.seat(server, name)) for name in ("Vera", "Val", "Leo")]
                works = [pool.submit(one.work, enough) for one in clerks]
                kill_everything(server, clerks)
            with site.served() as server:
                move(clerks, server)
                saved_more(clerks)
                enough.set()
                for work in works:
                    work.result(timeout=PATIENCE)
        finally:
            enough.set()

    now = whole(site)
    assert sum(one.again for one in clerks), "somebody was cut off"
    for one in clerks:
        assert not one.odd
        assert now[one.matter][1] == one.texts
    assert TRACEBACK not in server.printed.read_text()


def test_two_who_save_at_the_same_instant_one_wins_and_the_other_sees_both(site):
    """P52: round after round; one is saved, one is shown what it sent beside what stands, and may save it after all."""
    with site.served() as server:
        first, second = site.seat(server, "Vera"), site.seat(server, "Vera")
        matter, revision, barrier = first.new("shared matter"), 1, threading.Barrier(2)
        seats, texts = (first, second), []
        first.get(matter), second.get(matter)

        def save(seat: Seat, text: str):
            barrier.wait(timeout=PATIENCE)
            return seat.note(matter, revision, text)

        with ThreadPoolExecutor(2) as pool:
            for number in range(ROUNDS):
                said = [f"round {number} <{who}> {uuid4().hex}" for who in ("first", "second")]
                works = [pool.submit(save, seat, text) for seat, text in zip(seats, said, strict=True)]
                answers = [work.result() for work in works]
                assert Counter(one.status for one in answers) == {302: 1, 409: 1}
                loser = next(place for place, one in enumerate(answers) if one.status == 409)
                assert said[loser] in unescape(answers[loser].text)
                assert said[1 - loser] in unescape(answers[loser].text)
                page = answers[loser]
                kept = seats[loser].note(
                    matter, int(page.field("revision")), unescape(page.field("note")), once=page.field("once")
                )
                assert kept.status == 302
                texts += [said[1 - loser], said[loser]]
                revision += 2

    assert whole(site)[matter][:2] == [1 + 2 * ROUNDS, texts]
