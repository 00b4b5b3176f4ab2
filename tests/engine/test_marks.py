"""Marks: what is noted on one item stays there, and touches no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.strategies import questionnaires
from threatmodel.engine.marks import MARKS, Marks, NotMarks, UnknownMark, item_places, marks_size


@st.composite
def noted(draw):
    pack = draw(questionnaires())
    items = [item.id for item in pack.items]
    marked = draw(st.dictionaries(st.sampled_from(items), st.sampled_from(MARKS))) if items else {}
    return pack, marked


@given(noted())
def test_marks_are_what_was_noted_and_nothing_else(case):
    pack, marked = case

    marks = Marks.of(pack, marked)

    assert {item: marks.get(item) for item in item_places(pack)} == {
        item: marked.get(item, "none") for item in item_places(pack)
    }
    assert marks.as_mapping() == {
        item: marked[item] for item in item_places(pack) if marked.get(item, "none") != "none"
    }


@given(noted())
def test_marks_survive_packing_in_one_size(case):
    pack, marked = case
    marks = Marks.of(pack, marked)

    packed = marks.pack()

    assert len(packed) == marks_size(pack)
    assert Marks.unpack(pack, packed) == marks


@given(noted(), st.sampled_from(MARKS))
def test_the_last_mark_on_an_item_counts(case, last):
    pack, marked = case
    marks = Marks.of(pack, marked)

    for item in marked:
        marks = marks.set(item, last)

    assert all(marks.get(item) == last for item in marked)


@pytest.mark.parametrize(("item", "mark"), [("no-such-item", "done"), ("adid-off", "finished"), ("", "")])
def test_an_unknown_item_or_mark_is_refused(pack, item, mark):
    with pytest.raises(UnknownMark):
        Marks(pack).set(item, mark)


def test_bytes_that_are_no_marks_are_refused(pack):
    size = marks_size(pack)

    for packed in (b"", b"\0" * (size + 1), b"\xff" * size):
        with pytest.raises(NotMarks):
            Marks.unpack(pack, packed)


def test_every_mark_fits_its_bits():
    assert len(MARKS) == 8
