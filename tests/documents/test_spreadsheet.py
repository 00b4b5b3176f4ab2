import csv
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.documents.test_export import PEOPLE
from tests.engine.strategies import DAY
from threatmodel.documents.spreadsheet import COLUMNS, FORMULA, harmless, plan_csv
from threatmodel.engine.answers import Answers
from threatmodel.engine.plan import build_plan


def rows_of(plan):
    return list(csv.DictReader(io.StringIO(plan_csv(plan).decode("utf-8-sig"), newline=""), strict=True))


def ids(rows, kind, standing=None):
    return [row["id"] for row in rows if row["kind"] == kind and standing in (None, row["standing"])]


def test_the_columns_are_those_that_are_documented():
    page = (ROOT / "docs" / "plan-csv.md").read_text(encoding="utf-8")

    assert tuple(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == COLUMNS


@pytest.mark.parametrize("answers", PEOPLE)
def test_every_item_of_the_plan_has_one_row(pack, answers):
    plan = build_plan(Answers.of(pack, answers), DAY)
    rows = rows_of(plan)

    assert ids(rows, "gate") == [id_ for id_, state in plan.gates.items() if state.on]
    assert ids(rows, "exposure") == [exposure.vector.id for exposure in plan.exposures]
    assert ids(rows, "measure", "allowed") == [i.measure.id for i in plan.hygiene if not i.ask_first]
    assert ids(rows, "measure", "ask-first") == [i.measure.id for i in plan.hygiene if i.ask_first]
    assert ids(rows, "measure", "blocked") == [left.item.id for left in plan.left_out if left.gate]
    assert ids(rows, "safeguard") == [item.safeguard.id for item in plan.legal]
    assert len({(row["kind"], row["id"]) for row in rows}) == len(rows)


def test_a_row_says_what_the_plan_says(pack):
    plan = build_plan(Answers.of(pack, {"pending": "subpoena-or-notice"}), DAY)
    rows = {(row["kind"], row["id"]): row for row in rows_of(plan)}

    for item in plan.hygiene:
        row = rows["measure", item.measure.id]
        assert (row["bucket"], row["minutes"]) == (item.bucket, str(item.measure.minutes))
        assert (row["ask_first"], row["stale"]) == ("yes" if item.ask_first else "no", "yes" if item.stale else "no")
        assert row["because"].count("=") == len(item.because)
        assert row["because"].count(" (assumed)") == sum(answer.assumed for answer in item.because)
    for exposure in plan.exposures:
        row = rows["exposure", exposure.vector.id]
        assert (row["lane"], row["level"], row["after"]) == (exposure.vector.lane, exposure.level, exposure.after)
    assert rows["gate", "hold"]["because"] == "pending=subpoena-or-notice"
    assert {row["plan_as_of"] for row in rows.values()} == {DAY.isoformat()}
    assert {row["look_again"] for row in rows.values()} == {plan.look_again.on.isoformat()}


@given(st.text(), st.sampled_from(FORMULA))
def test_no_cell_begins_a_formula_and_none_is_lost(text, start):
    for cell in (text, start + text):
        assert not harmless(cell).startswith(FORMULA)
        assert harmless(cell) in (cell, f"'{cell}")


@pytest.mark.parametrize("start", "=+-@\t\r\n")
def test_a_title_that_begins_a_formula_is_written_with_an_apostrophe(pack, start):
    title = f'{start}1, "2"\n3'
    changed = replace(pack, measures=tuple(replace(measure, title=title) for measure in pack.measures))

    rows = rows_of(build_plan(Answers(changed), DAY))

    assert {row["title"] for row in rows if row["kind"] == "measure"} == {f"'{title}"}


def test_it_is_csv_as_the_standard_has_it_and_equal_plans_give_equal_bytes(pack):
    first, second = (plan_csv(build_plan(Answers(pack), DAY)) for _ in range(2))

    assert first == second
    assert first.startswith(b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n")
    assert first.endswith(b"\r\n")
