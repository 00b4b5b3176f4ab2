"""The decision table: one row an item, for a lawyer to read and sign. As CSV, or as one HTML file."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from typing import NamedTuple

from threatmodel.content.items import Item, items, rules
from threatmodel.content.signing import SHOWN, Signatures, item_hash
from threatmodel.engine.help import Letter, Notice, Referral
from threatmodel.engine.model import Gate, Measure, Questionnaire, Safeguard, Source, Vector

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet may take for the start of a formula

SEEN = {"page": "page seen", "copy": "a copy seen", "no": "not seen"}

STYLE = """
body { font: 14px/1.4 system-ui, sans-serif; margin: 1rem }
table { border-collapse: collapse; table-layout: fixed; width: 100%; min-width: 90rem }
caption { text-align: left; font-weight: bold; padding: .5rem 0 }
th, td { border: 1px solid #767676; padding: .4rem; text-align: left; vertical-align: top; overflow-wrap: break-word }
thead th { background: #eee; position: sticky; top: 0 }
p { margin: 0 0 .4rem }
@media print { @page { size: landscape } thead th { position: static } tr { break-inside: avoid } }
"""


CAPTION = "One row for each vector, measure, safeguard, gate, referral and letter, and for the notice"
WIDTHS = (8, 6, 10, 20, 24, 12, 7, 5, 8)  # of the columns, in hundredths


class Row(NamedTuple):
    """An item as the table shows it; a cell is one or more lines of text."""

    id: str
    kind: str
    title: str
    when: tuple[str, ...]
    says: tuple[str, ...]
    sources: tuple[str, ...]
    reviewed: tuple[str, ...]
    signed: tuple[str, ...]
    hash: str


HEADS = Row(
    "Id",
    "Kind",
    "Title",
    ("When it appears",),
    ("What it says",),
    ("Sources",),
    ("Reviewed",),
    ("Signed",),
    "Hash",
)


def rows(questionnaire: Questionnaire, signatures: Signatures, as_of: date) -> tuple[Row, ...]:
    """Every item's row on this day, in the order of the pack's files."""
    return tuple(_row(item, questionnaire, signatures, as_of) for item in items(questionnaire))


def _row(item: Item, questionnaire: Questionnaire, signatures: Signatures, as_of: date) -> Row:
    hash_ = item_hash(item, questionnaire)
    signed = tuple(f"{entry.by}, {entry.on}" for entry in signatures.of(item.value.id, hash_))
    return Row(
        item.value.id,
        item.kind,
        item.value.title,
        tuple(f"{name}: {words}" for name, words in rules(item, questionnaire).items()),
        tuple(f"{name}: {text}" for name, text in _says(item).items() if text),
        tuple(_source(questionnaire.sources[source]) for source in item.sources),
        _reviewed(item, as_of),
        signed or ("not yet reviewed",),
        hash_[:SHOWN],
    )


def _says(item: Item) -> dict[str, str]:
    match item.value:
        case Measure() as measure:
            return {"helps": measure.helps, "limits": measure.limits, **_fails(measure)}
        case Safeguard() as safeguard:
            return {
                "statement": safeguard.statement,
                "no setting changes": safeguard.no_setting_changes,
                "precise": safeguard.precise,
                "ask a lawyer": " ".join(safeguard.ask_lawyer),
            }
        case Vector() as vector:
            return {"what": vector.what, "reach": vector.reach}
        case Gate() as gate:
            told = {"card": gate.card, "do": " ".join(gate.do), "do not": " ".join(gate.dont), "note": gate.note}
            return told | {"ask a lawyer": " ".join(gate.ask_lawyer)}
        case Referral() | Letter() | Notice() as other:
            return _says_help(other)


def _fails(measure: Measure) -> dict[str, str]:
    fails = measure.when_it_fails
    return {"ignored": fails.ignored, "refused": fails.refused, "asked for more": fails.asks_more} if fails else {}


def _says_help(value: Referral | Letter | Notice) -> dict[str, str]:
    match value:
        case Referral():
            return {"helps": value.helps, "where": value.web, "check": value.check, "careful": value.careful}
        case Letter():
            return {"use when": value.use_when, "do not add": " ".join(value.dont_add), "letter": " ".join(value.body)}
        case Notice():
            told = {"lead": value.lead, "time": value.zero, "do not": " ".join(value.dont)}
            return told | {"steps": " ".join((*value.first, *value.steps)), "hope": value.hope}


def _source(source: Source) -> str:
    return f"{source.title}. {source.publisher}, {source.date} ({SEEN[source.seen]})"


def _reviewed(item: Item, as_of: date) -> tuple[str, ...]:
    lines = []
    if review := item.review:
        name = {"safeguard": "as of", "notice": "as of", "referral": "listed on"}.get(item.kind, "reviewed on")
        late = " (past)" if as_of > review.by else ""
        lines = [f"{name}: {review.on}", f"review by: {review.by}{late}"]
    until = getattr(item.value, "until", None)
    return (*lines, *([f"in plans until: {until}"] if until else []))


def as_csv(table: Iterable[Row]) -> str:
    """The table as CSV. A cell that a spreadsheet might run as a formula starts with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in (HEADS, *table):
        writer.writerow(_tame(cell if isinstance(cell, str) else "\n".join(cell)) for cell in row)
    return out.getvalue()


def _tame(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def as_html(table: Iterable[Row], questionnaire: Questionnaire, as_of: date) -> str:
    """The table as one HTML file that needs nothing else."""
    title = escape(f"{questionnaire.title}: decision table, version {questionnaire.version}, on {as_of}")
    heads = "".join(
        f'<th scope="col" style="width: {width}%">{_cell(head)}</th>' for head, width in zip(HEADS, WIDTHS, strict=True)
    )
    body = "\n".join(_html_row(row) for row in table)
    return (
        f'<!doctype html>\n<html lang="{escape(questionnaire.lang)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n<style>{STYLE}</style>\n'
        f"</head>\n<body>\n<main>\n<h1>{title}</h1>\n<table>\n<caption>{CAPTION}"
        f"</caption>\n<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</main>\n"
        "</body>\n</html>\n"
    )


def _html_row(row: Row) -> str:
    cells = "".join(f"<td>{_cell(cell)}</td>" for cell in row[1:])
    return f'<tr><th scope="row">{_cell(row.id)}</th>{cells}</tr>'


def _cell(cell: str | Sequence[str]) -> str:
    if isinstance(cell, str):
        return escape(cell)
    return escape(cell[0]) if len(cell) == 1 else "".join(f"<p>{escape(line)}</p>" for line in cell)
