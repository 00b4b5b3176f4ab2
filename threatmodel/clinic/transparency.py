"""What the clinic's database holds in the clear: what an operator could be made to hand over without any key.

Every column of every table stands in one of the lists below, and a test compares them with a real database.
"""

from collections.abc import Iterator
from uuid import UUID

from django.apps import apps
from django.db import connections, models
from django.db.migrations.recorder import MigrationRecorder

from threatmodel.clinic.models import AuditEntry, Matter, Staff

# Sealed, or a hash of something that cannot be guessed: by itself it tells nothing but its length.
SEALED = {
    "clinic_matter.alias_index": "a keyed hash of the alias: equal for equal aliases, and nothing else",
    "clinic_matter.wrapped_key": "the matter's key, sealed with a generation",
    "clinic_matter.sealed": "everything about the client, filled up to 1, 4, 16 or 64 KiB",
    "clinic_matter.once": "a hash of a random mark of the last form",
    "clinic_usedcode.mark": "a keyed hash of a code that a visitor handed over",
    "clinic_auditentry.link": "a keyed hash over the line and the one before",
    "clinic_clinic.audit_head": "the last of these hashes",
    "clinic_count.sealed": "a month's numbers: matters, their languages, measures that were done",
    "clinic_session.mark": "a hash of what only the browser has",
    "clinic_session.data": "sealed with what only the browser has",
    "clinic_invitation.mark": "a keyed hash of a code",
    "clinic_recoverycode.mark": "a keyed hash of a code",
    "clinic_throttle.mark": "a keyed hash of whose tries are counted",
    "clinic_staff.password": "a slow hash (Argon2id) of a password",
}
# In the clear, each with what it tells.
CLEAR = {
    "clinic_matter.id": "a random number",
    "clinic_matter.generation": "which keys wrap it: about when it was last wrapped, in rotations",
    "clinic_matter.schema": "the form of what is sealed",
    "clinic_matter.revision": "how often it was saved",
    "clinic_matter.used_on": "the day it was last opened",
    "clinic_matter.keep_until": "the day it will be destroyed after",
    "clinic_matter.follow_up": "the day somebody means to look at it again",
    "clinic_matter.review": "whether a lawyer was asked, or has reviewed it",
    "clinic_matter.hold": "that it is kept past its time, for one of four reasons",
    "clinic_matter_assigned.id": "a number in order",
    "clinic_matter_assigned.matter_id": "which matter",
    "clinic_matter_assigned.staff_id": "who of the staff works on it",
    "clinic_usedcode.until": "the day a code ends that was handed over",
    "clinic_auditentry.number": "a number in order",
    "clinic_auditentry.at": "the minute",
    "clinic_auditentry.actor": "who of the staff",
    "clinic_auditentry.act": "what they did, as one of a few words",
    "clinic_auditentry.detail": "a second such word",
    "clinic_auditentry.about": "whose account it was done to",
    "clinic_auditentry.matter": "with which matter; it outlives the matter",
    "clinic_auditentry.revision": "with which saving of it",
    "clinic_clinic.id": "a random number",
    "clinic_clinic.settings": "what the supervisor set: names, contacts, days",
    "clinic_clinic.epoch": "the number of the newest keys: how often they were rotated",
    "clinic_clinic.rotation_due": "whether a rotation is to be finished",
    "clinic_clinic.seen_on": "the latest day the server ran",
    "clinic_clinic.clock": "the machine's clock, noted once an hour, and its start's random id",
    "clinic_clinic.audit_count": "how many lines the audit has",
    "clinic_count.id": "a number in order",
    "clinic_count.month": "a month",
    "clinic_count.revision": "how many things were counted in it, of whatever kind",
    "clinic_session.staff": "who of the staff is signed in",
    "clinic_session.began_on": "since which day",
    "clinic_invitation.id": "a random number",
    "clinic_invitation.name": "whom somebody invited",
    "clinic_invitation.role": "for which role",
    "clinic_invitation.staff_id": "whose password it sets anew",
    "clinic_invitation.ends_at": "when it ends, so 72 hours after it was made",
    "clinic_invitation.used": "whether it was used",
    "clinic_recoverycode.id": "a number in order",
    "clinic_recoverycode.staff_id": "whose it is",
    "clinic_throttle.count": "how often something was tried of late",
    "clinic_throttle.free_at": "from when it may be tried again",
    "clinic_totpstep.staff_id": "who signed in with an app's code",
    "clinic_totpstep.last": "the half minute of their last code",
    "clinic_staff.id": "a random number",
    "clinic_staff.name": "the name of somebody of the staff",
    "clinic_staff.folded_name": "the same in small letters",
    "clinic_staff.role": "their role",
    "clinic_staff.is_active": "whether they may sign in",
    "clinic_staff.factor_epoch": "how often all their sessions were ended",
    "mfa_authenticator.id": "a number in order",
    "mfa_authenticator.type": "an app or a passkey",
    "mfa_authenticator.data": "an app's seed or a passkey, sealed",
    "mfa_authenticator.user_id": "whose it is",
    "mfa_authenticator.created_at": "the day it was added",
    "mfa_authenticator.last_used_at": "nothing: no time of a use is kept",
    "account_emailaddress.*": "nothing: no address is asked for, and the table stays empty",
    "account_emailconfirmation.*": "nothing: it stays empty",
    "auth_group.*": "nothing: it stays empty",
    "auth_group_permissions.*": "nothing: it stays empty",
    "auth_permission.*": "names from the source of this program",
    "django_content_type.*": "names from the source of this program",
    "django_migrations.*": "which versions' tables there are, and when they were made",
}


def tables() -> dict[str, type[models.Model]]:
    """Every table with its model, by name."""
    models_of: list[type[models.Model]] = [*apps.get_models(include_auto_created=True), MigrationRecorder.Migration]
    found: dict[str, type[models.Model]] = {model._meta.db_table: model for model in models_of}
    return dict(sorted(found.items()))


def told(column: str) -> tuple[str, str]:
    """Whether a column is "clear" or "sealed", and what it tells. Raises ``KeyError`` for one in neither list."""
    if column in SEALED:
        return "sealed", SEALED[column]
    whole = column.partition(".")[0] + ".*"
    return "clear", CLEAR[column] if column in CLEAR else CLEAR[whole]


def of_all() -> Iterator[str]:
    """Each table with how many rows it has, and each of its columns with what it tells."""
    for table, model in tables().items():
        rows = model._default_manager.count()
        yield f"{table}: {rows} {'row' if rows == 1 else 'rows'}"
        for field in model._meta.local_concrete_fields:
            how, tells = told(f"{table}.{field.column}")
            yield f"  {how:6}  {field.column}: {tells}"
    yield from OPENED


def of_one(matter: Matter) -> Iterator[str]:
    """Each field of a matter: its value where it is clear, its length where it is sealed; and what points to it."""
    yield f"matter {matter.id}"
    for field in matter._meta.local_concrete_fields:
        how, _ = told(f"clinic_matter.{field.column}")
        value = getattr(matter, field.attname)
        yield f"  {how:6}  {field.column}: {_length(value) if how == 'sealed' else value}"
    for staff in matter.assigned.order_by("name"):
        yield f"  clear   assigned: {staff.name} ({staff.id})"
    yield from audited(matter.id)
    yield from OPENED


def audited(matter: UUID) -> Iterator[str]:
    """The lines of the audit about a matter, which outlive it."""
    names = {staff.id: staff.name for staff in Staff.objects.all()}
    for entry in AuditEntry.objects.filter(matter=matter).order_by("number"):
        who = names.get(entry.actor, "the program") if entry.actor else "the program"
        revision = f" (revision {entry.revision})" if entry.revision else ""
        whom = f" (about {names.get(entry.about, entry.about)})" if entry.about else ""
        said = f"{entry.at:%Y-%m-%d %H:%M} {who} {entry.act} {entry.detail}"
        yield f"  clear   audit {entry.number}: {said}{revision}{whom}"


def columns() -> dict[str, list[str]]:
    """Every column that the database itself has, by table."""
    connection = connections["default"]
    with connection.cursor() as cursor:
        return {
            table: [one.name for one in connection.introspection.get_table_description(cursor, table)]
            for table in connection.introspection.table_names(cursor)
        }


OPENED = (
    "",
    "What is sealed opens with the file of keys and the clinic's key together. Who holds both can be made to open it.",
    "A destroyed matter opens with neither: its lines in the audit are all that is left, and backups until they end.",
)


def _length(value: object) -> str:
    return f"{len(bytes(value)) if isinstance(value, bytes | memoryview) else len(str(value))} bytes"
