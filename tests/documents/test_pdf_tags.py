"""Both papers, as a screen reader finds them: what PDF/UA asks for and a program can check without veraPDF."""

import pikepdf
import pytest

from tests.documents.papers import PAPERS, paper
from tests.documents.tag_tree import TaggedPdf


@pytest.fixture(scope="module", params=PAPERS, ids=lambda key: "-".join(map(str, key)))
def tagged(request, pack):
    return TaggedPdf(paper(*request.param))


def test_it_is_marked_as_tagged_with_language_and_shown_title(tagged):
    """P57"""
    root = tagged.document.Root

    assert root.MarkInfo.Marked
    assert str(root.Lang) == "en"
    assert root.ViewerPreferences.DisplayDocTitle
    assert str(tagged.document.docinfo["/Title"]) == "Plan"
    with tagged.document.open_metadata(set_pikepdf_as_editor=False) as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "Plan"


def test_it_has_an_outline(tagged):
    with tagged.document.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Plan"]
        assert len(outline.root[0].children) > 4


def test_its_headings_begin_at_one_and_skip_no_level(tagged):
    """P57"""
    levels = tagged.headings()

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_each_table_is_rows_of_cells_under_headers_with_a_scope(tagged):
    """P57"""
    tables = tagged.kinds("Table")

    assert tables
    for table in tables:
        cells = [cell for element in table.walk() if element.kind == "TR" for cell in element.children]
        assert {cell.kind for cell in cells} == {"TH", "TD"}
        assert {cell.scope for cell in cells if cell.kind == "TH"} == {"Row", "Column"}


def test_the_picture_says_in_words_what_it_shows(tagged):
    figures = tagged.kinds("Figure")

    assert len(figures) == 1
    assert len(figures[0].alt) > 200


def test_lists_are_lists_of_items_with_bodies(tagged):
    for found in tagged.kinds("L"):
        assert {child.kind for child in found.children} <= {"LI", "L", "Caption"}
    for item in tagged.kinds("LI"):
        assert "LBody" in {child.kind for child in item.children}


def test_everything_drawn_is_in_the_tree_or_an_artifact_and_is_read_in_the_order_it_stands(tagged):
    """P57"""
    read = list(tagged.root.all_content())
    # bullets and the picture are drawn apart from the text around them
    apart = {mark for element in tagged.kinds("Lbl", "Figure") for mark in element.all_content()}
    for number in range(len(tagged.document.pages)):
        drawn, loose = tagged.drawn(number)
        of_page = [mark for page, mark in read if page == number]
        assert not loose
        assert len(of_page) == len(set(of_page))
        assert set(of_page) <= set(drawn)
        text = [mark for mark in of_page if (number, mark) not in apart]
        assert text == [mark for mark in drawn if mark in set(text)]
        assert len(set(drawn) - set(of_page)) <= 1  # the page number


def test_its_fonts_are_noto_embedded_and_subset(tagged):
    fonts = {
        str(font.BaseFont): font
        for page in tagged.document.pages
        for font in page.Resources.Font.values()
        if "/DescendantFonts" in font
    }
    assert fonts
    for name, font in fonts.items():
        descriptor = font.DescendantFonts[0].FontDescriptor
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor.keys()), name
        assert "/ToUnicode" in font, name
        assert name[7:8] == "+", name
        assert "Noto" in name


def test_it_holds_no_script_file_action_or_form_and_links_only_to_its_sources(tagged, pack):
    """P27: nothing runs, and nothing calls home."""
    cited = {source.url for source in pack.sources.values()}
    assert not {"/OpenAction", "/AA", "/AcroForm", "/Names"} & set(tagged.document.Root.keys())
    for page in tagged.document.pages:
        assert "/AA" not in page
        for note in page.get("/Annots", []):
            assert note.Subtype == "/Link"
            assert note.A.S == "/URI"
            assert str(note.A.URI) in cited
            assert "/Contents" in note


def test_it_says_nothing_of_its_making(tagged):
    """P27: a title that says nothing, and no date, producer, id or attachment."""
    info = set(tagged.document.docinfo.keys())
    metadata = tagged.document.Root.Metadata.read_bytes()

    assert info == {"/Title"}
    assert "/ID" not in tagged.document.trailer
    assert b"WeasyPrint" not in metadata
    assert b"Date" not in metadata
    assert not tagged.document.attachments
    assert all(b"WeasyPrint" not in bytes(obj.read_raw_bytes()) for obj in streams(tagged.document))


def streams(document):
    return [obj for obj in document.objects if isinstance(obj, pikepdf.Stream)]
