"""Sessions in the database, of which the database cannot tell anything: a row is found by a hash of the cookie's key,
and its content is sealed with another hash of it. Whoever reads the table has neither.
"""

import json
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as InDatabase
from django.db.models import QuerySet

from threatmodel.clinic.clock import today
from threatmodel.clinic.models import Session, Staff
from threatmodel.sealing.staff_secrets import NotOurs, protect, unprotect

LONGEST = timedelta(days=1)


class SessionStore(InDatabase):
    """What ``SESSION_ENGINE`` names. A row that is gone is never written again.

    ``unknown``: a cookie came for which there is no row.
    """

    unknown = False

    @classmethod
    def get_model_class(cls) -> type[Session]:  # type: ignore[override]
        return Session

    def load(self) -> dict[str, object]:
        row = _living().filter(mark=marked(self.session_key)).first()
        try:
            if row:
                found = json.loads(unprotect(row.data, "session", _seal(self.session_key)))
                return found if isinstance(found, dict) else {}
        except NotOurs:
            pass  # another version's, or changed: as if there were none
        self._session_key, self.unknown = None, True
        return {}

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(mark=marked(session_key)).exists()

    def save(self, must_create: bool = False) -> None:
        """Store the session. Raises ``UpdateError`` for a row that is gone."""
        if self.session_key is None:
            return self.create()
        content: dict[str, object] = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        staff = content.get(SESSION_KEY)
        values = {
            "staff": UUID(str(staff)) if staff else None,
            "data": protect(json.dumps(content), "session", _seal(self.session_key)),
        }
        row = marked(self.session_key)
        if must_create:
            Session.objects.create(mark=row, began_on=today(), **values)
        elif not Session.objects.filter(mark=row).update(**values):
            raise UpdateError
        return None

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            Session.objects.filter(mark=marked(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.filter(began_on__lt=today() - LONGEST).delete()


def marked(session_key: str | None) -> bytes:
    """What a session's row is found by."""
    return sha256(b"threatmodel session row\n" + (session_key or "").encode()).digest()


def of(staff: Staff) -> QuerySet[Session]:
    """The sessions somebody is signed in with."""
    return _living().filter(staff=staff.pk)


def end_all() -> None:
    """End every session of everybody, as after an old copy of the database was put back."""
    Session.objects.all().delete()


def _living() -> QuerySet[Session]:
    """Those that may still be young enough; to the hour that is known only inside (threatmodel/clinic/door.py)."""
    return Session.objects.filter(began_on__gte=today() - LONGEST)


def _seal(session_key: str | None) -> bytes:
    return sha256(b"threatmodel session content\n" + (session_key or "").encode()).digest()
