"""What has to happen in time at the clinic, also when nobody is signed in."""

import fcntl
import logging
import os
from contextlib import suppress
from datetime import timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, close_old_connections, transaction

from threatmodel.clinic import audit
from threatmodel.clinic.accounts import sessions
from threatmodel.clinic.clock import doubted, today
from threatmodel.clinic.destruction import keep_ballast, make_room, settle, stay_destroyed
from threatmodel.clinic.keys import KeysUnfit, Locked, directory, generations
from threatmodel.clinic.models import Clinic, Invitation, UsedCode
from threatmodel.clinic.retention import expire
from threatmodel.clinic.times import level
from threatmodel.clinic.tombstones import forget_tombstones
from threatmodel.sealing.generations import NoGenerations, NoSlot, WrongKey

LOCK = "sweep.lock"
EXPECTED = (Locked, KeysUnfit, DatabaseError, OSError)
ODD = (NoGenerations, NoSlot, WrongKey, ObjectDoesNotExist)

logger = logging.getLogger(__name__)


def sweep(*, first: bool = False) -> None:
    """Finish what was broken off, destroy what is past its time, keep room for it. One worker at a time does.

    What cannot be done now, as while the clinic is locked or its database is away, is left to the next round. The
    ``first`` of a worker waits for another's, so that no page is served before it.
    """
    try:
        with suppress(*EXPECTED):
            _alone(first)
    except ODD as fault:
        logger.error("the clinic's sweep failed [%s]; run `manage.py clinic status`", type(fault).__name__)


def _alone(first: bool) -> None:
    descriptor = os.open(directory() / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if first else fcntl.LOCK_EX | fcntl.LOCK_NB)
        make_room()
        if Clinic.objects.exists():
            _round(first)
        level(directory())
    finally:
        os.close(descriptor)
        close_old_connections()


def _round(first: bool) -> None:
    if notice_restored() or first:
        stay_destroyed()
    expire()
    settle()
    sessions.SessionStore.clear_expired()
    if not doubted():
        UsedCode.objects.filter(until__lt=today() - timedelta(days=1)).delete()
        forget_tombstones()
    keep_ballast()


def notice_restored() -> bool:
    """Whether the database is older than the keys or than the audit's end, as after an old backup was put back.

    Then every session ends. The audit's end goes last: killed before, the next round does all of it again.
    """
    keys = generations()
    with keys.together():  # a rotation under way is no sign of it, nor one that was broken off: its generations live
        living, end = keys.living(), audit.noted_end()
        newest = max(living)
    with transaction.atomic():
        clinic = Clinic.objects.select_for_update().get()
        if (clinic.epoch >= newest or clinic.epoch in living) and clinic.audit_count >= end:
            return False
        clinic.epoch = max(clinic.epoch, newest)
        clinic.save(update_fields=["epoch"])
        end_what_was_open()
        audit.note(None, "older-database")
    if clinic.audit_count < end:
        audit.anchor_anew()
        logger.error("the clinic's database lacks lines at the end of its audit")
    return True


def end_what_was_open() -> None:
    """End sessions and invitations: an older copy knows neither who signed out nor which code was used."""
    sessions.end_all()
    Invitation.objects.all().delete()
