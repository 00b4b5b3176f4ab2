"""Keys are rotated while others work, and rotations are killed: every matter opens all the while and afterwards."""

import json
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.clinic.databases import VENDORS
from tests.promises.clinic_site import Site, clinic_site

ROTATIONS = 5
KILLS = 6
MATTERS = 25


@pytest.fixture(scope="module", params=VENDORS)
def site(request, tmp_path_factory) -> Site:
    return clinic_site(tmp_path_factory.mktemp("rotation"), request.param)


def work(enough: str) -> list[int]:
    """Make, open and save matters until the file appears. Returns how many were made, and how often one was opened."""
    from django.db import close_old_connections

    from tests.clinic.making import contents
    from threatmodel.clinic import matters
    from threatmodel.clinic.models import Staff
    from threatmodel.clinic.working import said

    staff, made, opened = Staff.objects.get(name="Vera"), [], 0
    while not os.path.exists(enough):
        if len(made) < MATTERS:
            made.append(matters.create(staff, contents(f"matter {os.getpid()} {len(made)}")))
        at = random.randrange(len(made))  # noqa: S311
        one = matters.open_matter(staff, made[at].row.pk)
        assert one.contents == made[at].contents
        note = said(staff.id.hex, "more")
        made[at] = matters.save(staff, one, one.contents.noted(note), "noted")
        opened += 1
        if opened == 1:
            print("begun", flush=True)  # noqa: T201
        close_old_connections()
    return [len(made), opened]


def rotate_often(enough: str) -> int:
    """Rotate so often, then make the file."""
    from threatmodel.clinic.destruction import rotate

    number = 0
    for _ in range(ROTATIONS):
        number = rotate(None)
        time.sleep(0.15)
    Path(enough).touch()
    return number


def open_all() -> dict[str, object]:
    """How many matters there are, and opened; which generations live; what is wrong in the audit."""
    from threatmodel.clinic import audit, matters
    from threatmodel.clinic.keys import generations
    from threatmodel.clinic.models import Matter

    opened = [matters.unsealed(row) for row in Matter.objects.all()]
    return {
        "opened": len(opened),
        "living": list(generations().living()),
        "faults": [list(one) for one in audit.verify()],
    }


def killed_again_and_again() -> dict[str, object]:
    """Rotate in a process that is killed at a random moment, settle, open all; so many times. Returns what was seen."""
    from django.db import connections

    from tests.clinic.making import contents
    from threatmodel.clinic import matters
    from threatmodel.clinic.destruction import rotate, settle
    from threatmodel.clinic.keys import generations
    from threatmodel.clinic.models import Staff

    staff = Staff.objects.get(name="Vera")
    while matters.readable(staff).count() < MATTERS:
        matters.create(staff, contents())
    began = time.monotonic()
    rotate(None)
    takes, unfinished = time.monotonic() - began, 0
    fork = multiprocessing.get_context("fork")
    for _ in range(KILLS):
        connections.close_all()
        child = fork.Process(target=_rotate_on)
        child.start()
        time.sleep(takes * (0.2 + 3 * random.random()))  # noqa: S311
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        unfinished += len(generations().living()) > 1
        for row in matters.readable(staff):
            matters.unsealed(row)
        settle()
        assert len(generations().living()) == 1
    return {**open_all(), "unfinished": unfinished}


def _rotate_on() -> None:
    from threatmodel.clinic.destruction import rotate

    while True:
        rotate(None)


def test_ten_rotations_while_others_make_open_and_save(site, tmp_path):
    """P55: none of the others fails, all opens afterwards, and one generation lives."""
    enough = str(tmp_path / "enough")
    others = [site.begin(work, enough) for _ in range(2)]
    assert [process.stdout.readline() for process in others] == ["begun\n"] * 2
    rotates = site.begin(rotate_often, enough)
    said = [json.loads(process.communicate(timeout=120)[0] or "null") for process in (rotates, *others)]

    assert [process.returncode for process in (rotates, *others)] == [0, 0, 0]
    now = site.run(open_all)
    assert now["living"] == [said[0]]
    assert now["faults"] == []
    assert now["opened"] == said[1][0] + said[2][0]
    assert min(said[1][1], said[2][1]) > ROTATIONS


def test_a_rotation_that_is_killed_at_any_moment_is_finished_by_the_next_round(site):
    """P55: killed at random moments; between the kill and the next round everything opens, too."""
    now = site.run(killed_again_and_again)

    assert now["opened"] >= MATTERS
    assert len(now["living"]) == 1
    assert now["faults"] == []
    assert now["unfinished"], "some were killed in the middle"
