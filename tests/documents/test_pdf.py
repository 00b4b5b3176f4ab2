"""The papers, read back: what they say, and what they must not."""

import re
import subprocess
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest

from tests.documents.papers import html, paper
from tests.engine.strategies import DAY
from threatmodel.documents.packs import sample_plans
from threatmodel.documents.paper import printable
from threatmodel.documents.pdf import html_to_pdf
from threatmodel.documents.telling import plan_view
from threatmodel.engine.answers import Answers
from threatmodel.engine.paper import take_home
from threatmodel.engine.plan import build_plan

# Labels that are answers to any question, and so tell nothing by themselves.
SAYS_NOTHING = {"Yes", "No", "Maybe", "None of these", "Often", "Sometimes", "Never", "Me"}


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page on one line."""
    raw = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()  # noqa: S607
    return [" ".join(page.split()) for page in raw.split("\f")]


def text_of(pdf: bytes) -> str:
    return " ".join(pages_of(pdf)).strip()


def says(text: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(' '.join(words.split()))}(?!\w)", text) is not None


@pytest.mark.parametrize("example", sorted(sample_plans()))
def test_no_take_home_holds_a_sensitive_question_or_its_answers(pack, example):
    text = text_of(paper(example))

    for question in pack.questions:
        if question.sensitive:
            labels = [option.label for option in question.options if option.label not in SAYS_NOTHING]
            assert [words for words in (question.ask, *labels) if says(text, words)] == []


@pytest.mark.parametrize("example", ["answered-nothing", "watched-phone", "notice-from-a-platform"])
def test_the_take_home_holds_what_its_plan_holds_and_no_gate_card(pack, example):
    text = text_of(paper(example))
    view = plan_view(take_home(sample_plans()[example].answers, DAY))

    for item in (*view.today, *view.soon, *view.later, *view.ask_first):
        assert item.measure.title in text
    for item in view.legal:
        assert item.safeguard.title in text
    for sentence in (*pack.paper.everyone, pack.paper.left_off):
        assert sentence in text
    assert [gate.title for gate in pack.gates if gate.title in text] == []


def test_the_cautions_and_the_card_are_the_same_on_every_take_home():
    def constant(example):
        whole = html(example).html
        return whole[whole.index('class="stop"') :].partition("</section>")[0], whole[whole.index("card-page") :]

    assert len({constant(example) for example in sample_plans()}) == 1


def test_a_take_home_is_never_made_without_its_cautions(pack):
    bare = replace(pack, paper=replace(pack.paper, everyone=()))

    with pytest.raises(ValueError, match="cautions"):
        printable(Answers(bare), DAY, "client", "letter", large=False, staff=False)


def test_the_door_on_the_card_says_that_they_may_still_come_in_and_when_that_was_so(pack):
    [door] = [panel for panel in pack.paper.card if panel.id == "door"]
    told = " ".join(door.lines)

    assert "force entry" in told
    assert "do not resist" in told
    assert str(door.as_of.year) in told
    assert door.as_of.isoformat() in text_of(paper("answered-nothing"))


def test_the_lawyers_paper_holds_every_answer_gate_item_and_precise_statement(pack):
    text = text_of(paper("notice-from-a-platform", "counsel"))
    plan = build_plan(sample_plans()["notice-from-a-platform"].answers, DAY)

    assert all(says(text, pack.question[question].ask) for question in plan.asked)
    assert all(state.gate.title in text for state in plan.gates.values() if state.on and state.gate.decided_by)
    assert all(item.measure.title in text for item in plan.hygiene)
    assert all(item.safeguard.title in text for item in plan.legal)
    assert sum(" ".join(item.safeguard.precise.split())[:40] in text for item in plan.legal) > len(plan.legal) * 0.7


def test_what_is_for_staff_only_is_left_off_unless_asked_for(pack):
    answers = sample_plans()["notice-from-a-platform"].answers
    [without, with_] = [printable(answers, DAY, "counsel", "letter", large=False, staff=s).html for s in (False, True)]
    staff_only = [safeguard.title for safeguard in pack.safeguards if safeguard.clinic_only]

    assert not [title for title in staff_only if title in without]
    assert [title for title in staff_only if title in with_]


@pytest.mark.parametrize("audience", ["client", "counsel"])
def test_equal_plans_give_equal_bytes(audience):
    """P27: byte-identical for equal input."""
    assert html_to_pdf(*html("answered-nothing", audience)) == paper("answered-nothing", audience)


def test_different_people_get_different_papers_for_their_lawyers():
    assert text_of(paper("answered-nothing", "counsel")) != text_of(paper("watched-phone", "counsel"))


@pytest.mark.parametrize(("size", "points"), [("letter", (612, 792)), ("a4", (595, 842))])
def test_paper_has_the_size_that_was_asked_for(size, points):
    with pikepdf.open(BytesIO(paper("watched-phone", "client", size))) as document:
        assert {tuple(round(float(side)) for side in page.MediaBox[2:]) for page in document.pages} == {points}


def test_large_print_is_sixteen_points_or_more():
    pdf = paper("watched-phone", "client", "a4", True)
    boxes = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()  # noqa: S607
    sizes = [float(b) - float(a) for a, b in re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)"', boxes)]

    small = [size for size in sizes if size < 16]
    assert len(sizes) > 1000
    assert len(small) < len(sizes) * 0.005  # the names of levels in the picture


def test_a_password_locks_the_paper_with_aes_256_and_leaves_it_to_screen_readers():
    pdf = html_to_pdf('<html lang="en"><title>Plan</title><p>words</p>', "", "correct horse battery")

    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(BytesIO(pdf))
    with pikepdf.open(BytesIO(pdf), password="correct horse battery") as document:
        assert document.encryption.R == 6
        assert document.encryption.bits == 256
        assert str(document.encryption.stream_method).endswith("aesv3")
        assert document.allow.accessibility


@pytest.mark.parametrize(
    "asks",
    [
        '<link rel="attachment" href="file:///etc/hostname">',
        '<img src="http://127.0.0.1:9/x.png" alt="x">',
        '<link rel="stylesheet" href="file:///etc/hostname">',
    ],
)
def test_a_document_that_asks_for_something_gets_nothing(asks):
    """P32: neither a file nor an address, also of this machine."""
    pdf = html_to_pdf(f'<html lang="en"><title>Plan</title>{asks}<p>words</p>', "")

    with pikepdf.open(BytesIO(pdf)) as document:
        assert not document.attachments
    assert "words" in text_of(pdf)
