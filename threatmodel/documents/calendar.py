"""The day to look again, as a calendar file whose texts tell nothing. Equal days give equal bytes."""

from datetime import UTC, date, datetime, time
from uuid import UUID, uuid5

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

# Only makes the uid of a day differ from uids that others make of the same day.
DAYS = UUID("6f1c7f0e-30a4-5c0b-9d55-1f6a5b0e8f2d")


def look_again_ics(on: date, as_of: date) -> bytes:
    """One event for the whole day ``on``, with a neutral title and nothing else to read (RFC 5545).

    It takes two days and no plan, so that it cannot hold more. The standard wants a time at which the event was made:
    midnight of ``as_of``. The uid follows from ``on``, so that the same day, put in twice, stands there once.
    """
    event = Event()
    event.add("uid", str(uuid5(DAYS, on.isoformat())))
    event.add("dtstamp", datetime.combine(as_of, time(), UTC))
    event.add("dtstart", on)
    event.add("summary", _("Look again"))
    event.add("transp", "TRANSPARENT")  # else the day shows as taken to whoever sees the calendar
    calendar = Calendar()
    calendar.add("prodid", "-//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
