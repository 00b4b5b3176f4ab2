"""Matters: what is stored of them, who can open them, and what happens when two save at once."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.test import Client

from tests.clinic.accounts.sign_in import signed_in
from tests.clinic.acting import at
from tests.clinic.dump import everything
from tests.clinic.making import contents, matter
from threatmodel.clinic import destruction, matters
from threatmodel.clinic.contents import SCHEMA, Contents, Said
from threatmodel.clinic.models import AuditEntry, Matter
from threatmodel.clinic.working import working
from threatmodel.documents.record import NotARecord
from threatmodel.sealing.matter import BUCKETS, TooLarge, seal

CANARY = "xylophone canary"


def test_what_was_saved_is_opened_again(volunteer):
    made = matter(volunteer, alias=CANARY)

    opened = matters.open_matter(volunteer, made.row.id)

    assert opened.contents == made.contents
    assert opened.contents.alias == CANARY


def test_no_table_holds_anything_of_what_is_sealed(volunteer):
    """P9: neither the alias nor a note, an answer or a language stands in any row; lengths are of four sizes."""
    said = Said(volunteer.id.hex, matters.today(), "note canary")
    opened = matter(volunteer, alias=CANARY)
    matters.save(volunteer, opened, opened.contents.noted(said), "noted")

    dump = everything()

    for canary in (CANARY, "note canary", '"lang"', opened.contents.record.hex()):
        assert canary.encode() not in dump
    assert opened.row.id.hex.encode() in dump
    assert len(bytes(Matter.objects.get().sealed)) in BUCKETS


def test_an_alias_is_found_however_it_is_spelt(volunteer, lawyer):
    made = matter(volunteer, alias="Grey  Heron 7")
    matter(volunteer, alias="Grey Heron 8")

    assert [one.id for one in matters.find(volunteer, "grey heron 7 ")] == [made.row.id]
    assert not matters.find(volunteer, "grey heron").exists()
    assert not matters.find(lawyer, "grey heron 7").exists()


def test_somebody_elses_matter_and_none_at_all_look_the_same(volunteer, lawyer):
    made = matter(volunteer)

    for id_ in (made.row.id, uuid4()):
        with pytest.raises(matters.NoMatter):
            matters.open_matter(lawyer, id_)


def test_the_second_of_two_who_save_is_told_and_nothing_is_lost(volunteer):
    """P52: the first is kept, the second is refused and sees what stands there now."""
    made = matter(volunteer)
    first = matters.load(volunteer, made.row.id)
    second = matters.load(volunteer, made.row.id)
    matters.save(volunteer, first, replace(first.contents, alias="first"), "saved")

    with pytest.raises(matters.Conflict) as refused:
        matters.save(volunteer, second, replace(second.contents, alias="second"), "saved")

    assert refused.value.current.contents.alias == "first"
    assert matters.load(volunteer, made.row.id).contents.alias == "first"
    assert AuditEntry.objects.filter(act="saved").count() == 1


def test_a_form_that_is_sent_twice_is_saved_once(volunteer):
    """P51: the second is answered as the first was, and makes no second revision."""
    made = matter(volunteer)
    after = replace(made.contents, alias="after")

    once = matters.save(volunteer, made, after, "saved", once="form 1")
    again = matters.save(volunteer, made, after, "saved", once="form 1")

    assert once.row.revision == again.row.revision == 2
    assert AuditEntry.objects.filter(act="saved").count() == 1


def test_rows_cannot_be_swapped_or_set_back(volunteer):
    one, two = matter(volunteer), matter(volunteer)
    then = Matter.objects.get(pk=one.row.pk)
    matters.save(volunteer, one, replace(one.contents, alias="later"), "saved")

    Matter.objects.filter(pk=two.row.pk).update(sealed=then.sealed, wrapped_key=then.wrapped_key)
    with pytest.raises(matters.Dead):
        matters.load(volunteer, two.row.pk)

    Matter.objects.filter(pk=one.row.pk).update(sealed=then.sealed)
    with pytest.raises(matters.Dead):
        matters.load(volunteer, one.row.pk)


def test_a_matter_takes_the_next_size_and_refuses_more_than_the_largest(volunteer):
    opened = matter(volunteer)
    sizes = set()
    for text in ("a" * 100, "a" * 3000, "a" * 14000, "a" * 60000):
        opened = matters.save(volunteer, opened, replace(opened.contents, alias=text), "saved")
        sizes.add(len(bytes(opened.row.sealed)))

    assert sizes == set(BUCKETS)
    with pytest.raises(TooLarge):
        matters.save(volunteer, opened, replace(opened.contents, alias="a" * 70000), "saved")
    assert matters.load(volunteer, opened.row.pk).contents.alias == "a" * 60000


def test_contents_survive_being_packed():
    said = Said("ab", matters.today(), "text")
    whole = Contents(
        *("alias", "es", "us", b"\x00\x01", b"\x02", "quick"),
        notes=(said,),
        confirmed=said,
        reviewed=said,
        advised={"a": said},
        comments={"a": (said, said)},
        answered={"why?": said},
    )

    assert Contents.unpack(whole.pack_up(), 1) == whole
    assert Contents.unpack(contents().pack_up(), 1) == contents()


def test_contents_from_before_anything_was_counted_are_opened():
    packed = contents().pack_up().replace(b',"counted":[]', b"")

    assert b"counted" not in packed
    assert Contents.unpack(packed, 1) == contents()


def test_what_is_destroyed_while_it_is_opened_is_not_there(volunteer, supervisor):
    made, other = matter(volunteer), matter(volunteer)
    row = Matter.objects.get(pk=made.row.pk)
    destruction.destroy(supervisor.id, [row.pk], "destroyed")

    with pytest.raises(matters.NoMatter):
        matters.unsealed(row)
    assert [one.row.pk for one in matters.listed(volunteer, [row, other.row], 9)] == [other.row.pk]


def test_a_matter_whose_questions_are_gone_says_so(volunteer):
    made = matters.create(volunteer, replace(contents(), pack="mars"))

    with pytest.raises(NotARecord):
        working(made)


@pytest.mark.parametrize("change", [{"schema": SCHEMA + 1}, {}], ids=["newer", "another pack"])
def test_what_cannot_be_read_just_now_is_not_called_destroyed(volunteer, change):
    """And a list that lacks it says so."""
    made = matters.create(volunteer, contents() if change else replace(contents(), pack="mars"))
    if change:
        newer = Matter(id=made.row.id, revision=1, **change)
        sealed = seal(made.contents.pack_up(), made.key, matters._bound(matters._clinic(), newer))
        Matter.objects.update(sealed=sealed, **change)
    browser = signed_in(Client(), volunteer)

    page = browser.get(at("matter", made.row.id))

    assert page.status_code == 503
    assert "do not destroy" in page.content.decode()
    if change:
        home = browser.get(at("home")).content.decode()
        assert "1 matter of this list cannot be opened" in home
        assert "You have no matters yet" not in home


def test_a_form_that_is_sent_twice_at_once_is_saved_once(volunteer, monkeypatch):
    """P51: the other's save comes between the look and the save of this one."""
    made = matter(volunteer)
    after, seal = replace(made.contents, alias="after"), matters.seal

    def first_the_other(*given):
        monkeypatch.setattr(matters, "seal", seal)
        matters.save(volunteer, made, after, "saved", once="form 1")
        return seal(*given)

    monkeypatch.setattr(matters, "seal", first_the_other)
    again = matters.save(volunteer, made, after, "saved", once="form 1")

    assert again.contents.alias == "after"
    assert again.row.revision == 2
    assert AuditEntry.objects.filter(act="saved").count() == 1


def test_a_form_for_a_new_matter_that_is_sent_twice_at_once_makes_one(volunteer, monkeypatch):
    """P51: who looked before the other's was stored gets the other's."""
    id_, taken = uuid4(), matters._taken

    def first_the_other(wanted):
        monkeypatch.setattr(matters, "_taken", taken)
        matters.create(volunteer, contents("first"), id_=wanted)
        return False

    monkeypatch.setattr(matters, "_taken", first_the_other)
    made = matters.create(volunteer, contents("second"), id_=id_)

    assert (made.row.pk, made.contents.alias) == (id_, "first")
    assert Matter.objects.count() == 1


def test_an_id_of_somebody_else_or_of_what_was_destroyed_is_not_used(volunteer, lawyer, supervisor):
    theirs, gone = matter(lawyer), matter(volunteer)
    destruction.destroy(supervisor.id, [gone.row.pk], "destroyed")

    made = [matters.create(volunteer, contents(), id_=one.row.pk).row.pk for one in (theirs, gone)]

    assert not {*made} & {theirs.row.pk, gone.row.pk}
    assert destruction.stay_destroyed() == 0
    assert matters.load(lawyer, theirs.row.pk).contents == theirs.contents
