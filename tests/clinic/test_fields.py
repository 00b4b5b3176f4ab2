"""Every field that the clinic's database has is known here: sealed, hashed, or in the clear for a reason."""

import pytest
from django.apps import apps

SEALED = "sealed"
HASHED = "a hash, or a keyed hash, of something that only people or browsers have"

FIELDS = {
    "clinic.Matter": {
        "id": "random, so that it counts nothing",
        "alias_index": HASHED,
        "wrapped_key": SEALED,
        "generation": "which of the clinic's keys wrapped the matter's; the number says nothing of the client",
        "sealed": SEALED,
        "schema": "how to read what was sealed, before it is opened",
        "revision": "to tell two who save at once apart",
        "once": HASHED,
        "used_on": "a day; the end of keeping follows from it without a key",
        "keep_until": "a day; matters are destroyed with nobody signed in",
        "follow_up": "a day; what is due is found without opening every matter",
        "review": "one of three words; the lawyers' queue is found by it",
        "hold": "one of a few fixed reasons; what is held is not destroyed",
        "assigned": "who works on it decides who may read it",
    },
    "clinic.Matter_assigned": {
        "id": "counts who was assigned to what, and names no client",
        "matter": "the matter's random id",
        "staff": "who works on it decides who may read it",
    },
    "clinic.UsedCode": {"mark": HASHED, "until": "the day on which the code itself ends"},
    "clinic.AuditEntry": {
        "number": "the chain must have no gap",
        "at": "when staff did something, to the minute; the audit is about staff",
        "actor": "which of the staff, by a random id",
        "act": "a fixed word",
        "detail": "a fixed word",
        "about": "which colleague it was done to, by a random id",
        "matter": "the matter's random id, which outlives it and names nobody",
        "revision": "what was saved must have exactly one line",
        "link": HASHED,
    },
    "clinic.Clinic": {
        "id": "random",
        "settings": "what the clinic shows to everybody: its name, whom to call, how long it keeps",
        "epoch": "which of the clinic's keys; an older database is known by it",
        "rotation_due": "whether keys are still to be destroyed",
        "seen_on": "a day; a clock that was set back is known by it",
        "clock": "the server's clock and the machine's, against jumps",
        "audit_count": "the audit's end",
        "audit_head": HASHED,
    },
    "clinic.Count": {
        "id": "a number for each month",
        "month": "a month",
        "revision": "how many things were counted in the month, of whatever kind",
        "sealed": SEALED,
    },
    "clinic.Staff": {
        "password": HASHED,
        "id": "random",
        "name": "what they sign in with; staff, not clients",
        "folded_name": "the same in one spelling",
        "role": "what they may do",
        "is_active": "whether they may sign in",
        "factor_epoch": "ends their sessions",
    },
    "clinic.Session": {
        "mark": HASHED,
        "staff": "whose sessions are to be ended",
        "began_on": "a day; old ones are deleted",
        "data": SEALED,
    },
    "clinic.Invitation": {
        "id": "random",
        "mark": HASHED,
        "name": "of one of the staff to be",
        "role": "what they will be allowed",
        "staff": "whose password is set anew",
        "ends_at": "codes end within days; then the row goes",
        "used": "each code works once",
    },
    "clinic.RecoveryCode": {"id": "how many codes were made for staff", "staff": "whose it is", "mark": HASHED},
    "clinic.TotpStep": {"staff": "whose it is", "last": "no code works twice; it tells when a code was used last"},
    "clinic.Throttle": {"mark": HASHED, "count": "tries lately", "free_at": "from when on to try again; then it goes"},
    "mfa.Authenticator": {
        "id": "how many factors staff made",
        "user": "whose it is",
        "type": "an app or a passkey",
        "data": "an app's seed is sealed; of a passkey only its public half is there",
        "created_at": "a day",
        "last_used_at": "allauth's; never filled here",
    },
    # Tables of the framework and of allauth that nothing here writes a person into.
    "contenttypes.ContentType": dict.fromkeys(("id", "app_label", "model"), "names of tables"),
    "auth.Permission": dict.fromkeys(
        ("id", "name", "content_type", "codename"), "names of rights that nobody is given"
    ),
    "auth.Group": dict.fromkeys(("id", "name", "permissions"), "empty"),
    "auth.Group_permissions": dict.fromkeys(("id", "group", "permission"), "empty"),
    "account.EmailAddress": dict.fromkeys(("id", "user", "email", "verified", "primary"), "empty: none is asked for"),
    "account.EmailConfirmation": dict.fromkeys(("id", "email_address", "created", "sent", "key"), "empty"),
}


def stored() -> dict[str, set[str]]:
    """Every table that Django makes for this clinic, and the fields of each."""
    made = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    made = [model for model in made if not model._meta.swapped]
    return {model._meta.label: {field.name for field in model._meta.get_fields() if _ours(field)} for model in made}


def _ours(field: object) -> bool:
    return not getattr(field, "auto_created", False) or getattr(field, "primary_key", False)


def test_every_field_is_known_as_sealed_or_hashed_or_clear_for_a_reason():
    """P9: whoever adds a field says here what it is; what is no longer there goes from here, too."""
    found = stored()

    assert {name: fields for name, fields in found.items() if name not in FIELDS} == {}
    assert set(FIELDS) == set(found)
    for name, fields in found.items():
        assert fields == set(FIELDS[name]), name


def test_no_table_of_the_framework_holds_anybody(volunteer):
    """P9: nothing but what the migrations made stands in them."""
    empty = ("account.EmailAddress", "account.EmailConfirmation", "auth.Group")
    assert not any(apps.get_model(name).objects.exists() for name in empty)


@pytest.mark.parametrize("of", ["clinic.Matter", "clinic.Session", "mfa.Authenticator"])
def test_what_is_sealed_is_not_readable(of, volunteer):
    """P9: what is called sealed here is no text that a reader of the table could use."""
    from django.test import Client

    from tests.clinic.accounts.sign_in import SEED, member, signed_in
    from tests.clinic.making import matter

    matter(volunteer, alias="an alias to look for")
    signed_in(Client(), member("Ada"))
    for row in apps.get_model(of).objects.all():
        held = b" ".join(_bytes(getattr(row, field.attname)) for field in row._meta.concrete_fields)
        for canary in (b"an alias to look for", SEED.encode(), b"authentication_methods", b"began"):
            assert canary not in held


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
