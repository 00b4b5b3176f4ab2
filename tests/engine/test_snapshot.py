"""What changed since a plan was kept: nothing is told that is not so, and nothing that is so is left untold."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.strategies import DAY, packs_and_two_answers
from threatmodel.engine.answers import Answers, NotPacked
from threatmodel.engine.changes import shown
from threatmodel.engine.snapshot import Snapshot, good_until, since, snapshot_size


def kept(case):
    pack, then, now = case
    return Snapshot.take(then, DAY), now


@given(packs_and_two_answers)
def test_nothing_has_changed_on_the_same_day_with_the_same_answers(case):
    then, _ = kept(case)

    assert since(then, then.answers, DAY) == ()


@given(packs_and_two_answers)
def test_other_answers_account_for_every_difference_and_only_for_those(case):
    then, answers = kept(case)
    now = shown(answers, DAY)

    found = since(then, answers, DAY)

    assert {(c.item.id, c.then, c.now) for c in found} == {
        (id_, then.standings.get(id_), now.get(id_))
        for id_ in {*then.standings, *now}
        if then.standings.get(id_) != now.get(id_)
    }
    assert all(change.causes == ("answers",) for change in found)


@given(packs_and_two_answers, st.integers(0, 900))
def test_what_goes_stale_in_between_is_overdue_and_nothing_else_is(case, days):
    then, _ = kept(case)
    later = DAY + timedelta(days=days)

    found = since(then, then.answers, later)

    overdue = {change.item.id for change in found if change.kind == "overdue"}
    here = shown(then.answers, later)
    assert overdue == {
        item.id
        for item in then.answers.questionnaire.items
        if item.id in here and item.id in then.standings and DAY <= good_until(item) < later
    }


@given(packs_and_two_answers)
def test_a_snapshot_survives_packing_in_one_size(case):
    then, _ = kept(case)

    packed = then.pack()

    assert len(packed) == snapshot_size(then.answers.questionnaire)
    assert Snapshot.unpack(then.answers.questionnaire, packed) == then


def test_bytes_that_are_no_snapshot_are_refused(pack):
    packed = Snapshot.take(Answers(pack), DAY).pack()

    for wrong in (b"", packed[:-1], packed + b"\0", b"\0" * len(packed), b"\xff" * len(packed)):
        with pytest.raises(NotPacked):
            Snapshot.unpack(pack, wrong)


def changed_pack(pack, **changes):
    """The pack with one measure's fields changed, or without it."""
    measures = [replace(m, **changes) if m.id == "adid-off" else m for m in pack.measures]
    return replace(pack, measures=tuple(measures))


def moved(then: Snapshot, pack) -> Snapshot:
    """The same snapshot, as a pack that changed since reads it."""
    return replace(then, answers=Answers(pack, then.answers.bits))


def test_a_change_of_what_an_item_says_is_our_advice(pack):
    then = Snapshot.take(Answers(pack), DAY)
    newer = changed_pack(pack, limits="It does less than we said.")

    found = since(moved(then, newer), Answers(newer), DAY)

    assert [(c.item.id, c.kind, c.causes) for c in found] == [("adid-off", "reworded", ("advice",))]


def test_a_change_of_dates_alone_is_no_change_of_advice(pack):
    then = Snapshot.take(Answers(pack), DAY)
    newer = changed_pack(pack, reviewed_on=DAY, review_by=date(2028, 1, 1))

    assert since(moved(then, newer), Answers(newer), DAY) == ()


def test_a_measure_that_turned_into_another_kind_of_act_stands_otherwise_by_our_advice(pack):
    then = Snapshot.take(Answers(pack), DAY)
    newer = changed_pack(pack, action="destroy")

    [change] = since(moved(then, newer), Answers(newer), DAY)

    assert (change.item.id, change.kind, change.causes, change.now) == ("adid-off", "gone", ("advice",), None)


def test_what_both_advice_and_answers_changed_names_both(pack):
    then = Snapshot.take(Answers.of(pack, {"process": "us-citizen", "devices": "iphone"}), DAY)
    newer = changed_pack(pack, action="visibility")
    asked_first = moved(then, newer)

    by_advice = since(asked_first, Answers.of(newer, {"process": "us-citizen", "devices": "iphone"}), DAY)
    by_both = since(asked_first, Answers.of(newer, {"process": "us-citizen", "devices": "computer"}), DAY)

    assert [(c.item.id, c.causes, c.now) for c in by_advice] == [("adid-off", ("advice",), "ask-first")]
    assert {c.item.id: (c.causes, c.now) for c in by_both}["adid-off"] == (("advice", "answers"), None)
