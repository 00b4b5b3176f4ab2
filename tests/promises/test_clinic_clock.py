"""A clock that jumps while the clinic runs: nothing is destroyed before somebody has said which time is right."""

import time
from datetime import UTC, datetime, timedelta
from time import CLOCK_BOOTTIME

import pytest

from tests.clinic import conftest as clinics
from tests.clinic.making import matter
from threatmodel.clinic import clock, destruction, matters, tombstones
from threatmodel.clinic.models import Clinic, Matter, UsedCode
from threatmodel.clinic.sweep import sweep

# Tests of promises share the clinic's own fixtures.
no_connection_left, vendor, database = clinics.no_connection_left, clinics.vendor, clinics.database
clinic, volunteer = clinics.clinic, clinics.volunteer

YEAR = timedelta(days=365)
HOURS = timedelta(hours=20)


class Watch:
    """The machine's clock, which can be set; the one since its start runs on as it does."""

    CLOCK_BOOTTIME = CLOCK_BOOTTIME

    def __init__(self) -> None:
        self.by = timedelta()

    def now(self, zone: object = UTC) -> datetime:
        return datetime.now(UTC) + self.by

    def time(self) -> float:
        return time.time() + self.by.total_seconds()

    def clock_gettime(self, which: int) -> float:
        return time.clock_gettime(which)


@pytest.fixture
def watch(clinic, monkeypatch):
    one = Watch()
    monkeypatch.setattr(clock, "datetime", one)
    monkeypatch.setattr(clock, "time", one)
    monkeypatch.setattr("threatmodel.clinic.sweep.close_old_connections", lambda: None)  # the test holds its own open
    assert clock.tick()
    return one


def kept() -> dict:
    return dict(Matter.objects.values_list("pk", "keep_until"))


def test_a_clock_put_forward_by_a_year_destroys_nothing(volunteer, watch):
    """P53: not at once and not at any later round; put right again, all is as before."""
    made, before = matter(volunteer), kept()

    watch.by = YEAR
    for _ in range(3):
        sweep()
    assert kept() == before
    assert clock.doubted()

    watch.by = timedelta()
    sweep()
    assert kept() == before
    clock.believe()
    assert clock.tick()
    assert matters.open_matter(volunteer, made.row.pk).contents == made.contents
    assert kept() == before
    assert Clinic.objects.get().seen_on == clock.today()


def test_a_clock_put_forward_by_a_year_forgets_nothing_that_was_destroyed_or_used(volunteer, watch):
    """P12: P53: an old backup brings nothing back meanwhile, and a used code stays used."""
    destruction.destroy(None, [matter(volunteer).row.pk], "destroyed")
    UsedCode.objects.create(mark=b"m" * 16, until=clock.today() + timedelta(days=1))
    made = matter(volunteer)

    watch.by = YEAR
    sweep()
    matters.open_matter(volunteer, made.row.pk)

    assert len(tombstones.remembered()) == 1
    assert UsedCode.objects.count() == 1
    watch.by = timedelta()
    clock.believe()
    matters.open_matter(volunteer, made.row.pk)
    assert kept() == {made.row.pk: made.row.keep_until}, "what was opened under the wrong day is kept no longer for it"


def test_a_clock_put_forward_and_believed_ends_what_is_over(volunteer, watch):
    """P53: once somebody has said that it is right, and not before."""
    matter(volunteer)
    watch.by = YEAR
    sweep()
    assert kept()

    clock.believe()
    sweep()

    assert not kept()


def test_a_clock_set_back_by_a_year_brings_no_end_nearer(volunteer, watch):
    """P53: what is used meanwhile is kept as long as what was used before, and nothing is destroyed."""
    made, before = matter(volunteer), kept()

    watch.by = -YEAR
    sweep()
    opened = matters.open_matter(volunteer, made.row.pk)
    saved = matters.save(volunteer, opened, opened.contents, "noted")
    later = matter(volunteer, alias="made meanwhile")
    assert kept() == {**before, later.row.pk: before[made.row.pk]}
    assert clock.doubted()

    watch.by = timedelta()
    clock.believe()
    sweep()
    assert kept() == {**before, later.row.pk: before[made.row.pk]}
    assert matters.open_matter(volunteer, made.row.pk).contents == saved.contents


def test_a_clock_moved_by_less_than_a_day_is_believed(volunteer, watch):
    """P53: summer time, or a clock that was put right."""
    made, before = matter(volunteer), kept()
    for watch.by in (HOURS, -HOURS, timedelta()):
        sweep()
        assert not clock.doubted()
    assert kept() == before

    Matter.objects.filter(pk=made.row.pk).update(keep_until=clock.today() - timedelta(days=1))
    sweep()
    assert not kept()
