"""Letters to print: read without a walk, filled in by hand only."""

import re
from html import escape
from io import BytesIO

import pikepdf
import pytest

from tests.documents.test_pdf import pages_of
from threatmodel.content.check_help import BLANK
from threatmodel.documents.packs import questionnaire

LETTERS = [letter.id for letter in questionnaire().letters]
NUMBERS = re.compile(r"Social Security|A-number|birth|passport|status", re.IGNORECASE)


def test_the_list_names_every_letter(client):
    html = client.get("/letters/").content.decode()

    assert LETTERS
    assert all(f'href="/letters/{id_}/"' in html for id_ in LETTERS)
    assert not client.cookies


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_takes_nothing_and_leaves_nothing(client, letter):
    page = client.get(f"/letters/{letter}/")

    html = page.content.decode()
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert not client.cookies
    assert not re.search(r"<(?:form|input|button|select|textarea)\b", html)
    assert BLANK in html


@pytest.mark.parametrize("letter", LETTERS)
def test_the_warning_not_to_send_it_alone_stands_above_the_letter(client, pack, letter):
    known = next(one for one in pack.letters if one.id == letter)
    html = client.get(f"/letters/{letter}/").content.decode()

    before = html.partition('id="letter"')[0]
    assert len(re.findall("<li>", before.partition('class="no"')[2])) == len(known.dont_add)
    assert ('class="stop"' in before) is bool(known.lawyer_first)


def test_the_letter_about_a_demand_is_for_a_lawyer_first(pack):
    assert next(letter for letter in pack.letters if letter.id == pack.notice.letter).lawyer_first


@pytest.mark.parametrize("letter", LETTERS)
def test_no_letter_has_a_place_for_a_number_or_a_status(pack, letter):
    known = next(one for one in pack.letters if one.id == letter)

    assert not any(NUMBERS.search(paragraph) for paragraph in known.body)


@pytest.mark.parametrize("letter", LETTERS)
def test_the_pdf_keeps_the_letter_on_pages_of_its_own_under_a_neutral_title(client, pack, letter):
    known = next(one for one in pack.letters if one.id == letter)
    answer = client.get(f"/letters/{letter}.pdf")

    with pikepdf.open(BytesIO(answer.content)) as document:
        assert document.docinfo["/Title"] == "Letter"
        assert document.Root.MarkInfo.Marked
    assert letter not in answer["Content-Disposition"]
    pages = pages_of(answer.content)
    first = next(i for i, page in enumerate(pages) if known.body[-1].split(":")[0] in page)
    assert first > 0
    assert known.dont_add[0] not in pages[first]
    assert not client.cookies


@pytest.mark.parametrize("address", ["/letters/nothing/", "/letters/nothing.pdf"])
def test_a_letter_that_there_is_not_is_not_found(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("letter", LETTERS)
def test_in_another_language_the_letter_to_send_stays_as_it_is_and_its_meaning_stands_beside_it(client, pack, letter):
    known = next(one for one in pack.letters if one.id == letter)
    html = client.get(f"/letters/{letter}/", HTTP_ACCEPT_LANGUAGE="es").content.decode()

    sent, _, meaning = html.partition('id="letter"')[2].partition('id="meaning"')

    assert '<div lang="en" dir="ltr">' in sent
    assert all(escape(paragraph) in sent for paragraph in known.body)
    assert not any(escape(paragraph) in meaning for paragraph in known.body if len(paragraph) > 40)
    assert 'id="meaning"' not in client.get(f"/letters/{letter}/").content.decode()
