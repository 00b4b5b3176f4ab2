"""``manage.py clinic …``: what the operator of a clinic does at the machine. No key ever stands on a command line."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from getpass import getpass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from threatmodel.clinic import audit, clock, destruction, founding, key_change, status, transparency, unlocking
from threatmodel.clinic.accounts.join_views import chosen_name
from threatmodel.clinic.accounts.staff import first_supervisor, invite
from threatmodel.clinic.backup import KEEP_DAYS, DaysUnfit, NoBackup, back_up
from threatmodel.clinic.copies import NotCopied
from threatmodel.clinic.keys import GENERATIONS, KeysUnfit, Locked, Source, changing, directory, given, source
from threatmodel.clinic.models import Invitation, Matter
from threatmodel.clinic.models.staff import Role
from threatmodel.clinic.putting_back import InTheWay, restore
from threatmodel.clinic.retention import expire
from threatmodel.clinic.sweep import sweep
from threatmodel.sealing.generations import NoGenerations, WrongKey
from threatmodel.sealing.keyring import RingUnfit
from threatmodel.sealing.written import BadKey, read_key, write_key

LOCKED = "The clinic's key is not here. Run `manage.py clinic unlock`, or see that its file or command gives it."
UNFIT = "The clinic's key does not open the file of keys, or the file is away. Nothing was changed."
AWAY = "The database does not answer, is in use, or lacks tables. See that it runs, then run `manage.py migrate`."


class Command(BaseCommand):
    help = "Sets a clinic up, and looks after its keys, its backups and what it destroys."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        for name, (does, said) in ACTS.items():
            act = acts.add_parser(name, help=said, description=said)
            act.set_defaults(does=does)
            for arguments, options in ARGUMENTS.get(name, []):
                act.add_argument(*arguments, **options)

    def handle(self, *args: object, **options: object) -> None:
        if not settings.CLINIC:
            raise CommandError("Name the clinic's directory in THREATMODEL_CLINIC.", returncode=2)
        does = options["does"]
        assert callable(does)  # noqa: S101  from ``ACTS``
        try:
            does(self, options)
        except Locked as fault:
            raise CommandError(LOCKED) from fault
        except (KeysUnfit, WrongKey, NoGenerations) as fault:
            raise CommandError(UNFIT) from fault
        except DatabaseError as fault:
            raise CommandError(f"{AWAY} [{type(fault).__name__}]") from fault
        except (RingUnfit, OSError) as fault:
            raise CommandError(str(fault)) from fault

    def say(self, *lines: str) -> None:
        for line in lines:
            self.stdout.write(line)


type Options = dict[str, object]


def ask(question: str) -> str:
    """A secret from whoever sits here, unseen; or a line from what stands in for them."""
    return getpass(question) if sys.stdin.isatty() else sys.stdin.readline()


def set_up(command: Command, options: Options) -> None:
    typed_key = bool(options["typed_key"])
    if typed_key and (settings.CLINIC_KEY_COMMAND or settings.CLINIC_KEY.exists()):
        raise CommandError("There is a key in a file or from a command already, so none is to be typed.")
    try:
        founding.begin()
        call_command("migrate", interactive=False, verbosity=0)
        made = founding.found(typed_key=typed_key)
    except founding.AlreadyThere as fault:
        raise CommandError(ALREADY) from fault
    except (Locked, KeysUnfit) as fault:
        if not founding.begun() or not (directory() / GENERATIONS).exists():
            raise
        raise CommandError(
            "An earlier set-up was broken off, and its key is lost. Nothing was sealed with it yet. Remove "
            f"{directory()} and all tables of the database, then run this again."
        ) from fault
    Invitation.objects.all().delete()  # of a set-up that was broken off; its code was shown to nobody
    code = first_supervisor(str(options["supervisor"]))
    if source() == Source.TYPED:
        command.say(*KEY_SHOWN, f"  {made.key}", "")
    else:
        command.say(*KEY_KEPT, "")
    command.say(*RECOVERY_SHOWN, f"  {made.recovery}", "")
    command.say(*INVITED, f"  {code}", "", "Then run `manage.py clinic backup DIRECTORY` every night, on another disk.")
    founding.end()


ALREADY = (
    "There is a clinic already, in the database or as a file of keys. Nothing was changed. If the database was lost, "
    "put a backup back: `manage.py clinic restore`."
)
KEY_SHOWN = (
    "THE CLINIC'S KEY. It is typed in after each start of the machine (`manage.py clinic unlock`), and stored nowhere.",
    "Write it down for those who start the machine, and lock the paper away:",
)
KEY_KEPT = (
    "The clinic's key is kept where it comes from here (see docs/deploy/clinic.md). It is part of no backup, and with",
    "the recovery key it need not be.",
)
RECOVERY_SHOWN = (
    "THE RECOVERY KEY. It opens backups when this machine is lost, and it is shown only now. Write it on paper, read",
    "it back, and put the paper in a safe away from this machine. Never store it here:",
)
INVITED = ("The first supervisor joins at /clinic/join/ with this code, within 72 hours. It works once:",)


def let_join(command: Command, options: Options) -> None:
    role = str(options["role"])
    try:
        name = chosen_name(str(options["name"]))
    except ValidationError as fault:
        raise CommandError(fault.messages[0], returncode=2) from fault
    code = invite(None, name, role)
    command.say(f"{name} joins as {role} at /clinic/join/ with this code, within 72 hours. It works once:", f"  {code}")


def show_status(command: Command, options: Options) -> None:
    found = status.status()
    command.say(*(f"{'ok     ' if line.good else 'LOOK   '} {line.said}" for line in found))
    if not all(line.good for line in found):
        sys.exit(1)


def unlock(command: Command, options: Options) -> None:
    if source() != Source.TYPED:
        raise CommandError(f"Nothing is to be typed here: {status.WHERE[source()]}.")
    try:
        unlocking.unlock(ask)
    except unlocking.Refused as fault:
        raise CommandError(str(fault)) from fault
    if changing().exists():
        change_key(command, options)
    sweep(first=True)
    command.say("The clinic is unlocked until this machine stops, or until `manage.py clinic lock`.")


def lock(command: Command, options: Options) -> None:
    if source() != Source.TYPED:
        raise CommandError(f"It cannot be locked: {status.WHERE[source()]}.")
    command.say("The clinic is locked." if unlocking.lock() else "The clinic was locked already.")


def rotate(command: Command, options: Options) -> None:
    command.say(f"Generation {destruction.rotate(None)} is in use, and all before it are destroyed.")


def change_key(command: Command, options: Options) -> None:
    def noted(key: str) -> bool:
        command.say("THE NEXT KEY OF THE CLINIC. Write it down before you go on:", f"  {key}", "")
        try:
            return read_key(ask("Type it again, from the paper: ")) == read_key(key)
        except BadKey:
            return False

    try:
        key = key_change.change(noted)
    except key_change.NotNoted as fault:
        raise CommandError("That is not the key shown above. Nothing was changed.") from fault
    if not key_change.finished(key):
        command.say("THE NEXT KEY OF THE CLINIC. Put it where your command gets it:", f"  {write_key(key)}", "")
        raise CommandError(f"Both keys open until then. Run this again afterwards; until then it lies in {changing()}.")
    command.say(
        f"The clinic's key is another one now: the one that ends in {key_change.ending(key)}.",
        "The old one opens nothing any more.",
    )


def destroy_expired(command: Command, options: Options) -> None:
    gone = expire()
    if clock.doubted():
        raise CommandError("The clock jumped. Set it right, then run `manage.py clinic believe-clock`.")
    command.say(f"Destroyed for their age: {gone}.")


def verify_audit(command: Command, options: Options) -> None:
    found = [*audit.verify()]
    command.say(*(f"line {fault.number}: {fault.kind}" for fault in found))
    if found:
        sys.exit(1)
    command.say("The audit is whole.")


def destroy(command: Command, options: Options) -> None:
    matter = the_matter(str(options["matter"]))
    refuse_held(matter)
    if not options["yes"]:
        command.say(f"Matter {matter.short} will be destroyed. From then on nothing here opens it.")
        if ask("Type its number again: ").strip() != matter.short:
            raise CommandError("That is another number. Nothing was destroyed.")
        refuse_held(matter)  # somebody may have done so while the question stood
    if not destruction.destroy(None, [matter.id], "destroyed"):
        raise CommandError(f"Matter {matter.short} was held or destroyed meanwhile. Nothing was done.")
    command.say(f"Matter {matter.short} is destroyed here. Backups forget it when they end.")


def refuse_held(matter: Matter) -> None:
    if Matter.objects.filter(pk=matter.pk).exclude(hold=Matter.Hold.NONE).exists():
        raise CommandError(f"Matter {matter.short} is held. Nothing was destroyed. A supervisor must let it go first.")


def the_matter(named: str) -> Matter:
    """The matter of an id, or of its first letters."""
    plain = named.replace("-", "").lower()
    found = [pk for pk in Matter.objects.values_list("pk", flat=True) if plain and pk.hex.startswith(plain)]
    if len(found) != 1:
        raise CommandError(f"{len(found) or 'No'} matters begin with that number. Give more of it, or all.")
    return Matter.objects.get(pk=found[0])


def believe(command: Command, options: Options) -> None:
    clock.believe()
    command.say(f"Today is {clock.today()}, and is taken for right.")


def make_backup(command: Command, options: Options) -> None:
    days = options["keep_days"]
    assert isinstance(days, int)  # noqa: S101  as its type is
    try:
        made = back_up(Path(str(options["into"])), days)
    except DaysUnfit as fault:
        raise CommandError(str(fault), returncode=2) from fault
    except NotCopied as fault:
        raise CommandError(str(fault)) from fault
    kept = "the clock is in doubt, so no older backup is deleted" if clock.doubted() else ""
    command.say(f"{made} is whole; {kept or f'backups of {days} days ago and before are deleted'}.")


def put_back(command: Command, options: Options) -> None:
    named = str(options["recovery_key"])
    try:
        recovery = read_key(ask("The recovery key: ") if named == "-" else Path(named).read_text("ascii", "replace"))
        done = restore(
            Path(str(options["backup"])), recovery, over=bool(options["over"]), typed_key=bool(options["typed_key"])
        )
    except BadKey as fault:
        raise CommandError("This is no whole recovery key: a letter is wrong or missing.") from fault
    except (NoBackup, NotCopied) as fault:
        raise CommandError(str(fault)) from fault
    except InTheWay as fault:
        raise CommandError(
            "The database holds a clinic that opens without this backup. To go back to the backup all the same, and "
            "lose what was saved since, stop the server and add --over."
        ) from fault
    command.say(
        f"{done.back} matters open again. {done.stayed_destroyed} were destroyed since, and are destroyed again.",
        f"{done.expired} were past their time, and are destroyed. {done.dead} open with no key.",
        f"{done.lost_lines} lines of the audit are newer than the backup, and lost. Sessions and invitations end.",
        "Who joined, left or changed role since the backup is as it was then: look at the list of staff.",
    )
    if done.new_keys and source() == Source.TYPED:
        command.say("", *KEY_SHOWN, f"  {write_key(given()[-1])}")


def transparent(command: Command, options: Options) -> None:
    named = options["matter"]
    command.say(*(transparency.of_one(the_matter(str(named))) if named else transparency.of_all()))


type Act = Callable[[Command, Options], None]
ACTS: dict[str, tuple[Act, str]] = {
    "setup": (set_up, "Make the clinic, and say what to put away."),
    "invite": (let_join, "Invite somebody from the machine, as when no supervisor can sign in any more."),
    "status": (show_status, "Say what is there and what is to be done. Exit status 1 when something is."),
    "unlock": (unlock, "Type the clinic's key in, after a start of the machine."),
    "lock": (lock, "Take a typed key out of memory."),
    "rotate": (rotate, "Begin a generation of keys and destroy those before it."),
    "change-key": (change_key, "Give the clinic another key. Broken off, run it again."),
    "expire": (destroy_expired, "Destroy now what was kept long enough."),
    "verify-audit": (verify_audit, "Look for changed or missing lines. Exit status 1 when there are some."),
    "destroy": (destroy, "Destroy one matter."),
    "believe-clock": (believe, "Take the machine's clock for right, after a look at it."),
    "backup": (make_backup, "Copy the database, and seal to the recovery key what opens it."),
    "restore": (put_back, "Put a backup back, here or on a new machine."),
    "transparency": (transparent, "Print what is stored in the clear, of everything or of one matter."),
}
TYPED: tuple[tuple[str, ...], dict[str, Any]] = (
    ("--typed-key",),
    {"action": "store_true", "help": "hold the clinic's key in memory only"},
)
ARGUMENTS: dict[str, list[tuple[tuple[str, ...], dict[str, Any]]]] = {
    "setup": [(("--supervisor",), {"default": "Supervisor", "help": "the first supervisor's name"}), TYPED],
    "invite": [
        (("name",), {"metavar": "NAME"}),
        (("--role",), {"choices": Role.values, "default": Role.SUPERVISOR.value}),
    ],
    "destroy": [
        (("matter",), {"metavar": "SHORT_OR_ID"}),
        (("--yes",), {"action": "store_true", "help": "do not ask for the number again"}),
    ],
    "backup": [
        (("into",), {"metavar": "DIRECTORY", "help": "where backups lie, one directory a day"}),
        (("--keep-days",), {"type": int, "default": KEEP_DAYS, "help": "delete them after so many days, 1 to 30"}),
    ],
    "restore": [
        (("backup",), {"metavar": "BACKUP_DIRECTORY", "help": "the directory of one day"}),
        (("--recovery-key",), {"default": "-", "metavar": "FILE", "help": "- asks for it, or reads a line"}),
        (("--over",), {"action": "store_true", "help": "replace a database that holds a clinic"}),
        TYPED,
    ],
    "transparency": [(("matter",), {"metavar": "SHORT_OR_ID", "nargs": "?"})],
}
