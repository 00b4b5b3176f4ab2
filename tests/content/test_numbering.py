"""Permanent numbers: what stands there stays, and everything has one."""

import pytest
from django.core.management import call_command

from threatmodel.content.compile import load_pack
from threatmodel.content.errors import BrokenPack
from threatmodel.content.numbering import add_numbers
from threatmodel.content.pack import read_pack


def test_everything_in_our_pack_has_its_number(pack):
    answers = [f"{question}/{option}" for question, bits in pack.layout.items() for option in bits.option]

    assert pack.numbers.answers
    assert set(answers) <= set(pack.numbers.answers)
    assert {item.id for item in pack.items} <= set(pack.numbers.items)


def test_a_pack_without_numbers_is_numbered_as_it_stands(small):
    before = load_pack(small)

    added = add_numbers(read_pack(small))
    after = load_pack(small)

    assert added == len(before.numbering.answers) + len(before.numbering.items)
    assert (after.numbers.answers, after.numbers.items) == (before.numbering.answers, before.numbering.items)


def test_a_new_option_gets_the_next_number_and_moves_no_other(small):
    add_numbers(read_pack(small))
    before = load_pack(small).numbers.answers
    place = small / "sections" / "10-all.yaml"
    place.write_text(
        place.read_text().replace(
            "  - {id: phone, label: A phone}", "  - {id: car, label: A car}\n  - {id: phone, label: A phone}"
        )
    )
    with pytest.raises(BrokenPack) as broken:
        load_pack(small)

    add_numbers(read_pack(small))

    assert {fault.code for fault in broken.value.faults} == {"N001"}
    assert load_pack(small).numbers.answers == (*before, "things/car")


def test_retired_lines_and_their_order_stay(small):
    add_numbers(read_pack(small))
    place = small / "numbers.yaml"
    text = place.read_text().replace("items:\n", "- things/fax\nitems:\n- mail-a-form\n")
    place.write_text(
        text.replace(
            "retired: []",
            'retired:\n- {id: things/fax, was: "A fax", now: things/phone}\n- {id: mail-a-form, was: "Mail"}',
        )
    )

    add_numbers(read_pack(small))
    numbers = load_pack(small).numbers

    assert numbers.items[0] == "mail-a-form"
    assert numbers.answers[-1] == "things/fax"
    assert (numbers.retired["things/fax"].now, numbers.retired["mail-a-form"].now) == ("things/phone", "")


def test_the_command_adds_nothing_when_all_is_numbered(capsys, settings):
    before = (settings.PACK / "numbers.yaml").read_bytes()

    call_command("content", "number")

    assert (settings.PACK / "numbers.yaml").read_bytes() == before
