"""Slowing down who guesses: each failure makes the next try wait longer, up to a limit, and nobody is locked out.

Who tries is not known, and not stored; what is tried is, as a keyed hash. A try is counted before it is looked at, by
one conditional UPDATE, so that many at once in many workers are no way round.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from threatmodel.clinic.keys import staff_key
from threatmodel.clinic.models import Throttle
from threatmodel.sealing.staff_secrets import mark

FREE = 4  # tries before the first wait
FORGOTTEN_AFTER = timedelta(hours=1)
RACES = 3


class Slowed(Exception):
    """It is too early for the next try."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Limit(NamedTuple):
    """What is tried, and the longest wait for it in seconds."""

    action: str
    longest: int


PASSWORD = Limit("password", 600)
FACTOR = Limit("factor", 600)
INVITATION = Limit("invitation", 10)  # everybody's tries together: a long wait would keep out who has a code


def attempt(limit: Limit, who: str = "") -> None:
    """Count a try, or refuse it. Raises ``Slowed`` with the seconds to wait."""
    row = _mark(limit, who)
    for _ in range(RACES):
        now = datetime.now(UTC)
        found = Throttle.objects.filter(mark=row).first()
        if found is None:
            _, made = Throttle.objects.get_or_create(mark=row, defaults={"count": 1, "free_at": now})
            if made:
                return
        elif found.free_at > now:
            raise Slowed(int((found.free_at - now).total_seconds()) + 1)
        elif _counted(found, limit, now):
            return
    raise Slowed(1)  # others are trying at this very moment


def succeeded(limit: Limit, who: str = "") -> None:
    """Forget the failures: this was the right person. Old ones of others are cleared away too."""
    Throttle.objects.filter(mark=_mark(limit, who)).delete()
    Throttle.objects.filter(free_at__lt=datetime.now(UTC) - FORGOTTEN_AFTER).delete()


def _counted(found: Throttle, limit: Limit, now: datetime) -> bool:
    """Whether nobody else counted a try meanwhile."""
    count = 1 if found.free_at < now - FORGOTTEN_AFTER else found.count + 1
    wait = timedelta(seconds=min(2 ** (count - FREE), limit.longest) if count >= FREE else 0)
    same = Throttle.objects.filter(mark=found.mark, count=found.count, free_at=found.free_at)
    return bool(same.update(count=min(count, 64), free_at=now + wait))


def _mark(limit: Limit, who: str) -> bytes:
    return mark(staff_key(), f"throttle {limit.action}", who)
