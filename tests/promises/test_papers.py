"""Papers that everybody gets, and papers behind a password: what their files say beside their words."""

import io

import pikepdf
import pytest
from django.test import Client

from tests.promises.addresses import addresses
from threatmodel.documents.pdf import html_to_pdf
from threatmodel.walkthrough import sheets

PASSWORD = "correct horse battery"
PUBLIC = [address for address in addresses() if address.endswith(".pdf") and address != "/plan.pdf"]
NEUTRAL = {"steps.pdf", "letter.pdf"}


def said_beside_the_words(pdf: bytes, password: str = "") -> dict[str, object]:
    """What a PDF says of its making and of itself, and what it would do when it is opened."""
    with pikepdf.open(io.BytesIO(pdf), password=password) as document:
        metadata = document.Root.Metadata.read_bytes() if "/Metadata" in document.Root else b""
        notes = [note for page in document.pages for note in page.get("/Annots", ())]
        return {
            "info": set(document.docinfo.keys()),
            "made": [word for word in (b"WeasyPrint", b"pikepdf", b"Date", b"Producer") if word in metadata],
            "acts": {"/OpenAction", "/AA", "/AcroForm", "/JavaScript"} & set(document.Root.keys()),
            "files": len(document.attachments),
            "links": {str(note.A.S) for note in notes if "/A" in note} - {"/URI"},
        }


NOTHING = {"info": {"/Title"}, "made": [], "acts": set(), "files": 0, "links": set()}


@pytest.mark.parametrize("address", PUBLIC)
def test_a_paper_for_everybody_says_nothing_of_its_making_and_has_a_neutral_name(address):
    """P27: no date, no producer, no id, no attachment, no action; the same bytes whenever it is made."""
    first = Client().get(address)
    sheets._kept.clear()
    again = Client().get(address)

    assert said_beside_the_words(first.content) == NOTHING
    assert first.content == again.content
    assert first["Content-Disposition"].removeprefix('attachment; filename="').rstrip('"') in NEUTRAL
    with pikepdf.open(io.BytesIO(first.content)) as document:
        assert "/ID" not in document.trailer


def test_a_paper_behind_a_password_says_no_more_than_one_without():
    """P27: locking a paper adds no maker and no date; the id that its lock needs is the only thing new."""
    plain = '<html lang="en"><title>Plan</title><p>words</p>'

    locked = html_to_pdf(plain, "", PASSWORD)

    assert said_beside_the_words(locked, PASSWORD) == NOTHING
    assert b"words" not in locked
    assert PASSWORD.encode() not in locked


def test_what_is_looked_for_would_be_found():
    """P27: a paper as other programs make it says who made it and when, and may act."""
    made = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.docinfo["/Producer"] = "somebody"
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        document.attachments["x"] = b"x"
        document.save(made)

    found = said_beside_the_words(made.getvalue())

    assert "/Producer" in found["info"]
    assert found["acts"] == {"/OpenAction"}
    assert found["files"] == 1
