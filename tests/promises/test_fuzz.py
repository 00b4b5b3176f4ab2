"""Whatever is sent, in any place a request has: an answer in plain words, and never a fault of ours."""

import re
from datetime import date
from urllib.parse import quote_plus, urlencode

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.engine.strategies import DAY, answers_to_ours
from tests.promises.addresses import addresses
from tests.walkthrough.cast import carrying, walking
from threatmodel.documents.packs import questionnaire
from threatmodel.documents.record import HEAD, NotARecord, Record, read_record
from threatmodel.engine.answers import Answers, NotPacked, packed_size
from threatmodel.engine.marks import Marks, NotMarks, marks_size
from threatmodel.engine.snapshot import Snapshot, snapshot_size
from threatmodel.sealing.passphrase import Damaged, NewerSeal, NotSealed, WrongPassphrase, seal_with, unseal_with
from threatmodel.walkthrough.walk import COOKIE, Walk

PACK = questionnaire()
PASSPHRASE = "correct horse battery"
SEALED = seal_with(PASSPHRASE, Record.keep(Answers(PACK), Marks(PACK), DAY).pack())
QUICK = [address for address in addresses() if not address.endswith(".pdf")]
TAKES_FORMS = (
    "/walk/",
    "/walk/1/",
    "/walk/one/",
    "/walk/stay/",
    "/plan/mark/",
    "/plan/what-if/1/",
    "/open/",
    "/plan.pdf",
)
URLENCODED = "application/x-www-form-urlencoded"
FIELDS = ("question", "answer", "depth", "keep", "mark", "text", "file", "passphrase", "again", "as", "for", "password")
# fmt: off
HEADERS = (
    "accept", "accept-charset", "accept-encoding", "accept-language", "authorization", "content-encoding",
    "cookie", "dnt", "expect", "forwarded", "from", "hx-boosted", "hx-current-url",
    "hx-history-restore-request", "hx-prompt", "hx-request", "hx-target", "hx-trigger", "hx-trigger-name",
    "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "origin", "range",
    "referer", "sec-fetch-mode", "sec-fetch-site", "te", "upgrade", "user-agent", "via", "x-csrftoken",
    "x-forwarded-for", "x-forwarded-proto",
)
# fmt: on
VALUES = [
    "who",
    "me",
    "full",
    "yes",
    "device-updates done",
    SEALED[:80],
    PASSPHRASE,
    "counsel",
    "\0",
    "\ufffe",
    "",
    "=1",
]
SAYS_TOO_MUCH = re.compile(rb"Traceback|File \"|site-packages|DJANGO_SETTINGS")
few, some = hypothesis_settings(max_examples=25), hypothesis_settings(max_examples=60)
in_a_header = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=200)
field_names = st.sampled_from(FIELDS) | st.text(max_size=20)
field_values = st.sampled_from(VALUES) | st.text(max_size=50) | st.sampled_from(["x" * 20_000, "é" * 5_000])


def client(**more) -> Client:
    """Somebody at the end of their walk. A fault of ours comes back as the page that a person would get."""
    return walking(Answers(PACK), raise_request_exception=False, **more)


def fine(response) -> bool:
    """Whether an answer is no fault of ours and says nothing of how it was made."""
    body = response.getvalue() if response.streaming else response.content
    return response.status_code < 500 and not SAYS_TOO_MUCH.search(body)


@given(sent=in_a_header, names=st.lists(st.sampled_from([COOKIE, "form", "other"])), address=st.sampled_from(QUICK))
@some
def test_any_cookies_get_an_answer(sent, names, address):
    """P16: the whole header, well formed or not."""
    header = "; ".join([f"{name}={sent}" for name in names]) or sent

    assert fine(Client(raise_request_exception=False).get(address, headers={"Cookie": header}))


@given(fields=st.lists(st.tuples(field_names, field_values), max_size=40), address=st.sampled_from(TAKES_FORMS))
@some
def test_any_fields_of_a_form_get_an_answer(fields, address):
    """P3: unknown fields, the same one many times, values of any length, and signs that no keyboard has."""
    if address == "/plan.pdf":
        fields = [*fields, ("size", "a3")]  # the last one counts: no paper is made

    response = client().post(address, urlencode(fields, errors="replace"), content_type=URLENCODED)

    assert fine(response)


@given(body=st.binary(max_size=400), address=st.sampled_from(TAKES_FORMS[:-1]))
@some
def test_any_bytes_as_a_form_get_an_answer(body, address):
    """P3: broken percent signs, and bytes that are no UTF-8."""
    assert fine(client().post(address, body, content_type=URLENCODED))


@given(data=st.data())
@some
def test_any_form_of_many_parts_gets_an_answer(data):
    """P3: parts without a name, with odd encodings, cut off, or with a boundary that never comes."""
    boundary = data.draw(st.sampled_from(["B", "", "a" * 300, "é", 'B"']))
    heads = st.sampled_from(
        [
            'Content-Disposition: form-data; name="text"',
            'Content-Disposition: form-data; name="file"; filename="../../x"',
            'Content-Disposition: form-data; name="file"; filename="\0"',
            'Content-Disposition: form-data; name="file"; filename=""',
            "Content-Disposition: form-data; name*=utf-9''%ff",
            "Content-Disposition: form-data",
            "Content-Transfer-Encoding: base64",
            "Content-Transfer-Encoding: quoted-printable",
            "Content-Length: x",
            "Content-Type: multipart/mixed; boundary=B",
            ": :",
        ]
    )
    parts = data.draw(st.lists(st.tuples(st.lists(heads, max_size=3), st.binary(max_size=60)), max_size=5))
    body = b"".join(b"--B\r\n" + "\r\n".join(h).encode() + b"\r\n\r\n" + content + b"\r\n" for h, content in parts)
    end = data.draw(st.sampled_from([b"--B--\r\n", b"--B", b""]))

    response = client().post("/open/", body + end, content_type=f"multipart/form-data; boundary={boundary}")

    assert fine(response)


@pytest.mark.parametrize(
    "charset",
    [
        *("hex", "rot13", "zlib", "base64", "idna", "undefined", "punycode", "utf-7", "utf-16"),
        *("raw_unicode_escape", "unicode_escape", "utf-8-sig", "no-such-thing", "latin-1", ""),
    ],
)
def test_a_form_in_another_encoding_than_ours_is_refused_and_never_decoded(charset):
    """P3: several of Python's codecs decode no text, and some make letters that cannot be written again."""
    field = "Content-Disposition: form-data; name="
    parts = (f'{field}"text"\r\n\r\n{SEALED}', f'{field}"passphrase"\r\n\r\n\\ud800 horse battery')
    body = "".join(f"--B\r\n{part}\r\n" for part in parts) + "--B--\r\n"

    for kind in ("multipart/form-data; boundary=B", URLENCODED, "text/plain"):
        response = client().generic("POST", "/open/", body, f"{kind}; charset={charset}")
        assert response.status_code == 400
        assert b"<h1" in response.content


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_a_form_that_names_our_encoding_is_read(charset):
    """P3: browsers may say so."""
    response = client().post("/walk/1/", "question=who&answer=me", content_type=f"{URLENCODED}; charset={charset}")

    assert response.status_code == 302


@given(
    name=st.sampled_from(HEADERS),
    value=in_a_header | st.sampled_from(["http://[", "true", "bytes=9-1,-5", ";q=x", "0" * 5000]),
    address=st.sampled_from([*QUICK, "/static/walk.js", "/nothing/"]),
)
@some
def test_any_header_gets_an_answer(name, value, address):
    """P42: whatever a header says that nobody sends."""
    assert fine(client().get(address, headers={name: value}))


@given(length=st.text(max_size=30) | st.sampled_from(["9" * 5000, "-1", "٣", "1e3", "0x10", " 5", ""]))
@few
def test_any_length_that_a_body_claims_gets_an_answer(length):
    """P41"""
    response = client().generic("POST", "/open/", b"text=x", URLENCODED, CONTENT_LENGTH=length)

    assert fine(response)


@given(query=st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
@few
def test_any_query_gets_an_answer_that_takes_no_notice_of_it(query):
    """P20: no page reads a query, so that no link can say anything about a person."""
    page, plain = (Client().get("/open/" + ask) for ask in (f"?{quote_plus(query)}&text={quote_plus(query)}", ""))

    assert page.status_code == 200
    assert len(page.content) == len(plain.content)


@given(
    number=st.integers() | st.integers(10**300, 10**301),
    name=st.text(max_size=40) | st.sampled_from(["../../etc/passwd", "%00", "a" * 1500, "-", "__class__"]),
)
@some
def test_any_number_and_any_name_in_an_address_gets_an_answer(number, name):
    """P3: steps, what-ifs, letters and samples that there are not."""
    safe = quote_plus(name, safe="")
    walker = client()
    for address in (f"/walk/{number}/", f"/plan/what-if/{number}/", f"/letters/{safe}/", f"/letters/{safe}.pdf"):
        assert fine(walker.get(address))
    assert fine(walker.get(f"/samples/{safe}/"))


@given(
    text=st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")), passphrase=st.text()
)
@some
def test_any_text_that_is_said_to_be_a_kept_plan_gets_an_answer_that_repeats_no_passphrase(text, passphrase):
    """P20: neither the text nor the passphrase gets into an address, and the passphrase not into the page either."""
    passphrase = f"canary {passphrase}"

    response = client().post("/open/", {"text": text, "passphrase": passphrase})

    assert fine(response)
    assert "Location" not in response
    assert b"canary" not in response.content


def changed(sealed: str) -> st.SearchStrategy[str]:
    """A sealed text that was cut, lengthened, or has other letters at some places."""
    letters = st.sampled_from("ABCxyz019-_=+/ \n\0é")
    places = st.lists(st.tuples(st.integers(0, len(sealed) - 1), letters), max_size=4)

    def swapped(changes: list[tuple[int, str]]) -> str:
        text = list(sealed)
        for place, letter in changes:
            text[place] = letter
        return "".join(text)

    cut = st.tuples(st.integers(0, len(sealed)), st.integers(0, len(sealed))).map(lambda at: sealed[min(at) : max(at)])
    return places.map(swapped) | cut | letters.map(lambda letter: sealed + letter)


@given(text=changed(SEALED))
@hypothesis_settings(max_examples=200)
def test_a_sealed_text_that_was_cut_or_changed_is_known_before_any_work_is_done(text):
    """P16: it is told by its form, whatever the passphrase; only what is whole costs the work of a passphrase."""
    if "".join(text.split()) == SEALED:
        return
    with pytest.raises((NotSealed, NewerSeal, Damaged)):
        unseal_with(PASSPHRASE, text)


@given(content=st.binary(max_size=300))
@hypothesis_settings(max_examples=5)
def test_a_whole_sealed_text_of_anything_gets_an_answer(content):
    """P16: somebody who seals what they like with a passphrase of their own."""
    response = client().post("/open/", {"text": seal_with(PASSPHRASE, content), "passphrase": PASSPHRASE})

    assert fine(response)
    with pytest.raises(WrongPassphrase):
        unseal_with(f"{PASSPHRASE}!", SEALED)


def heads() -> st.SearchStrategy[bytes]:
    """Heads of records that are nearly right."""
    mine = HEAD.unpack_from(Record.keep(Answers(PACK), Marks(PACK), DAY).pack())
    fields = zip(
        mine,
        (
            st.integers(0, 255),
            st.binary(min_size=4, max_size=4),
            st.binary(max_size=16),
            st.integers(0, 2**32 - 1) | st.integers(0, date.max.toordinal()),
            *(st.integers(0, 65535) | st.integers(0, 400),) * 2,
        ),
        strict=True,
    )
    return st.tuples(*(st.just(right) | other for right, other in fields)).map(lambda parts: HEAD.pack(*parts))


@given(packed=st.binary(max_size=600) | st.tuples(heads(), st.binary(max_size=900)).map(b"".join))
@hypothesis_settings(max_examples=300)
def test_any_bytes_are_a_record_or_are_not(packed):
    """P16: nothing but the one refusal, and what is accepted can be shown and kept again."""
    try:
        record = read_record(PACK, packed)
    except NotARecord:
        return
    assert read_record(PACK, record.pack()).answers == record.answers


@given(answers=answers_to_ours(), on=st.dates(), noise=st.binary(min_size=1, max_size=40), at=st.integers(0, 2**16))
@few
def test_a_record_of_any_day_with_any_noise_is_shown_or_refused(answers, on, noise, at):
    """P16: up to the page that says what has changed."""
    whole = Record.keep(answers, Marks(PACK), DAY).pack()
    place = HEAD.size + at % (len(whole) - HEAD.size)
    packed = (whole[:place] + noise + whole[place + len(noise) :])[: len(whole)]
    day = HEAD.pack(*HEAD.unpack_from(whole)[:3], on.toordinal(), *HEAD.unpack_from(whole)[4:])
    try:
        record = read_record(PACK, day + packed[HEAD.size :])
    except NotARecord:
        return

    walk = Walk.resume(record.answers, record.marks, record.then)

    assert carrying(walk, raise_request_exception=False).get("/plan/changes/").status_code == 200


@given(data=st.data())
@hypothesis_settings(max_examples=300)
def test_any_bytes_are_answers_marks_and_a_snapshot_or_are_not(data):
    """P16: of the right length or not, nothing but the one refusal; what is accepted packs to the same bytes."""
    for kind, size, refusal in (
        (Answers, packed_size(PACK), NotPacked),
        (Marks, marks_size(PACK), NotMarks),
        (Snapshot, snapshot_size(PACK), NotPacked),
    ):
        packed = data.draw(
            st.binary(min_size=size, max_size=size) | st.binary(max_size=2 * size) | st.just(bytes(size))
        )
        try:
            opened = kind.unpack(PACK, packed)
        except refusal:
            continue
        if kind is not Snapshot:  # of items that are not in the plan a snapshot's bytes say nothing
            assert opened.pack() == packed
