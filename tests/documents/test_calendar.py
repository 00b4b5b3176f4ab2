from datetime import UTC, date, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st
from icalendar import Calendar

from tests.engine.strategies import DAY
from tests.engine.test_gates import NO_GATE
from threatmodel.documents.calendar import days_ics, look_again_ics
from threatmodel.engine.answers import Answers
from threatmodel.engine.plan import build_plan

DAYS = st.dates(date(2000, 1, 1), date(2099, 1, 1))


def event_of(content):
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    assert [part.name for part in calendar.walk()] == ["VCALENDAR", "VEVENT"]
    return event


@given(DAYS, DAYS)
def test_it_reads_back_as_one_whole_day_that_tells_nothing(on, as_of):
    event = event_of(look_again_ics(on, as_of))

    assert type(event["DTSTART"].dt) is date
    assert event["DTSTART"].dt == on
    assert event["DTSTAMP"].dt == datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    assert set(event) == {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "TRANSP"}


@given(DAYS, DAYS, DAYS)
def test_another_day_is_another_event_and_the_same_day_the_same(on, other, as_of):
    assume(on != other)

    assert event_of(look_again_ics(on, as_of))["UID"] == event_of(look_again_ics(on, other))["UID"]
    assert event_of(look_again_ics(on, as_of))["UID"] != event_of(look_again_ics(other, as_of))["UID"]


def test_its_texts_hold_no_word_of_what_it_is_about(pack):
    plan = build_plan(Answers.of(pack, NO_GATE), DAY)
    text = look_again_ics(plan.look_again.on, plan.as_of).decode()

    assert pack.title not in text
    assert "threat" not in text.lower()
    assert "plan" not in text.lower()


def test_it_is_split_into_lines_as_the_standard_has_it():
    content = look_again_ics(DAY + timedelta(days=90), DAY)

    assert content.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


@given(st.lists(DAYS, max_size=3), DAYS)
def test_several_days_are_as_many_events_with_the_same_texts_and_each_day_once(days, as_of):
    events = Calendar.from_ical(days_ics(days, as_of)).walk("VEVENT")

    assert [event["DTSTART"].dt for event in events] == sorted(set(days))
    assert len({str(event["UID"]) for event in events}) == len(events)
    assert len({str(event["SUMMARY"]) for event in events}) <= 1
    assert days_ics(days[::-1], as_of) == days_ics(days, as_of)
