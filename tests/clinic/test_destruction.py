"""Destroyed is gone: from the live database, from a backup, and from the file of keys."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connections
from django.test.utils import CaptureQueriesContext

from tests.clinic.making import matter
from threatmodel.clinic import destruction, matters, tombstones
from threatmodel.clinic.keys import GENERATIONS, directory, generations
from threatmodel.clinic.models import AuditEntry, Clinic, Matter
from threatmodel.clinic.retention import expire, expired
from threatmodel.sealing.matter import keyed


def restored(row: Matter) -> None:
    """Put a row back as an old backup would."""
    Matter.objects.filter(pk=row.pk).delete()
    row.save(force_insert=True)


def test_a_destroyed_matter_opens_nowhere_and_all_others_do(volunteer, supervisor):
    """P10: not from the live database, not from last night's copy of its row, with whatever keys are left."""
    doomed, other = matter(volunteer, alias="doomed"), matter(volunteer, alias="other")
    backup = Matter.objects.get(pk=doomed.row.pk)
    file_before = (directory() / GENERATIONS).read_bytes()

    assert destruction.destroy(supervisor.id, [doomed.row.pk], "destroyed") == 1

    assert not Matter.objects.filter(pk=doomed.row.pk).exists()
    assert matters.load(volunteer, other.row.pk).contents.alias == "other"
    restored(backup)
    backup.assigned.add(volunteer)
    with pytest.raises(matters.Dead):
        matters.load(volunteer, backup.pk)
    assert [row.pk for row in destruction.dead()] == [backup.pk]
    now = (directory() / GENERATIONS).read_bytes()
    assert not any(file_before[128:256][i : i + 16] in now for i in range(10, 100))


def test_a_restored_backup_brings_back_the_living_and_never_the_destroyed(volunteer, supervisor):
    """P12: what was destroyed since the backup is deleted again, and the audit says so."""
    doomed, alive = matter(volunteer, alias="doomed"), matter(volunteer, alias="alive")
    number, secret = generations().newest()
    backup = [Matter.objects.get(pk=one.row.pk) for one in (doomed, alive)]
    destruction.destroy(supervisor.id, [doomed.row.pk], "destroyed")
    for row in backup:
        restored(row)
        row.assigned.add(volunteer)

    assert destruction.revive(number, secret) == (1, 1)

    assert matters.load(volunteer, alive.row.pk).contents.alias == "alive"
    assert not Matter.objects.filter(pk=doomed.row.pk).exists()
    assert {"stayed-destroyed", "restored"} <= set(AuditEntry.objects.values_list("act", flat=True))


def test_a_rotation_that_was_broken_off_is_finished(volunteer, monkeypatch):
    """P55: broken off after any of its steps, the next round brings it to its end; matters open all the while."""
    made = matter(volunteer)
    steps = ["_wrap_all", "_destroy_others"]
    for step in steps:
        with monkeypatch.context() as broken:
            broken.setattr(destruction, step, stop)
            with pytest.raises(Stopped):
                destruction.rotate(None)
        assert matters.load(volunteer, made.row.pk).contents == made.contents
        destruction.settle()
        assert len(generations().living()) == 1
        assert matters.load(volunteer, made.row.pk).contents == made.contents


class Stopped(Exception):
    pass


def stop(*_: object) -> None:
    raise Stopped


def test_a_deletion_without_its_rotation_is_finished(volunteer, supervisor, monkeypatch):
    """P10: a crash between the two leaves a note, and the next round destroys the generation."""
    doomed = matter(volunteer)
    before = generations().newest()[0]
    with monkeypatch.context() as broken:
        broken.setattr(destruction, "rotate", stop)
        with pytest.raises(Stopped):
            destruction.destroy(supervisor.id, [doomed.row.pk], "destroyed")
    assert Clinic.objects.get().rotation_due

    destruction.settle()

    assert before not in generations().living()
    assert not Clinic.objects.get().rotation_due


def test_a_matter_past_its_time_is_destroyed_unless_somebody_holds_it(volunteer):
    """P11: by the clock alone, with nobody signed in."""
    kept, held, over = (matter(volunteer) for _ in range(3))
    yesterday = matters.today() - timedelta(days=1)
    Matter.objects.exclude(pk=kept.row.pk).update(keep_until=yesterday)
    Matter.objects.filter(pk=held.row.pk).update(hold=Matter.Hold.CASE)

    assert expire() == 1

    assert {*Matter.objects.values_list("pk", flat=True)} == {kept.row.pk, held.row.pk}
    assert AuditEntry.objects.get(act="expired").matter == over.row.pk


def test_what_was_destroyed_is_remembered_without_its_id_and_for_a_while(volunteer, supervisor, monkeypatch):
    doomed = matter(volunteer)
    destruction.destroy(supervisor.id, [doomed.row.pk], "destroyed")

    marks = tombstones.remembered()
    assert keyed(matters.derived("index"), doomed.row.pk.bytes) in marks
    assert doomed.row.pk.bytes not in (directory() / tombstones.TOMBSTONES).read_bytes()

    later = matters.today() + timedelta(days=tombstones.REMEMBERED_DAYS + 1)
    monkeypatch.setattr(tombstones, "today", lambda: later)
    tombstones.forget_tombstones()
    assert tombstones.remembered() == {}


def test_room_is_kept_for_destroying(clinic):
    destruction.keep_ballast()

    assert (directory() / destruction.BALLAST).stat().st_blocks * 512 >= destruction.BALLAST_BYTES
    assert destruction.release_ballast()
    assert not destruction.release_ballast()


def test_rotations_that_failed_again_and_again_use_up_no_place(volunteer, supervisor, monkeypatch):
    """P53: as on a full disk, once a minute; when there is room again, the next round finishes."""
    made, doomed = matter(volunteer), matter(volunteer)
    with monkeypatch.context() as broken:
        broken.setattr(destruction, "_wrap_all", stop)
        with pytest.raises(Stopped):
            destruction.destroy(supervisor.id, [doomed.row.pk], "destroyed")
        for _ in range(30):
            with pytest.raises(Stopped):
                destruction.settle()

    destruction.settle()

    assert len(generations().living()) == 1
    assert matters.load(volunteer, made.row.pk).contents == made.contents


def test_what_could_not_be_destroyed_is_not_remembered_as_destroyed(volunteer, supervisor, monkeypatch):
    """P12: else the next start would destroy what somebody was told is still there."""
    made = matter(volunteer)
    monkeypatch.setattr(destruction.audit, "note", fail)

    with pytest.raises(DatabaseError):
        destruction.destroy(supervisor.id, [made.row.pk], "destroyed")

    assert tombstones.remembered() == {}


def fail(*_: object, **__: object) -> None:
    raise DatabaseError


def test_a_mark_that_was_written_in_part_hides_no_other(clinic):
    """P12: the next one begins where the last whole one ended."""
    first, second = uuid4(), uuid4()
    tombstones.bury([first])
    with (directory() / tombstones.TOMBSTONES).open("ab") as file:
        file.write(b"half")

    tombstones.bury([second])

    assert len(tombstones.remembered()) == 2


def test_what_is_held_or_was_used_meanwhile_is_spared(volunteer, supervisor):
    """P11: also by who chose it before it was; no mark of it stays, and no key is turned for nothing."""
    held, used = matter(volunteer), matter(volunteer)
    Matter.objects.filter(pk=held.row.pk).update(hold=Matter.Hold.CLIENT)
    before = generations().newest()[0]

    assert destruction.destroy(supervisor.id, [held.row.pk], "destroyed") == 0
    assert destruction.destroy(None, [held.row.pk, used.row.pk], "expired", expired(matters.today())) == 0

    assert Matter.objects.count() == 2
    assert tombstones.remembered() == {}
    assert generations().newest()[0] == before
    assert not AuditEntry.objects.filter(act__in=["destroyed", "expired"]).exists()


def test_matters_are_locked_before_the_clinic(volunteer, vendor):
    """P55: as everywhere else, or two at once would wait for each other on a PostgreSQL."""
    doomed = [matter(volunteer).row.pk for _ in range(3)]

    with CaptureQueriesContext(connections["default"]) as seen:
        destruction.destroy(None, doomed, "destroyed")

    asked = [one["sql"] for one in seen.captured_queries]
    deletes = [place for place, sql in enumerate(asked) if sql.startswith('DELETE FROM "clinic_matter"')]
    assert len(deletes) == 3
    locks = [sql for sql in asked[: min(deletes)] if '"clinic_matter"' in sql and "FOR UPDATE" in sql]
    assert len(locks) == (3 if vendor == "postgresql" else 0), "a hold that comes between the look and the delete waits"
    assert max(deletes) < min(place for place, sql in enumerate(asked) if '"clinic_clinic"' in sql)


def test_killed_before_it_was_deleted_a_matter_lives_on(volunteer, monkeypatch):
    """P55: its mark goes, and neither a start nor a backup destroys it later."""
    made = matter(volunteer)
    with monkeypatch.context() as broken:
        broken.setattr(destruction, "_delete_all", stop)
        with pytest.raises(Stopped):
            destruction.destroy(None, [made.row.pk], "destroyed")
    assert tombstones.announced()
    tombstones.forget_tombstones()

    assert destruction.stay_destroyed() == 0
    destruction.settle()

    assert tombstones.remembered() == {}
    assert matters.load(volunteer, made.row.pk).contents == made.contents


def test_killed_after_it_was_deleted_a_matter_stays_destroyed(volunteer, monkeypatch):
    """P12: the next round sees that it is gone, and from then on its mark is as any other."""
    doomed = matter(volunteer)
    backup = Matter.objects.get(pk=doomed.row.pk)
    with monkeypatch.context() as broken:
        broken.setattr(destruction, "bury", stop)
        with pytest.raises(Stopped):
            destruction.destroy(None, [doomed.row.pk], "destroyed")

    destruction.settle()

    assert [*tombstones.remembered().values()] == [matters.today()]
    restored(backup)
    assert destruction.stay_destroyed() == 1
    assert not Matter.objects.exists()
