"""What has to be read again."""

from datetime import date

import pytest

from threatmodel.content.compile import load_pack
from threatmodel.content.due import due, warnings_of
from threatmodel.content.pack import read_pack

LAST = date(2026, 3, 2)  # 60 days after 2026-01-01


@pytest.mark.parametrize(
    ("day", "days", "late"),
    [(date(2026, 1, 31), 30, False), (LAST, 0, False), (date(2026, 3, 3), -1, True)],
)
def test_an_item_is_near_then_due_then_past(small, day, days, late):
    found = due(load_pack(small), day, within=30)

    assert [(entry.item.value.id, entry.days) for entry in found] == [("a-judge-decides", days)]
    assert [fault.code for fault in warnings_of(read_pack(small), day)] == (["L002"] if late else [])


def test_what_is_further_away_is_not_named(small):
    assert due(load_pack(small), date(2026, 1, 30), within=30) == ()


def test_the_soonest_comes_first(pack):
    days = [entry.days for entry in due(pack, date(2026, 11, 23), within=4000)]

    assert days == sorted(days)
    dated = (pack.vectors, pack.measures, pack.safeguards, pack.referrals, pack.letters, [pack.notice])
    assert len(days) == sum(map(len, dated))


def test_what_has_ended_needs_no_review(small):
    path = small / "safeguards" / "all.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "  until: 2026-02-01\n", encoding="utf-8")

    assert due(load_pack(small), LAST, within=30) == ()
    assert warnings_of(read_pack(small), date(2026, 3, 3)) == ()
