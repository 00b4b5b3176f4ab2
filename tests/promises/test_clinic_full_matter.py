"""A matter that is full to the brim: its pages and papers are still made, and nobody else waits for them."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.clinic.databases import VENDORS
from tests.promises.clinic_site import TRACEBACK, Seat, clinic_site

LONGEST = 2000
TEXT = "Words & <words> of a lawyer, é. "
PAGES = ("", "section/1/", "question/1/", "plan/", "paper/", "review/", "matter.json", "calendar.ics", "changes/")
PAPER = {"for": "counsel", "size": "letter", "large": "yes"}  # which has all of it


def filled(seat: Seat, matter: str, revision: int) -> int:
    """Say the longest that may be said, again and again, until there is no room. Returns the last revision."""
    page = seat.get(f"{matter}review/")
    fields = re.findall(r'name="(comment-[^"]+)"', page.text)
    assert fields
    for number in range(100):
        text = (TEXT * LONGEST)[: LONGEST - 1 - number // 40]
        sent = {"revision": revision, fields[number % len(fields)]: text}
        answer = seat.post(f"{matter}review/texts/", **sent)
        if answer.status != 302:
            assert answer.status == 413, answer.heading
            return revision
        revision += 1
    raise AssertionError("a matter has no end")


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_full_matter_has_its_pages_and_papers_and_others_are_served_meanwhile(vendor, tmp_path):
    """P41: 64 KiB of what staff wrote; what does not fit is refused, and what was there is as it was."""
    site = clinic_site(tmp_path, vendor)
    with site.served() as server:
        vera, leo, val = (site.seat(server, name) for name in ("Vera", "Leo", "Val"))
        matter = vera.new("full to the brim")
        assert vera.post(f"{matter}review/ask/", revision=1).status == 302
        revision = filled(leo, matter, 2)
        assert revision > 20
        assert vera.note(matter, revision, TEXT * 60).status == 413

        opened = {page: leo.get(matter + page).status for page in PAGES}
        assert {page: status for page, status in opened.items() if status != 200} == {}
        with ThreadPoolExecutor(1) as pool:
            paper, served = pool.submit(leo.post, f"{matter}paper/", **PAPER), []
            while not paper.done() or not served:
                served.append(val.get("/clinic/").status)
                time.sleep(0.05)
        assert set(served) == {200}
        status, text, _ = paper.result()
        assert status in (200, 503), text[:200]
        assert text.startswith("%PDF") or "<h1" in text
        assert int(vera.get(matter).field("revision")) == revision
        assert TRACEBACK not in server.printed.read_text()
