"""Passkeys: made, listed and asked for. What a browser sends is held against a challenge that is used once.

allauth stores a passkey as it came; here it lies sealed like every factor, so these functions stand in for its own.
"""

import json
import struct
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import EXTENSIONS, get_server
from django.contrib.sessions.backends.base import SessionBase
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from threatmodel.clinic.accounts.factors import store
from threatmodel.clinic.keys import staff_key
from threatmodel.clinic.models import Staff
from threatmodel.sealing.staff_secrets import protect, unprotect

CHALLENGE = "passkey-challenge"
LONGEST_NAME = 40
ALWAYS = UserVerificationRequirement.REQUIRED  # a passkey alone signs in: it must ask for a PIN, finger or face
# What reading a made-up answer raises, found by trying many.
UNFIT = (ValueError, TypeError, LookupError, AttributeError, RecursionError, struct.error)


class PasskeyRefused(Exception):
    """What came is not the answer of a passkey of this person to our question."""


class Passkey(NamedTuple):
    """One of somebody's passkeys: the number of its row, the name they gave it, and what verifies it."""

    pk: int
    name: str
    credential: AttestedCredentialData


def passkeys(staff: Staff) -> list[Passkey]:
    rows = Authenticator.objects.filter(user_id=staff.pk, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    return [_opened(staff, row) for row in rows]


def ask_to_make(session: SessionBase, staff: Staff) -> str:
    """What the browser's ``credentials.create`` wants, as JSON."""
    options, session[CHALLENGE] = get_server().register_begin(
        PublicKeyCredentialUserEntity(id=staff.pk.bytes, name=staff.name, display_name=staff.name),
        credentials=[one.credential for one in passkeys(staff)],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=ALWAYS,
        extensions=EXTENSIONS,
    )
    return json.dumps(dict(options)["publicKey"])


def make(session: SessionBase, staff: Staff, name: str, answer: str) -> None:
    """Take a passkey as a factor. Raises ``PasskeyRefused``."""
    challenge = session.pop(CHALLENGE, None)
    try:
        made = get_server().register_complete(challenge, _mapping(answer)).credential_data
    except UNFIT as fault:
        raise PasskeyRefused from fault
    if made is None or any(made.credential_id == one.credential.credential_id for one in passkeys(staff)):
        raise PasskeyRefused
    said = {"name": name[:LONGEST_NAME], "credential": websafe_encode(bytes(made))}
    store(staff, Authenticator.Type.WEBAUTHN, protect(json.dumps(said), f"passkey {staff.pk}", staff_key()))


def ask(session: SessionBase, staff: Staff | None = None) -> str:
    """What the browser's ``credentials.get`` wants, as JSON: of one person's passkeys, or of whoever has one."""
    known = [one.credential for one in passkeys(staff)] if staff else None
    options, session[CHALLENGE] = get_server().authenticate_begin(known, user_verification=ALWAYS)
    return json.dumps(dict(options)["publicKey"])


def check(session: SessionBase, staff: Staff, answer: str) -> None:
    """Raises ``PasskeyRefused`` unless one of this person's passkeys gave this answer."""
    challenge = session.pop(CHALLENGE, None)
    try:
        get_server().authenticate_complete(challenge, [one.credential for one in passkeys(staff)], _mapping(answer))
    except UNFIT as fault:
        raise PasskeyRefused from fault


def who_answers(answer: str) -> Staff:
    """Whose passkey says it gave this answer; ``check`` holds it to that. Raises ``PasskeyRefused``."""
    try:
        found = Staff.objects.filter(pk=UUID(bytes=websafe_decode(_mapping(answer)["response"]["userHandle"]))).first()
    except UNFIT as fault:
        raise PasskeyRefused from fault
    if found is None:
        raise PasskeyRefused
    return found


def _mapping(answer: str) -> Mapping[str, dict[str, str]]:
    found = json.loads(answer)
    if not isinstance(found, dict):
        raise TypeError
    return found


def _opened(staff: Staff, row: Authenticator) -> Passkey:
    said = json.loads(unprotect(row.data["sealed"], f"passkey {staff.pk}", staff_key()))
    return Passkey(row.pk, said["name"], AttestedCredentialData(websafe_decode(said["credential"])))
