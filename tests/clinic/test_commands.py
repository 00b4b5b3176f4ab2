"""What an operator does at the machine: setting up, keys, clock, audit, and what could be handed over."""

import io
import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from tests.clinic.making import matter
from tests.clinic.places import Place, lose, migrated
from threatmodel.clinic import audit, clock, founding, key_change, keys, matters, readiness, transparency
from threatmodel.clinic.accounts.staff import find_invitation
from threatmodel.clinic.models import AuditEntry, Clinic, Invitation, Matter, Staff
from threatmodel.clinic.models.staff import Role
from threatmodel.sealing.written import read_key, write_key


@pytest.fixture
def command(monkeypatch):
    """Runs the command with these lines typed, and returns what it said."""

    def run(*arguments: str, typed: str = "") -> str:
        said = io.StringIO()
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        call_command("clinic", *arguments, stdout=said)
        return said.getvalue()

    return run


@pytest.fixture
def place(vendor, tmp_path, settings, django_db_blocker):
    """A machine whose clinic is not set up, with an empty database."""
    with django_db_blocker.unblock():
        was = connections["default"]
        made = Place(vendor, tmp_path / "machine", settings)
        made.move_in()
        try:
            yield made
        finally:
            lose(made)
            connections["default"] = was


def keys_in(said: str) -> list[bytes]:
    """The written keys that a command showed."""
    return [read_key(line) for line in said.splitlines() if line.startswith("  ") and line.count("-") == 11]


class Stopped(Exception):
    """The process was killed here."""


def stop(*_: object, **__: object) -> None:
    raise Stopped


def test_setting_up_shows_once_what_to_put_away_and_is_refused_after_that(place, command):
    said = command("setup", "--supervisor", "Sol")

    (recovery,) = keys_in(said)
    assert (place.settings.CLINIC / founding.RECOVERY).read_text().strip() == founding.public_of(recovery).hex()
    assert Invitation.objects.get().role == Role.SUPERVISOR
    assert readiness.faults() == []
    before = {path.name: path.read_bytes() for path in place.settings.CLINIC.iterdir() if "sqlite" not in path.name}
    with pytest.raises(CommandError) as refused:
        command("setup")
    assert refused.value.returncode == 1
    after = {path.name: path.read_bytes() for path in place.settings.CLINIC.iterdir() if "sqlite" not in path.name}
    assert after == before
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("broken", ["make_keys", "write_public", "register", "end"])
def test_a_set_up_that_was_killed_is_finished_by_another(place, command, monkeypatch, broken):
    """Killed at any step, nothing is lost without a word: what was not shown is made anew."""
    with monkeypatch.context() as killed:
        killed.setattr(founding, broken, stop)
        with pytest.raises(Stopped):
            command("setup")

    (recovery,) = keys_in(command("setup"))

    assert (place.settings.CLINIC / founding.RECOVERY).read_text().strip() == founding.public_of(recovery).hex()
    assert Clinic.objects.get().id.bytes == keys.root().clinic
    assert Invitation.objects.count() == 1


def test_a_typed_key_that_was_lost_before_it_was_shown_says_what_to_remove(place, command, monkeypatch):
    with monkeypatch.context() as killed:
        killed.setattr(founding, "register", stop)
        with pytest.raises(Stopped):
            command("setup", "--typed-key")
    keys.erase(keys.typed())  # the machine was switched off

    with pytest.raises(CommandError, match=str(place.settings.CLINIC)):
        command("setup", "--typed-key")


def test_a_typed_key_is_on_no_disk_and_opens_until_it_is_locked(place, command):
    """P14: whoever takes the machine while it is off has nothing that opens a matter."""
    key, _ = keys_in(command("setup", "--typed-key"))
    made = matter(Staff.objects.create("Vera", Role.VOLUNTEER))
    assert not place.settings.CLINIC_KEY.exists()
    assert not any(write_key(key).encode() in path.read_bytes() for path in place.settings.CLINIC.iterdir())

    command("lock")
    with pytest.raises(keys.Locked):
        keys.generations()
    for wrong in ("nonsense\n", write_key(bytes(32)) + "\n"):
        with pytest.raises(CommandError):
            command("unlock", typed=wrong)
        assert not keys.typed().exists()
    command("unlock", typed=write_key(key).lower().replace("-", " ") + "\n")

    assert matters.unsealed(made.row).contents == made.contents


def test_the_command_says_that_the_clinic_is_locked(place, command):
    command("setup", "--typed-key")
    command("lock")

    for act in (["rotate"], ["change-key"], ["verify-audit"], ["backup", str(place.directory / "b")]):
        with pytest.raises(CommandError, match="unlock"):
            command(*act)
    with pytest.raises(SystemExit):
        command("status")
    assert readiness.faults() == []  # it may start all the same


def test_a_key_that_a_command_gives_is_used_and_written_nowhere(place, command, tmp_path):
    kept = tmp_path / "kept"
    place.settings.CLINIC_KEY_COMMAND = f"cat {kept}"
    with pytest.raises(CommandError):
        command("setup")
    kept.write_text(write_key(b"k" * 32))
    keys._printed.cache_clear()

    command("setup")
    made = matter(Staff.objects.create("Vera", Role.VOLUNTEER))
    assert keys.given() == [b"k" * 32]
    with pytest.raises(CommandError, match="next"):
        command("change-key")
    kept.write_text(write_key(keys.secret_in(keys.changing())))
    keys._printed.cache_clear()
    command("change-key")

    assert not keys.changing().exists()
    assert not place.settings.CLINIC_KEY.exists()
    assert matters.unsealed(made.row).contents == made.contents


def test_somebody_is_invited_from_the_machine_when_no_supervisor_can_be_asked(clinic, command):
    said = command("invite", "Sol")
    code = said.split()[-1]

    found = find_invitation(code)

    assert (found.name, found.role) == ("Sol", Role.SUPERVISOR)
    assert AuditEntry.objects.get(act="invited").actor is None
    assert "lawyer" in command("invite", "Leo", "--role", "lawyer")


@pytest.mark.parametrize("step", ["_note", "_seal", "_end", "erase", "half"])
def test_a_change_of_keys_that_was_killed_is_finished_by_another(volunteer, command, monkeypatch, step):
    """P55: at whatever step; matters open before, in between and after, and the old key opens nothing any more."""
    made, (old,) = matter(volunteer), keys.given()
    with monkeypatch.context() as killed:
        if step == "half":
            seal_slot = keys.Generations._fill
            killed.setattr(keys.Generations, "_fill", lambda *all_: stop() if all_[2] else seal_slot(*all_))
        else:
            killed.setattr(key_change, step, stop)
        with pytest.raises(Stopped):
            command("change-key")
    assert matters.unsealed(Matter.objects.get()).contents == made.contents

    command("change-key")

    assert matters.unsealed(Matter.objects.get()).contents == made.contents
    assert not keys.changing().exists()
    assert len(keys.given()) == 1
    assert keys.Generations(keys.directory() / keys.GENERATIONS, [old]).opened()[0] == 0


@pytest.mark.parametrize("left", ["in a file", "in memory"])
def test_a_key_that_was_left_where_it_came_from_earlier_seals_nothing(place, command, tmp_path, left):
    """P14: after a change, nothing is sealed with the old one again."""
    command("setup", *(["--typed-key"] if left == "in memory" else []))
    (old,) = keys.given()
    kept = tmp_path / "kept"
    kept.write_text(write_key(old))
    place.settings.CLINIC_KEY_COMMAND = f"cat {kept}"
    keys._printed.cache_clear()
    with pytest.raises(CommandError, match="next"):
        command("change-key")
    kept.write_text(write_key(new := keys.secret_in(keys.changing())))
    keys._printed.cache_clear()
    command("change-key")

    command("rotate")

    slots = keys.directory() / keys.GENERATIONS
    assert keys.Generations(slots, [old]).opened()[0] == 0
    assert keys.Generations(slots, [new]).opened() == (2, 2)


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_change_of_a_typed_key_that_lost_its_memory_needs_both_keys(place, command, monkeypatch, newest_first):
    """P55: the next key is shown before anything is sealed with it, so that no switch-off loses it.

    It is the next one that stays, whichever is typed first, and it is said which that is.
    """
    old, _ = keys_in(command("setup", "--typed-key"))
    made = matter(Staff.objects.create("Vera", Role.VOLUNTEER))
    with pytest.raises(CommandError):
        command("change-key", typed="something else\n")
    assert not keys.changing().exists()
    shown: list[str] = []
    seal_slot = keys.Generations._fill
    with monkeypatch.context() as killed:
        killed.setattr(keys.Generations, "_fill", lambda *all_: stop() if all_[2] else seal_slot(*all_))
        with pytest.raises(Stopped):
            key_change.change(lambda key: not shown.append(key))
    for path in (keys.typed(), keys.changing()):
        keys.erase(path)  # the machine was switched off

    lines = iter(sorted([write_key(old), shown[0]], key=lambda key: (key == shown[0]) is not newest_first))
    monkeypatch.setattr("threatmodel.clinic.management.commands.clinic.ask", lambda _: next(lines))
    said = command("unlock")

    assert matters.unsealed(made.row).contents == made.contents
    assert keys.given() == [read_key(shown[0])]
    assert shown[0][-7:] in said
    assert write_key(old)[-7:] not in said


def test_a_change_of_keys_disturbs_nobody_who_works_meanwhile(volunteer, command):
    """P55: not one look at the keys fails while they are changed."""
    faults: list[Exception] = []
    looks: list[int] = []
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            try:
                looks.append(keys.generations().newest()[0])
            except Exception as fault:
                faults.append(fault)

    workers = [threading.Thread(target=look) for _ in range(3)]
    for worker in workers:
        worker.start()
    for _ in range(10):
        command("change-key")
    over.set()
    for worker in workers:
        worker.join()

    assert looks
    assert faults == []


def test_rotating_begins_a_generation_and_destroys_the_one_before(volunteer, command):
    made, before = matter(volunteer), keys.generations().newest()[0]

    command("rotate")

    assert [*keys.generations().living()] == [before + 1]
    assert matters.unsealed(Matter.objects.get()).contents == made.contents


def test_one_matter_is_destroyed_when_its_number_is_typed_twice(volunteer, command):
    doomed, other = matter(volunteer), matter(volunteer)

    for named, typed in ((doomed.row.short, "no\n"), ("", ""), ("zz", "zz\n")):
        with pytest.raises(CommandError):
            command("destroy", named, typed=typed)
    assert Matter.objects.count() == 2
    command("destroy", doomed.row.short, typed=doomed.row.short + "\n")
    command("destroy", str(other.row.pk), "--yes")

    assert not Matter.objects.exists()
    assert AuditEntry.objects.filter(act="destroyed").count() == 2


def test_a_matter_that_is_held_is_not_destroyed_by_the_command_either(volunteer, command, monkeypatch):
    """P11: held before it is asked for, or while the question stands."""
    held, meanwhile = matter(volunteer), matter(volunteer)
    Matter.objects.filter(pk=held.row.pk).update(hold=Matter.Hold.CASE)

    def answered(_: str) -> str:
        Matter.objects.filter(pk=meanwhile.row.pk).update(hold=Matter.Hold.LAWYER)
        return meanwhile.row.short

    monkeypatch.setattr("threatmodel.clinic.management.commands.clinic.ask", answered)
    for arguments in ([held.row.short, "--yes"], [held.row.short], [meanwhile.row.short]):
        with pytest.raises(CommandError, match="held") as refused:
            command("destroy", *arguments)
        assert refused.value.returncode == 1

    assert Matter.objects.count() == 2
    assert not AuditEntry.objects.filter(act="destroyed").exists()


def test_what_was_kept_long_enough_goes_unless_the_clock_jumped(volunteer, command):
    """P11: and with a clock in doubt the command says so instead."""
    matter(volunteer)
    Matter.objects.update(keep_until=clock.today() - timedelta(days=1))
    Clinic.objects.update(clock={**clock._now(), "doubt": True})
    with pytest.raises(CommandError, match="believe-clock"):
        command("expire")
    assert Matter.objects.exists()

    command("believe-clock")
    command("expire")

    assert not Matter.objects.exists()


def test_a_whole_audit_is_told_from_a_broken_one(volunteer, command):
    audit.note(volunteer.id, "one")
    command("verify-audit")

    Clinic.objects.update(audit_count=7)
    with pytest.raises(SystemExit) as ended:
        command("verify-audit")

    assert ended.value.code == 1


def test_the_status_tells_no_key_and_what_is_to_be_done(place, command):
    command("setup")
    said = command("status")
    assert write_key(keys.given()[0]) not in said
    assert "LOOK" not in said

    Clinic.objects.update(rotation_due=True, clock={"doubt": True})
    with pytest.raises(SystemExit) as ended:
        command("status")
    assert ended.value.code == 1
    keys.erase(place.settings.CLINIC_KEY)
    with pytest.raises(SystemExit):
        command("status")


def test_every_column_of_every_table_is_told_of(clinic):
    """P13: a column that is in neither list, or in both, or that no table has, is found here."""
    real = {f"{table}.{column}" for table, columns in transparency.columns().items() for column in columns}

    assert {transparency.told(column)[0] for column in real} == {"clear", "sealed"}
    assert not set(transparency.SEALED) & set(transparency.CLEAR)
    listed = {name for name in {**transparency.SEALED, **transparency.CLEAR} if not name.endswith(".*")}
    assert listed <= real
    assert set(transparency.tables()) == set(transparency.columns())
    with pytest.raises(KeyError):
        transparency.told("clinic_matter.name")


def test_what_could_be_handed_over_is_printed_to_the_letter(volunteer, command):
    """P13: of all tables their rows and columns; of one matter every field, none of what is sealed, and its lines."""
    made = matter(volunteer, alias="grey heron")
    said, one = command("transparency"), command("transparency", made.row.short)

    for table, columns in transparency.columns().items():
        assert f"{table}: " in said
        assert all(f"  {column}: " in said for column in columns)
    row = Matter.objects.get()
    for field in ("id", "generation", "revision", "used_on", "keep_until", "follow_up", "review", "hold", "schema"):
        assert f"{field}: {getattr(row, field)}" in one
    assert f"sealed: {len(row.sealed)} bytes" in one
    assert volunteer.name in one
    assert "created" in one
    assert "grey heron" not in said + one
    assert bytes(row.alias_index).hex() not in one


def test_tables_that_are_said_to_stay_empty_do(place, command):
    """P13: what the list says of them is so after a clinic was set up and somebody works."""
    migrated(place)
    command("setup")
    matter(Staff.objects.create("Vera", Role.VOLUNTEER))

    for table, model in transparency.tables().items():
        if "stays empty" in transparency.CLEAR.get(f"{table}.*", ""):
            assert not model._default_manager.exists()
