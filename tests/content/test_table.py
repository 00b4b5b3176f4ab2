"""The decision table, and signatures that hold only for what was signed."""

import csv
import io
from datetime import date
from html.parser import HTMLParser

import pytest

from threatmodel.content.compile import load_pack
from threatmodel.content.due import warnings_of
from threatmodel.content.items import items
from threatmodel.content.pack import read_pack
from threatmodel.content.signing import Signatures, item_hash
from threatmodel.content.table import as_csv, as_html, rows

DAY = date(2026, 1, 15)
EVERYTHING = {"close-feeds", "feeds", "court-order", "a-judge-decides", "a-lawyer", "a-letter", "a-notice"}


def hashes(directory):
    questionnaire = load_pack(directory)
    return {item.value.id: item_hash(item, questionnaire) for item in items(questionnaire)}


def table(directory, day=DAY):
    pack = load_pack(directory)
    return {row.id: row for row in rows(pack, Signatures(read_pack(directory).signed, pack), day)}


def change(directory, file, old, new):
    path = directory / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def sign(directory, *ids):
    known = hashes(directory)
    entries = [f"- {{id: {id_}, hash: {known[id_][:12]}, by: A lawyer, on: 2026-01-10}}" for id_ in ids]
    (directory / "signed.yaml").write_text("\n".join(["signed:", *entries, ""]), encoding="utf-8")


def test_every_item_has_one_row(pack):
    found = rows(pack, Signatures([], pack), DAY)

    assert [(row.kind, row.id) for row in found] == [(item.kind, item.value.id) for item in items(pack)]
    assert all(row.when and row.hash for row in found)
    assert all(row.says for row in found if row.kind != "gate")


def test_a_row_says_when_what_where_from_and_until_when(small):
    row = table(small)["a-judge-decides"]

    assert row.when == ("in a plan when: always",)
    assert any("No setting changes it." in line for line in row.says)
    assert row.sources == ("A report. Somebody, 2026-01 (page seen)",)
    assert row.reviewed == ("as of: 2026-01-01", "review by: 2026-03-02")
    assert row.signed == ("not yet reviewed",)


def test_a_signed_item_shows_who_signed_and_when(small):
    sign(small, "close-feeds")

    found = table(small)

    assert found["close-feeds"].signed == ("A lawyer, 2026-01-10",)
    assert found["feeds"].signed == ("not yet reviewed",)
    assert warnings_of(read_pack(small), DAY) == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "unsigned"),
    [
        ("measures/all.yaml", "if: {fact: has-thing}", 'if: {case: "no"}', {"close-feeds"}),
        ("measures/all.yaml", "action: visibility", "action: harden", {"close-feeds"}),
        ("measures/all.yaml", "phone: 1. Open the phone's", "phone: 1. Open your phone's", {"close-feeds"}),
        ("measures/all.yaml", "review_every: 6 months", "review_every: 6 months\n  until: 2027-01-01", {"close-feeds"}),
        ("vectors/all.yaml", "{things: phone}", "{things: computer}", {"feeds"}),
        ("safeguards/all.yaml", "precise: A judge", "precise: A court", {"a-judge-decides"}),
        ("sources.yaml", "title: A law", "title: Another law", {"a-judge-decides"}),
        ("gates.yaml", "text: Write your codes", "text: Keep your codes", {"close-feeds"}),
        ("facts.yaml", "{things: none}", "{things: [none, computer]}", {"close-feeds", "feeds"}),
        ("sections/10-all.yaml", "label: A phone", "label: Some phone", {"feeds"}),
        ("sources.yaml", "seen: page", "seen: copy", EVERYTHING),
        ("letters.yaml", "Please send me", "Kindly send me", {"a-letter"}),
        ("referrals.yaml", "listed_on: 2026-01-01", "listed_on: 2026-01-02", set()),
        ("notice.yaml", "The time may be zero.", "It may be zero.", {"a-notice"}),
        ("measures/all.yaml", "reviewed_on: 2026-01-01", "reviewed_on: 2026-01-02", set()),
    ],
)
def test_a_change_unsigns_just_what_it_touches(small, file, old, new, unsigned):
    sign(small, *hashes(small))

    change(small, file, old, new)

    assert {id_ for id_, row in table(small).items() if row.signed == ("not yet reviewed",)} == unsigned
    assert {fault.code for fault in warnings_of(read_pack(small), DAY)} == ({"L003"} if unsigned else set())
    assert len(warnings_of(read_pack(small), DAY)) == len(unsigned)


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_of_the_csv_is_a_formula(small, start):
    change(small, "measures/all.yaml", "title: Close your feeds", f'title: "{start}1+1"')

    read = list(csv.reader(io.StringIO(as_csv(table(small).values()))))

    assert f"'{start}1+1" in [line[2] for line in read]
    assert {len(line) for line in read} == {9}


class Seen(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def test_the_html_table_has_headers_for_columns_and_rows_and_loads_nothing(small):
    change(small, "measures/all.yaml", "title: Close your feeds", "title: 1 < 2 > 0 & more")

    seen = Seen(as_html(table(small).values(), load_pack(small), DAY))

    scopes = [attrs["scope"] for tag, attrs in seen.tags if tag == "th"]
    assert scopes.count("col") == 9
    assert scopes.count("row") == len(hashes(small))
    assert {"html", "title", "caption", "main"} <= {tag for tag, _ in seen.tags}
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in seen.tags}
    assert "1 < 2 > 0 & more" in seen.text
