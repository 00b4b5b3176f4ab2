"""What the worked examples touch."""

from datetime import date

import pytest

from threatmodel.content.coverage import coverage
from threatmodel.content.pack import read_pack

DAY = date(2026, 1, 15)

pytestmark = pytest.mark.usefixtures("one_example")


def test_options_are_counted_and_those_nobody_picks_are_named(small):
    found = coverage(read_pack(small), DAY)

    assert found["options_picked"]["things"] == {"phone": 1, "computer": 0, "none": 0, "unsure": 0}
    assert found["options_never_picked"]["case"] == ["no", "unsure"]


def test_the_lengths_of_both_walks_are_those_of_the_examples(small):
    (small / "examples" / "short.yaml").write_text(
        "example: Somebody unsure\nanswers: {case: unsure}\nplan: {}\n", encoding="utf-8"
    )
    path = small / "sections" / "10-all.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('if: {case: ["no", "yes"]}', "if: {none: [{case: unsure}]}"),
        encoding="utf-8",
    )

    found = coverage(read_pack(small), DAY)

    assert found["examples"] == 2
    assert found["quick_path"] == {"min": 1, "median": 1, "max": 1}
    assert found["full_path"] == {"min": 2, "median": 2.5, "max": 3}


def test_an_item_that_no_example_gets_is_named(small):
    path = small / "measures" / "all.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("{fact: has-thing}", "{things: computer}"), encoding="utf-8"
    )

    unseen = coverage(read_pack(small), DAY)["items_in_no_plan"]

    assert unseen["measure"] == ["close-feeds"]
    assert "vector" not in unseen
    assert "safeguard" not in unseen


def test_a_pack_without_examples_is_counted_too(small):
    (small / "examples" / "a-case.yaml").unlink()

    found = coverage(read_pack(small), DAY)

    assert found["quick_path"] == {"min": 0, "median": 0, "max": 0}
    assert found["items_in_no_plan"]["measure"] == ["close-feeds"]
