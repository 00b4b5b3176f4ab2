"""What a sealed file holds survives the content it was made with, and nothing is dropped without a word."""

import contextlib
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.strategies import DAY, packs_and_answers
from threatmodel.documents.record import HEAD, LANG, Lost, NewerFormat, NotARecord, OtherPack, Record, read_record
from threatmodel.documents.since import since_view
from threatmodel.engine.answers import Answers
from threatmodel.engine.marks import MARKS, Marks
from threatmodel.engine.model import Numbers, Option, Retired

ANSWERS = {"platforms": ["facebook", "instagram"], "safety": "no", "devices": ["iphone"], "effort": "unsure"}


@pytest.fixture
def record(pack):
    return Record.keep(Answers.of(pack, ANSWERS), Marks.of(pack, {"adid-off": "done", "ig-lockdown": "risky"}), DAY)


@given(packs_and_answers, st.data())
def test_a_record_is_read_as_it_was_kept(case, data):
    pack, answers = case
    marked = {item.id: data.draw(st.sampled_from(MARKS)) for item in pack.items}
    record = Record.keep(answers, Marks.of(pack, marked), DAY)

    assert read_record(pack, record.pack()) == record


@given(packs_and_answers)
def test_a_record_has_one_length_whatever_the_answers(case):
    pack, answers = case
    nobody = Record.keep(Answers(pack), Marks(pack), date(1999, 1, 1))

    assert len(Record.keep(answers, Marks(pack), DAY).pack()) == len(nobody.pack())


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_bytes_from_anywhere_are_refused_or_read_but_never_break(pack, packed):
    try:
        read_record(pack, packed)
    except NotARecord:
        return
    raise AssertionError("random bytes were taken for a record")


@settings(max_examples=300)
@given(st.data())
def test_a_changed_record_is_refused_or_read_but_never_breaks(pack, data):
    packed = bytearray(Record.keep(Answers.of(pack, ANSWERS), Marks(pack), DAY).pack())
    place = data.draw(st.integers(0, len(packed) - 1))
    packed[place] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(NotARecord):
        read_record(pack, bytes(packed)).pack()


def test_records_of_a_later_form_or_another_pack_say_so(pack, record):
    packed = record.pack()

    with pytest.raises(NewerFormat):
        read_record(pack, b"\x03" + packed[1:])
    with pytest.raises(OtherPack):
        read_record(replace(pack, id="ca"), packed)
    with pytest.raises(NotARecord):
        read_record(pack, packed[: HEAD.size - 1])


def test_a_record_keeps_the_language_it_was_read_in(pack, record):
    spanish = replace(pack, lang="es", original=pack)

    kept = Record.keep(Answers.of(spanish, ANSWERS), record.marks, DAY).pack()

    assert read_record(pack, kept).lang == "es"
    assert len(kept) == len(record.pack())
    assert read_record(pack, kept).then.said == record.then.said


def test_a_record_from_before_there_were_languages_opens(pack, record):
    packed = record.pack()

    old = b"\x01" + packed[1 : HEAD.size] + packed[HEAD.size + LANG :]

    assert read_record(pack, old) == replace(record, lang="")


def without_option(pack, question, option, retired=None):
    """The pack as it is after an option was retired; its number stays."""
    questions = tuple(
        replace(q, options=tuple(o for o in q.options if o.id != option)) if q.id == question else q
        for q in pack.questions
    )
    steps_by = pack.steps_by
    numbers = replace(pack.numbers, retired={f"{question}/{option}": retired} if retired else {})
    return replace(pack, questions=questions, steps_by=steps_by, numbers=numbers)


def test_a_renamed_answer_is_carried_over_and_named(pack, record):
    newer = without_option(pack, "safety", "no", Retired("No", "safety/maybe"))
    renamed = Record.keep(Answers.of(pack, {"safety": "no", "effort": "weekend"}), Marks(pack), DAY)

    found = read_record(newer, renamed.pack())

    assert found.answers.as_mapping() == {"safety": ["maybe"], "effort": ["weekend"]}
    assert found.lost == (Lost("safety/no", "No", "safety/maybe"),)


def test_a_removed_answer_is_left_open_and_named(pack):
    newer = without_option(pack, "safety", "no", Retired("No"))
    kept = Record.keep(Answers.of(pack, {"safety": "no", "effort": "weekend"}), Marks(pack), DAY)

    found = read_record(newer, kept.pack())

    assert found.answers.as_mapping() == {"effort": ["weekend"]}
    assert found.lost == (Lost("safety/no", "No", ""),)


def test_an_answer_from_newer_content_is_counted_though_it_has_no_name_here(pack):
    questions = tuple(
        replace(q, options=(*q.options, Option("forever", "Forever"))) if q.id == "effort" else q
        for q in pack.questions
    )
    numbers = replace(pack.numbers, answers=(*pack.numbers.answers, "effort/forever"))
    newer = replace(pack, questions=questions, numbers=numbers)
    kept = Record.keep(Answers.of(newer, {"effort": "forever", "safety": "yes"}), Marks(newer), DAY)

    found = read_record(pack, kept.pack())

    assert found.answers.as_mapping() == {"safety": ["yes"]}
    assert found.lost == (Lost(),)


def test_answers_that_no_longer_go_together_are_left_open_and_named(pack):
    options = {o.id: o for o in pack.question["platforms"].options}
    alone = tuple(replace(o, alone=True) if o.id == "facebook" else o for o in options.values())
    newer = replace(
        pack, questions=tuple(replace(q, options=alone) if q.id == "platforms" else q for q in pack.questions)
    )

    found = read_record(newer, Record.keep(Answers.of(pack, ANSWERS), Marks(pack), DAY).pack())

    assert "platforms" not in found.answers.as_mapping()
    assert {one.id for one in found.lost} == {"platforms/facebook", "platforms/instagram"}


def test_a_retired_measure_takes_its_mark_along_to_what_took_over(pack, record):
    measures = tuple(replace(m, id="adid-away") if m.id == "adid-off" else m for m in pack.measures)
    numbers = Numbers(
        pack.numbers.answers, (*pack.numbers.items, "adid-away"), {"adid-off": Retired("Switch it off", "adid-away")}
    )
    newer = replace(pack, measures=measures, numbers=numbers)

    found = read_record(newer, record.pack())

    assert found.marks.as_mapping() == {"adid-away": "done", "ig-lockdown": "risky"}
    assert found.lost == (Lost("adid-off", "Switch it off", "adid-away"),)
    assert found.then.standings["adid-away"] == "allowed"
    assert "adid-off" not in found.then.standings


def test_two_records_of_one_matter_tell_the_difference_after_the_content_has_changed(pack, record):
    """A matter keeps what was said then and what was answered since, each as a record; both open with a newer pack."""
    now = Answers.of(pack, ANSWERS | {"devices": ["android"]})
    then_kept, now_kept = record.pack(), Record.keep(now, record.marks, date(2027, 1, 4)).pack()
    measures = tuple(replace(m, id="adid-away") if m.id == "adid-off" else m for m in pack.measures)
    numbers = Numbers(
        pack.numbers.answers, (*pack.numbers.items, "adid-away"), {"adid-off": Retired("Switch it off", "adid-away")}
    )
    newer = replace(pack, measures=measures, numbers=numbers, version="later")

    then, since = read_record(newer, then_kept), read_record(newer, now_kept)
    found = since_view(then.then, since.answers, date(2027, 2, 1))

    assert (found.on, then.version) == (DAY, pack.version)
    assert [Lost("adid-off", "Switch it off", "adid-away")] == [*then.lost] == [*since.lost]
    assert [change.ask for change in found.answers] == [pack.question["devices"].ask]
    assert "adid-away" not in {change.id for change in (*found.by_answers, *found.by_advice) if change.kind == "gone"}
    assert found.by_answers
