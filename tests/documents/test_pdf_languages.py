"""Papers in other languages, read back: what a person copies out of them is what stands in the catalogues."""

import re
import subprocess
import unicodedata
from functools import cache
from io import BytesIO

import pikepdf
import pytest
from django.utils.translation import override

from tests.engine.strategies import DAY
from threatmodel.documents.fonts import can_print
from threatmodel.documents.packs import questionnaire_in, sample_plans
from threatmodel.documents.paper import printable
from threatmodel.documents.pdf import html_to_pdf
from threatmodel.documents.picture import LINE_CHARACTERS
from threatmodel.documents.telling import plan_view
from threatmodel.engine.answers import Answers
from threatmodel.engine.paper import take_home

LANGUAGES = ("es", "ar", "zh-hans", "vi", "ht", "pt-br")
EXAMPLE = "notice-from-a-platform"
MARKS = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@cache
def paper(lang: str, beside: str = "") -> bytes:
    answers = Answers(questionnaire_in(lang), sample_plans()[EXAMPLE].answers.bits)
    other = Answers(questionnaire_in(beside), answers.bits) if beside else None
    with override(lang):
        return html_to_pdf(*printable(answers, DAY, "client", "letter", large=False, staff=False, beside=other))


@cache
def copied(pdf: bytes) -> str:
    """What copying the whole paper gives, without blanks, directions and the marks over Arabic letters."""
    command = ["pdftotext", "-layout", "-", "-"]
    text = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()  # noqa: S603
    return bare(text)


def bare(text: str) -> str:
    apart = unicodedata.normalize("NFKD", MARKS.sub("", text))
    return "".join(letter for letter in apart if not unicodedata.combining(letter) and letter != "ـ")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_text_can_be_copied_out_correctly(lang):
    pack = questionnaire_in(lang)
    plan = plan_view(take_home(Answers(pack, sample_plans()[EXAMPLE].answers.bits), DAY))
    text = copied(paper(lang))

    assert can_print(lang)
    titles = [item.measure.title for item in (*plan.today, *plan.soon, *plan.ask_first)]
    whole = [title for title in titles if all(part in text for part in parts(title, lang))]
    assert len(titles) > 3
    assert len(whole) >= 0.8 * len(titles)  # the others are broken over two lines beside something else
    assert {item.measure.title for item in plan.today} <= set(whole)


def parts(title: str, lang: str) -> list[str]:
    """A title as it is copied. What runs the other way in it, as an English name in Arabic, is copied on its own."""
    apart = re.split(r"[(){}A-Za-z0-9]+", title) if lang == "ar" else [title]
    return [bare(part) for part in apart if part.strip()]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_paper_says_its_language_and_every_letter_has_a_font(lang):
    with pikepdf.open(BytesIO(paper(lang))) as pdf:
        assert str(pdf.Root.Lang) == lang
    fonts = subprocess.run(["pdffonts", "-"], input=paper(lang), capture_output=True, check=True).stdout.decode()  # noqa: S607
    assert "\ufffd" not in copied(paper(lang))
    assert all(" yes yes yes " in line for line in fonts.splitlines()[2:])  # embedded, in part, with a way back to text


def test_two_languages_stand_beside_each_other_on_one_paper():
    text = copied(paper("en", "ar"))
    ours, theirs = questionnaire_in("en"), questionnaire_in("ar")

    for pack in (ours, theirs):
        plan = plan_view(take_home(Answers(pack, sample_plans()[EXAMPLE].answers.bits), DAY))
        found = [item.id for item in plan.today if bare(item.measure.title)[:12] in text]
        assert found


def test_a_paper_in_arabic_runs_from_right_to_left():
    with override("ar"):
        html, _ = printable(
            Answers(questionnaire_in("ar"), sample_plans()[EXAMPLE].answers.bits),
            DAY,
            "client",
            "letter",
            large=False,
            staff=False,
        )

    assert '<html lang="ar" dir="rtl">' in html


def test_the_picture_in_arabic_has_its_letters_joined_and_in_order():
    """What draws letter by letter gets the forms that letters take beside each other; copied, they are the words."""
    pack = questionnaire_in("ar")
    plan = plan_view(take_home(Answers(pack, sample_plans()[EXAMPLE].answers.bits), DAY))
    titles = [one.title for one in plan.hygiene_exposures if len(one.title) < LINE_CHARACTERS and "(" not in one.title]

    text = copied(paper("ar"))

    assert len(titles) > 3
    assert [title for title in titles if text.count(bare(title)) < 2] == []  # in the picture, and in the table
