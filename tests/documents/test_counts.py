"""What funders get: small cells are not told, and cannot be worked out from what is."""

from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from threatmodel.documents.counts import SMALLEST_SHOWN, Row, groups

NUMBERS = st.lists(st.integers(0, 45), min_size=1, max_size=6)
FEW = 2 * SMALLEST_SHOWN


def rows_of(numbers, kind="language"):
    return [Row("2026-Q4", kind, f"k{place}", number) for place, number in enumerate(numbers)]


def group_of(numbers):
    (group,) = groups(rows_of(numbers))
    return group


@given(NUMBERS)
def test_a_number_under_ten_is_never_printed_and_never_stands_alone(numbers):
    group = group_of(numbers)
    untold = [cell for cell in group.cells if cell.number is None]

    assert all(cell.number is None and cell.small for cell, n in zip(group.cells, numbers, strict=True) if n < 10)
    assert len(untold) != 1 or len(numbers) == 1
    assert (group.total is None) == bool(untold)
    assert group.total in (None, sum(numbers))


@given(NUMBERS, st.data())
def test_whatever_is_not_told_could_be_any_other_number_of_its_range(numbers, data):
    """Whoever knows the rule, too, finds the same print with every other number in the cell's place."""
    group = group_of(numbers)
    place = data.draw(st.integers(0, len(numbers) - 1))
    cell = group.cells[place]
    if cell.number is not None:
        return
    for other in range(SMALLEST_SHOWN) if cell.small else range(SMALLEST_SHOWN, FEW):
        assert group_of([*numbers[:place], other, *numbers[place + 1 :]]) == group


@given(NUMBERS)
def test_a_lone_small_cell_takes_the_next_smallest_with_it(numbers):
    small = [n for n in numbers if n < SMALLEST_SHOWN]
    if len(small) == 1 and len(numbers) > 1:
        untold = {n for n, cell in zip(numbers, group_of(numbers).cells, strict=True) if cell.number is None}
        assert sorted(n for n in numbers if n >= SMALLEST_SHOWN)[0] in untold


@given(NUMBERS, NUMBERS)
def test_groups_are_told_each_by_itself(one, other):
    rows = [*rows_of(one, "language"), *rows_of(other, "measure")]

    language, measure = groups(reversed(rows))

    assert (language, measure) == (group_of(one), replace(group_of(other), kind="measure"))


def test_a_row_twice_or_below_nothing_is_refused():
    for rows in ([*rows_of([3]), *rows_of([4])], rows_of([-1])):
        with pytest.raises(ValueError, match="row"):
            groups(rows)


def test_each_cell_has_words_of_its_own():
    shown = [render_to_string("components/count.html", {"cell": cell}).strip() for cell in group_of([3, 14, 40]).cells]

    assert len(set(shown)) == 3
    assert shown[2] == "40"
    assert not {"3", "14"} & set(shown)
