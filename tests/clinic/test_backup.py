"""Backups: consistent while others write, opened by the recovery key alone, and never the way back for what is gone."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections

from tests.clinic.making import matter
from tests.clinic.places import Place, lose, migrated, programs
from tests.conftest import ROOT
from threatmodel.clinic import audit, backup, clock, copies, destruction, founding, keys, matters, tombstones
from threatmodel.clinic.accounts import staff as accounts
from threatmodel.clinic.models import AuditEntry, Clinic, Invitation, Matter, Session, Staff
from threatmodel.clinic.models.staff import Role
from threatmodel.clinic.putting_back import InTheWay, restore
from threatmodel.clinic.sweep import sweep
from threatmodel.sealing.written import read_key

WRITER = """
import django, sys
django.setup()
from tests.clinic.making import matter
from threatmodel.clinic.models import Staff
staff = Staff.objects.get()
print("writing", flush=True)
while True:
    matter(staff)
"""


class Machine(NamedTuple):
    """A clinic with a volunteer, and what its operator put away."""

    place: Place
    staff: Staff
    recovery: bytes

    def back_up(self) -> Path:
        return backup.back_up(self.place.directory.parent / "backups")


@pytest.fixture
def machine(vendor, tmp_path, settings, monkeypatch, django_db_blocker):
    monkeypatch.setenv("PATH", f"{programs()}{os.pathsep}{os.environ['PATH']}")
    with django_db_blocker.unblock():
        was = connections["default"]
        place = migrated(Place(vendor, tmp_path / "machine", settings))
        try:
            made = founding.found()
            yield Machine(place, Staff.objects.create("Vera", Role.VOLUNTEER), read_key(made.recovery))
        finally:
            lose(place)
            connections["default"] = was


@pytest.fixture
def another(machine, vendor, tmp_path, settings):
    """A second machine with neither keys nor tables."""
    place = Place(vendor, tmp_path / "another", settings)
    yield place
    lose(place)


def aliases(staff: Staff) -> set[str]:
    """The aliases of everything that opens for somebody."""
    return {one.contents.alias for one in matters.listed(staff, Matter.objects.all(), 1000)}


def acts() -> set[str]:
    return set(AuditEntry.objects.values_list("act", flat=True))


def test_a_backup_has_neither_key_nor_clear_text_and_is_for_its_owner_alone(machine):
    """P9: nothing of a client in it, and nothing that opens it but by the recovery key."""
    matter(machine.staff, alias="grey heron")

    made = machine.back_up()

    assert {path.name for path in made.iterdir()} == {copies.DATABASE, "generation-1.sealed"}
    held = b"".join(path.read_bytes() for path in made.iterdir())
    for secret in (*keys.given(), keys.root().secret, *keys.generations().living().values(), b"grey heron"):
        assert secret not in held
        assert secret.hex().encode() not in held
    assert {path.stat().st_mode & 0o777 for path in made.iterdir()} == {0o600}
    assert made.stat().st_mode & 0o777 == 0o700
    assert len({path.stat().st_mtime for path in (made, *made.iterdir())}) == 1
    with pytest.raises(backup.NoBackup):
        backup.opened(made, b"x" * 32)
    assert backup.opened(made, machine.recovery).generations == keys.generations().living()


def test_the_last_days_backups_are_kept_and_no_others(machine, monkeypatch):
    """P10: what was destroyed is gone from backups, too, after a week."""
    into = machine.place.directory.parent / "backups"
    (into / "notes").mkdir(parents=True)
    (into / "2001-01-01").mkdir()
    today = clock.today()
    for days in range(10, -1, -1):
        monkeypatch.setattr(backup, "today", lambda days=days: today - timedelta(days=days))
        machine.back_up()
    machine.back_up()

    kept = {path.name for path in into.iterdir()} - {"notes", "2001-01-01"}
    assert kept == {f"{today - timedelta(days=days)}" for days in range(7)}
    assert (into / "notes").exists()
    assert (into / "2001-01-01").exists()


def test_a_database_that_was_put_back_opens_again_but_for_what_was_destroyed(machine):
    """P12: P11: on the same machine; and what is past its time goes before anything else."""
    for alias in ("alive", "doomed", "old"):
        matter(machine.staff, alias=alias)
    by_alias = {matters.unsealed(row).contents.alias: row.pk for row in Matter.objects.all()}
    Matter.objects.filter(pk=by_alias["old"]).update(keep_until=clock.today() - timedelta(days=1))
    invitation = accounts.first_supervisor("Sol")
    made = machine.back_up()
    Session.objects.create(mark=b"m", began_on=clock.today(), data="")
    destruction.destroy(None, [by_alias["doomed"]], "destroyed")
    matter(machine.staff, alias="later")
    with pytest.raises(InTheWay):
        restore(made, machine.recovery)

    done = restore(made, machine.recovery, over=True)

    assert aliases(machine.staff) == {"alive"}
    assert (done.back, done.stayed_destroyed, done.expired, done.dead, done.new_keys) == (2, 1, 1, 0, False)
    assert {"stayed-destroyed", "restored", "expired"} <= acts()
    assert done.lost_lines > 0
    assert [*audit.verify()] == []
    assert not Session.objects.exists()
    with pytest.raises(accounts.CodeUnfit):
        accounts.find_invitation(invitation)
    matter(machine.staff, alias="new")
    assert aliases(machine.staff) == {"alive", "new"}


def test_a_database_that_somebody_put_back_by_hand_is_noticed_and_opened(machine):
    """P12: the server notices and ends what was open; what was destroyed is gone, the rest waits for the key."""
    doomed = matter(machine.staff, alias="doomed")
    matter(machine.staff, alias="alive")
    made = machine.back_up()
    destruction.destroy(None, [doomed.row.pk], "destroyed")
    copies.put_back(made / copies.DATABASE)
    Session.objects.create(mark=b"m", began_on=clock.today(), data="")

    sweep(first=True)

    assert not Session.objects.exists()
    assert not Matter.objects.filter(pk=doomed.row.pk).exists()
    assert {"older-database", "stayed-destroyed"} <= acts()
    assert aliases(machine.staff) == set()
    restore(made, machine.recovery)
    assert aliases(machine.staff) == {"alive"}


def test_a_row_that_comes_back_under_living_keys_stays_destroyed(machine):
    """P12: a deletion whose rotation never came, and then a backup: the mark outside the database is enough."""
    doomed = matter(machine.staff, alias="doomed")
    made = machine.back_up()
    tombstones.bury([doomed.row.pk])
    copies.put_back(made / copies.DATABASE)

    sweep(first=True)

    assert not Matter.objects.exists()
    assert "stayed-destroyed" in acts()


def test_a_lost_machine_is_replaced_with_the_recovery_key_alone(machine, another):
    """P56: new keys, the old root, the same matters; and the audit goes on where it was."""
    matter(machine.staff, alias="alive")
    doomed = matter(machine.staff, alias="doomed")
    Staff.objects.create("Sol", Role.SUPERVISOR)
    yesterday, old_keys, root = machine.back_up(), keys.generations().living(), keys.root()
    yesterday = yesterday.rename(yesterday.with_name(f"{clock.today() - timedelta(days=1)}"))
    destruction.destroy(None, [doomed.row.pk], "destroyed")
    machine.back_up()
    another.move_in()

    done = restore(yesterday, machine.recovery)

    assert (done.new_keys, done.back, done.stayed_destroyed, done.dead) == (True, 1, 1, 0)
    assert aliases(machine.staff) == {"alive"}
    assert keys.root() == root
    assert not set(old_keys) & set(keys.generations().living())
    assert not set(old_keys.values()) & set(keys.generations().living().values())
    assert [*audit.verify()] == []
    sweep(first=True)
    matter(machine.staff, alias="new")
    assert aliases(machine.staff) == {"alive", "new"}
    again = machine.back_up()
    assert backup.opened(again, machine.recovery).root == root


def test_a_putting_back_that_was_killed_is_finished_by_another(machine, another, monkeypatch):
    """P56: at whatever step, also after the new keys were made."""
    matter(machine.staff, alias="alive")
    made = machine.back_up()
    another.move_in()

    class Stopped(Exception):
        pass

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    for step in ("put_back", "make_keys", "write_public", "end_what_was_open", "revive", "expire"):
        with monkeypatch.context() as killed:
            killed.setattr(f"threatmodel.clinic.putting_back.{step}", stop)
            with pytest.raises(Stopped):
                restore(made, machine.recovery, over=step == "put_back")
    restore(made, machine.recovery, over=True)

    assert aliases(machine.staff) == {"alive"}


def test_another_clinics_backup_is_refused(machine, another):
    made = machine.back_up()
    migrated(another)
    founding.found()

    with pytest.raises(backup.NoBackup):
        restore(made, machine.recovery, over=True)


def test_a_damaged_backup_changes_nothing(machine, another):
    """P56: it is looked at before anything is replaced."""
    matter(machine.staff, alias="alive")
    made = machine.back_up()
    whole = (made / copies.DATABASE).read_bytes()
    (made / copies.DATABASE).write_bytes(whole[: len(whole) // 2])

    with pytest.raises(copies.NotCopied):
        restore(made, machine.recovery, over=True)

    assert aliases(machine.staff) == {"alive"}


def test_a_backup_made_while_others_write_is_one_moment_of_the_clinic(machine):
    """P56: every matter in it opens, every line of the audit is there, and all of it fits together."""
    writers = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", WRITER],
            env=machine.place.environment() | {"PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    try:
        for writer in writers:
            assert writer.stdout.readline() == b"writing\n"
        for _ in range(300):
            if Matter.objects.count() >= 10:
                break
            time.sleep(0.1)
        made = machine.back_up()
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
            writer.stdout.close()

    restore(made, machine.recovery, over=True)

    assert Matter.objects.count() >= 10
    assert len(matters.listed(machine.staff, Matter.objects.all(), 100000)) == Matter.objects.count()
    assert AuditEntry.objects.filter(act="created").count() == Matter.objects.count()
    assert [*audit.verify()] == []


def test_the_commands_do_it_too(machine, another, capsys, monkeypatch):
    """P56: as an operator would, with the recovery key typed in."""
    import io

    from threatmodel.sealing.written import write_key

    matter(machine.staff, alias="alive")
    into = machine.place.directory.parent / "backups"
    call_command("clinic", "backup", str(into))
    another.move_in()
    monkeypatch.setattr("sys.stdin", io.StringIO(write_key(machine.recovery) + "\n"))

    call_command("clinic", "restore", "--typed-key", "--recovery-key", "-", str(into / f"{clock.today()}"))

    assert aliases(machine.staff) == {"alive"}
    assert not another.settings.CLINIC_KEY.exists()
    assert write_key(keys.given()[0]) in capsys.readouterr().out
    assert Clinic.objects.get().epoch == keys.generations().newest()[0]
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("days", [-1, 0, 31])
def test_backups_are_kept_for_a_day_at_least_and_no_longer_than_what_was_destroyed_is_remembered(machine, days):
    """P10: P12: another number is refused before anything is made or deleted."""
    made = machine.back_up()
    before = {path: path.stat().st_ino for path in made.iterdir()}

    with pytest.raises(CommandError) as refused:
        call_command("clinic", "backup", str(made.parent), f"--keep-days={days}")

    assert refused.value.returncode == 2
    assert {path: path.stat().st_ino for path in made.iterdir()} == before


def test_a_database_that_cannot_be_asked_is_not_taken_for_an_empty_one(machine, monkeypatch):
    """P56: it may hold a clinic, so that nothing is put in its place."""
    matter(machine.staff, alias="alive")
    made = machine.back_up()
    matter(machine.staff, alias="later")

    def away(*_: object) -> None:
        raise OperationalError

    for owner, name in ((Clinic.objects, "first"), (connections["default"].introspection, "table_names")):
        with monkeypatch.context() as failing:
            failing.setattr(owner, name, away)
            with pytest.raises(OperationalError):
                restore(made, machine.recovery)
    assert aliases(machine.staff) == {"alive", "later"}


def test_without_the_programs_of_postgresql_a_sentence_says_so(machine, vendor, monkeypatch):
    if vendor == "sqlite":
        pytest.skip("it needs none")
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(copies.NotCopied, match="pg_dump"):
        machine.back_up()
