"""What staff did, one line an act: who, what, which matter, when. Only ever added to, and never with content.

Each line is bound to the one before by a keyed hash, so that none can be changed, taken out, put in or moved without
``verify`` finding it. Where the chain ended is also noted outside the database, which finds lines cut off its end.
"""

import hmac
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from threatmodel.clinic.keys import derived, directory
from threatmodel.clinic.models import AuditEntry, Clinic

ANCHOR = "audit-end"
AT_ONCE = 2000

logger = logging.getLogger(__name__)


class Fault(NamedTuple):
    """Where the chain is broken, and how: a number, and "changed", "missing", "cut" or "foreign"."""

    number: int
    kind: str


def note(
    actor: UUID | None,
    act: str,
    *,
    detail: str = "",
    about: UUID | None = None,
    matter: UUID | None = None,
    revision: int = 0,
) -> None:
    """Add a line, within whatever transaction does the act: both are stored, or neither.

    ``act`` and ``detail`` are fixed words of this program; ``about`` is a colleague it was done to. Without an actor it
    was the program itself, or a command.
    """
    with transaction.atomic():
        clinic = Clinic.objects.select_for_update().get()
        entry = AuditEntry(
            number=clinic.audit_count + 1,
            at=datetime.now(UTC).replace(second=0, microsecond=0),
            actor=actor,
            act=act,
            detail=detail,
            about=about,
            matter=matter,
            revision=revision,
        )
        entry.link = _link(derived("audit"), bytes(clinic.audit_head), entry)
        entry.save(force_insert=True)
        Clinic.objects.filter(pk=clinic.pk).update(audit_count=entry.number, audit_head=entry.link)
        transaction.on_commit(lambda: _anchor_if_it_can_be(entry.number, bytes(entry.link)), robust=True)


def verify() -> Iterator[Fault]:
    """Go over the whole chain and yield where it is broken; nothing when it is whole.

    What is noted meanwhile is left to the next time. So the end outside is read first, and the clinic's own last.
    """
    key, (anchored, anchor) = derived("audit"), _anchored()
    last = AuditEntry.objects.aggregate(last=Max("number", default=0))["last"]
    clinic = Clinic.objects.get()
    number, head = 0, b""
    for entry in AuditEntry.objects.filter(number__lte=clinic.audit_count).order_by("number").iterator(AT_ONCE):
        number += 1
        if entry.number != number:
            yield Fault(number, "missing")
            number = entry.number
        elif not hmac.compare_digest(_link(key, head, entry), bytes(entry.link)):
            yield Fault(number, "changed")
        head = bytes(entry.link)
        if number == anchored and not hmac.compare_digest(head, anchor):
            yield Fault(number, "foreign")
    if number != clinic.audit_count or head != bytes(clinic.audit_head) or number < anchored:
        yield Fault(number + 1, "cut")
    if last > clinic.audit_count:
        yield Fault(last, "foreign")


def _link(key: bytes, before: bytes, entry: AuditEntry) -> bytes:
    said = "\n".join(
        (
            str(entry.number),
            entry.at.astimezone(UTC).isoformat(),
            str(entry.actor or ""),
            entry.act,
            entry.detail,
            str(entry.about or ""),
            str(entry.matter or ""),
            str(entry.revision),
        )
    )
    return hmac.digest(key, before + said.encode(), sha256)


def _anchor_if_it_can_be(number: int, link: bytes) -> None:
    """What was done is stored by now, and stays so when its end cannot be noted; the next line's end covers it."""
    try:
        _anchor(number, link)
    except OSError as fault:
        logger.error("the end of the clinic's audit could not be noted [%s]", type(fault).__name__)


def _anchor(number: int, link: bytes) -> None:
    """Note where the chain ends, outside the database. An older end is never written over a newer one."""
    if number > _anchored()[0]:
        descriptor = os.open(directory() / ANCHOR, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.pwrite(descriptor, number.to_bytes(8) + link, 0)
        finally:
            os.close(descriptor)


def anchor_anew() -> int:
    """Take the chain's present end for its end, as after an older copy was put back. Returns how many lines are lost.

    Where the chain is broken in itself, ``verify`` goes on to tell.
    """
    clinic, before = Clinic.objects.get(), _anchored()[0]
    (directory() / ANCHOR).unlink(missing_ok=True)
    _anchor(clinic.audit_count, bytes(clinic.audit_head))
    return max(0, before - clinic.audit_count)


def noted_end() -> int:
    """The last line that was noted outside the database. It is stored there before, so ask for this one first."""
    return _anchored()[0]


def _anchored() -> tuple[int, bytes]:
    try:
        raw = (directory() / ANCHOR).read_bytes()
    except FileNotFoundError:
        return 0, b""
    return int.from_bytes(raw[:8]), raw[8:40]
