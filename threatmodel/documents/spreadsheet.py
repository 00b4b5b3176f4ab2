"""A plan as CSV for a clinic's case system: one row an item. What each column holds stands in docs/plan-csv.md."""

import csv
import io
from collections.abc import Iterable, Iterator

from threatmodel.engine.flow import Because
from threatmodel.engine.gates import GateState
from threatmodel.engine.plan import Exposure, LeftOut, Plan, PlannedMeasure, PlannedSafeguard

type Row = dict[str, str]

COLUMNS = (
    "plan_as_of",
    "content_version",
    "look_again",
    "kind",
    "id",
    "title",
    "lane",
    "bucket",
    "minutes",
    "standing",
    "ask_first",
    "gate",
    "level",
    "after",
    "reviewed_on",
    "review_by",
    "stale",
    "sources",
    "because",
)
# What spreadsheet programs read as the beginning of a formula (CWE-1236; ASVS 5, 1.2.10), full width too.
FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")


def plan_csv(plan: Plan) -> bytes:
    """The plan as RFC 4180 CSV in UTF-8. The mark at its start tells spreadsheet programs that it is UTF-8."""
    whole = {
        "plan_as_of": plan.as_of.isoformat(),
        "content_version": plan.questionnaire.version,
        "look_again": plan.look_again.on.isoformat(),
    }
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, COLUMNS, restval="")
    rows.writeheader()
    rows.writerows({column: harmless(cell) for column, cell in (whole | row).items()} for row in _rows(plan))
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """The cell as a spreadsheet program may open it: one that would begin a formula gets an apostrophe before it."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _rows(plan: Plan) -> Iterator[Row]:
    yield from (_gate(state) for state in plan.gates.values() if state.on)
    yield from map(_exposure, plan.exposures)
    yield from map(_measure, plan.hygiene)
    yield from (_blocked(left) for left in plan.left_out if left.gate)
    yield from map(_safeguard, plan.legal)


def _gate(state: GateState) -> Row:
    gate = state.gate
    return {"kind": "gate", "id": gate.id, "title": gate.title, "standing": "on", "because": _because(state.because)}


def _exposure(item: Exposure) -> Row:
    vector = item.vector
    return {
        "kind": "exposure",
        "id": vector.id,
        "title": vector.title,
        "lane": vector.lane,
        "level": item.level,
        "after": item.after,
        "reviewed_on": vector.reviewed_on.isoformat(),
        "review_by": vector.review_by.isoformat(),
        "stale": _yes(item.stale),
        "sources": "; ".join(vector.sources),
        "because": _because(item.because),
    }


def _measure(item: PlannedMeasure) -> Row:
    measure = item.measure
    return {
        "kind": "measure",
        "id": measure.id,
        "title": measure.title,
        "lane": "hygiene",
        "bucket": item.bucket,
        "minutes": str(measure.minutes),
        "standing": item.verdict.standing,
        "ask_first": _yes(item.ask_first),
        "gate": item.verdict.gate or "",
        "reviewed_on": measure.reviewed_on.isoformat(),
        "review_by": measure.review_by.isoformat(),
        "stale": _yes(item.stale),
        "sources": "; ".join(measure.sources),
        "because": _because(item.because),
    }


def _blocked(left: LeftOut) -> Row:
    """A measure that applies and that a gate holds back. Its ``because`` is why the gate is on."""
    return {
        "kind": "measure",
        "id": left.item.id,
        "title": left.item.title,
        "lane": "hygiene",
        "standing": "blocked",
        "ask_first": "no",
        "gate": left.gate or "",
        "because": _because(left.because),
    }


def _safeguard(item: PlannedSafeguard) -> Row:
    safeguard = item.safeguard
    return {
        "kind": "safeguard",
        "id": safeguard.id,
        "title": safeguard.title,
        "lane": "legal",
        "reviewed_on": safeguard.as_of.isoformat(),
        "review_by": safeguard.stale_after.isoformat(),
        "stale": _yes(item.stale),
        "sources": "; ".join(safeguard.sources),
        "because": _because(item.because),
    }


def _because(because: Iterable[Because]) -> str:
    return "; ".join(f"{b.question}={b.option}{' (assumed)' if b.assumed else ''}" for b in because)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
