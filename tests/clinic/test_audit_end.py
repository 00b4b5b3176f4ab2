"""The audit's end outside the database: while others write, on a disk that fails, and under an older database."""

import logging

import pytest
from django.db import connections

from tests.clinic.places import Place, lose, migrated
from threatmodel.clinic import audit, clock, destruction, founding
from threatmodel.clinic.accounts import staff as accounts
from threatmodel.clinic.keys import generations
from threatmodel.clinic.models import AuditEntry, Clinic, Invitation, Session
from threatmodel.clinic.sweep import sweep


@pytest.fixture
def kept(vendor, tmp_path, settings, django_db_blocker):
    """A clinic whose transactions come to their end."""
    with django_db_blocker.unblock():
        was = connections["default"]
        place = migrated(Place(vendor, tmp_path / "machine", settings))
        try:
            founding.found()
            yield place
        finally:
            lose(place)
            connections["default"] = was


def test_a_line_that_is_added_meanwhile_is_no_fault(kept, monkeypatch):
    """P50: whenever it comes, the chain is whole."""
    audit.note(None, "one")
    for owner, name in ((Clinic.objects, "get"), (AuditEntry.objects, "aggregate"), (audit, "_anchored")):
        asked = getattr(owner, name)
        with monkeypatch.context() as busy:

            def then_noted(*args, asked=asked, busy=busy, **more):
                found = asked(*args, **more)
                busy.undo()
                audit.note(None, "meanwhile")
                return found

            busy.setattr(owner, name, then_noted)
            assert [*audit.verify()] == []
    assert AuditEntry.objects.filter(act="meanwhile").count() == 3
    assert [*audit.verify()] == []


def test_a_line_put_in_after_the_end_is_found(kept):
    """P50: one that the clinic's own count knows nothing of."""
    audit.note(None, "one")
    AuditEntry.objects.create(number=9, at="2026-11-01T00:00Z", act="two", link=b"x" * 32)

    assert [*audit.verify()] == [audit.Fault(9, "foreign")]


def test_a_disk_that_fails_loses_no_act_and_no_log_hears_more_than_the_kind(kept, monkeypatch, caplog):
    """P50: the end is noted with the next line."""

    def full(*_: object) -> None:
        raise OSError(28, "No space", "/a/path/of/ours")

    with monkeypatch.context() as failing, caplog.at_level(logging.DEBUG):
        failing.setattr(audit.os, "pwrite", full)
        audit.note(None, "one")

    assert AuditEntry.objects.get().act == "one"
    assert [record.levelname for record in caplog.records if record.name == audit.__name__] == ["ERROR"]
    assert "OSError" in caplog.text
    assert "/a/path" not in caplog.text
    assert audit.noted_end() == 0
    audit.note(None, "two")
    assert audit.noted_end() == 2
    assert [*audit.verify()] == []


@pytest.mark.parametrize("changed", [False, True], ids=["whole", "changed"])
def test_a_database_that_lost_lines_is_taken_for_an_older_one_once(kept, changed, caplog):
    """P12: also under keys that are as old; sessions and invitations end, and those begun afterwards go on."""
    _open("first")
    audit._anchor(Clinic.objects.get().audit_count + 3, b"y" * 32)  # as three more lines would have left it
    if changed:
        Clinic.objects.update(audit_head=b"x" * 32)

    sweep()

    assert not Session.objects.exists()
    assert not Invitation.objects.exists()
    assert AuditEntry.objects.filter(act="older-database").count() == 1
    assert "lacks lines" in caplog.text
    assert bool([*audit.verify()]) is changed
    _open("again")
    sweep()
    assert Session.objects.count() == Invitation.objects.count() == 1
    assert AuditEntry.objects.filter(act="older-database").count() == 1


@pytest.mark.parametrize("step", ["_wrap_all", "_destroy_others"])
def test_a_rotation_that_was_broken_off_is_no_older_database(kept, monkeypatch, step):
    """P55: the next round ends it, and signs nobody out."""
    audit.note(None, "one")
    _open("before")

    def stop(*_: object) -> None:
        raise OSError("killed")

    with monkeypatch.context() as killed:
        killed.setattr(destruction, step, stop)
        with pytest.raises(OSError, match="killed"):
            destruction.rotate(None)
    sweep()

    assert Session.objects.count() == Invitation.objects.count() == 1
    assert not AuditEntry.objects.filter(act="older-database").exists()
    assert len(generations().living()) == 1


def test_killed_before_the_end_is_noted_anew_the_next_round_does_it(kept, monkeypatch):
    """P12: nothing of it is taken for done too early."""
    audit.note(None, "one")
    audit._anchor(9, b"y" * 32)

    def stop() -> None:
        raise OSError

    with monkeypatch.context() as killed:
        killed.setattr(audit, "anchor_anew", stop)
        sweep()
    _open("meanwhile")
    sweep()

    assert not Session.objects.exists()
    assert [*audit.verify()] == []


def _open(mark: str) -> None:
    """A session and an invitation."""
    Session.objects.create(mark=mark.encode(), began_on=clock.today(), data="")
    accounts.first_supervisor(mark)
