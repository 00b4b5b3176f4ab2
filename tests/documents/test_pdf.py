"""The PDF, read back: what it says, and that a screen reader can find its way."""

import subprocess
from io import BytesIO

import pikepdf
import pytest

from tests.engine.strategies import DAY
from tests.engine.test_gates import NO_GATE
from threatmodel.documents.pdf import html_to_pdf, render_pdf
from threatmodel.documents.view import plan_view
from threatmodel.engine.answers import Answers
from threatmodel.engine.plan import build_plan


def text_of(pdf: bytes) -> str:
    return subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()  # noqa: S607


@pytest.fixture(scope="module")
def view(pack):
    return plan_view(build_plan(Answers.of(pack, {"pending": "subpoena-or-notice", "process": "us-citizen"}), DAY))


@pytest.fixture(scope="module")
def pdf(view):
    return render_pdf(view)


def test_it_is_tagged_and_has_title_and_language(pdf, view):
    with pikepdf.open(BytesIO(pdf)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == view.lang
        assert document.docinfo["/Title"] == "Plan"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


def tags(pdf: bytes) -> list[str]:
    """The kinds of structure elements, in reading order."""
    found = []

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                found.append(str(node.S))
            if "/K" in node:
                walk(node.K)

    with pikepdf.open(BytesIO(pdf)) as document:
        walk(document.Root.StructTreeRoot.K)
    return found


def test_its_headings_lists_and_table_headers_are_tagged(pdf):
    found = tags(pdf)

    assert found.count("/H1") == 1
    assert {"/H2", "/H3", "/L", "/LI", "/P", "/Table", "/TH"} <= set(found)


def test_it_names_nobody_and_no_time_of_day(pdf):
    with pikepdf.open(BytesIO(pdf)) as document:
        assert not {"/Author", "/Creator", "/CreationDate", "/ModDate"} & set(document.docinfo.keys())


def test_it_holds_everything_that_the_plan_holds(pdf, view):
    text = " ".join(text_of(pdf).split())

    for item in (*view.today, *view.soon, *view.later, *view.ask_first):
        assert item.measure.title in text
    for item in view.legal:
        assert item.safeguard.title in text
    for card in view.stop_first:
        assert card.title in text


def test_equal_plans_give_equal_bytes(pdf, view):
    assert render_pdf(view) == pdf


def test_its_fonts_are_embedded_and_are_noto(pdf, tmp_path):
    path = tmp_path / "plan.pdf"
    path.write_bytes(pdf)
    lines = subprocess.run(["pdffonts", path], capture_output=True, check=True, text=True).stdout.splitlines()[2:]  # noqa: S603, S607

    assert lines
    assert all("Noto" in line for line in lines)
    assert all(" yes yes yes " in line for line in lines)


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="attachment" href="file:///etc/hostname">',
        '<img src="http://127.0.0.1:9/x.png" alt="x">',
        '<link rel="stylesheet" href="file:///etc/hostname">',
    ],
)
def test_a_document_that_asks_for_something_gets_nothing(html):
    pdf = html_to_pdf(f'<html lang="en"><title>Plan</title>{html}<p>words</p>')

    with pikepdf.open(BytesIO(pdf)) as document:
        assert not document.attachments
    assert "words" in text_of(pdf)


def test_different_people_get_different_pdfs(pack, pdf):
    other = render_pdf(plan_view(build_plan(Answers.of(pack, NO_GATE), DAY)))

    assert text_of(other) != text_of(pdf)
