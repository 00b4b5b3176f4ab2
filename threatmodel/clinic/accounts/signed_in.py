"""What a session says about who is signed in: with what, since when, and when they were last here.

It is all sealed with the cookie's own key (threatmodel/clinic/accounts/sessions.py).
"""

import time

from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest

from threatmodel.clinic import audit
from threatmodel.clinic.accounts import sessions
from threatmodel.clinic.accounts.staff import end_sessions
from threatmodel.clinic.models import Staff

OLDEST = 8 * 60 * 60  # seconds since signing in
IDLE = 15 * 60  # seconds since the last page
FRESH = 5 * 60  # seconds since a password or a factor was shown
NOTE_EVERY = 60  # seconds between two notes of being here
BEGAN, SEEN, BACK = "began", "seen", "back-to"


def begin(request: HttpRequest, staff: Staff) -> None:
    """Start to count a session's age. Called once, when somebody has just signed in."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())
    sessions.SessionStore.clear_expired()
    audit.note(staff.pk, "signed-in", detail=how(request, staff))


def proved(request: HttpRequest, staff: Staff, method: str, kind: str = "", **more: bool) -> None:
    """Note that somebody has just shown a password ("password") or a factor ("mfa")."""
    record_authentication(request, staff, method, type=kind or method, **more)


def how(request: HttpRequest, staff: Staff) -> str:
    """With what this session was proved last: "password", "totp", "recovery" or "webauthn"."""
    records = get_authentication_records(request, staff)
    return str(records[-1].get("type", records[-1]["method"])) if records else ""


def with_second_factor(request: HttpRequest, staff: Staff) -> bool:
    """Whether a second factor was shown in this very session; that there is one does not count."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, staff))


def is_fresh(request: HttpRequest, staff: Staff) -> bool:
    records = get_authentication_records(request, staff)
    return bool(records) and time.time() - records[-1]["at"] < FRESH


def end_freshness(request: HttpRequest, staff: Staff) -> None:
    """From here on it is as if nothing was shown lately: the device goes to somebody who has shown nothing."""
    records = get_authentication_records(request, staff)
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [{**record, "at": 0} for record in records]


def has_ended(request: HttpRequest) -> bool:
    """Whether a session is too old, was left alone too long, or says nothing of its age."""
    now, began, seen = time.time(), request.session.get(BEGAN, 0), request.session.get(SEEN, 0)
    return not (now - OLDEST < began <= now + NOTE_EVERY and now - IDLE < seen <= now + NOTE_EVERY)


def lasts(request: HttpRequest) -> dict[str, int]:
    """In how many seconds a session ends when idle, at the soonest, and at the latest."""
    return {"idle": IDLE - NOTE_EVERY, "age": max(0, request.session.get(BEGAN, 0) + OLDEST - int(time.time()))}


def note_seen(request: HttpRequest) -> None:
    now = int(time.time())
    if now - request.session.get(SEEN, 0) >= NOTE_EVERY:
        request.session[SEEN] = now


def end_others(request: HttpRequest, staff: Staff) -> None:
    """Sign somebody out everywhere but here, where they have just changed their password or a factor."""
    end_sessions(staff, but=sessions.marked(request.session.session_key))
    update_session_auth_hash(request, staff)
