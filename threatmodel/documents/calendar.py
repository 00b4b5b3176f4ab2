"""Days to look again, as a calendar file whose texts tell nothing. Equal days give equal bytes."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid5

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

# Only makes the uid of a day differ from uids that others make of the same day.
DAYS = UUID("6f1c7f0e-30a4-5c0b-9d55-1f6a5b0e8f2d")


def look_again_ics(on: date, as_of: date) -> bytes:
    """A calendar file with one day to look again, made on ``as_of``."""
    return days_ics((on,), as_of)


def days_ics(days: Iterable[date], as_of: date) -> bytes:
    """One event for each of these days, in their order and each day once: whole days, all with the same neutral title.

    It takes days and no plan, so that it cannot hold more (RFC 5545). A day a clinic follows up reads as any other.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Calendar//EN")
    calendar.add("version", "2.0")
    for day in sorted(set(days)):
        calendar.add_component(_event(day, as_of))
    return bytes(calendar.to_ical())


def _event(on: date, as_of: date) -> Event:
    """The standard wants a time at which the event was made: midnight of ``as_of``.

    The uid follows from ``on``, so that the same day, put in twice, stands there once.
    """
    event = Event()
    event.add("uid", str(uuid5(DAYS, on.isoformat())))
    event.add("dtstamp", datetime.combine(as_of, time(), UTC))
    event.add("dtstart", on)
    event.add("summary", _("Look again"))
    event.add("transp", "TRANSPARENT")  # else the day shows as taken to whoever sees the calendar
    return event
