"""A code opens with the key of the clinic it was sealed to and with nothing else, until its day, and says why not."""

from base64 import b32decode, b32encode
from binascii import crc32
from datetime import date, timedelta

import pytest
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from threatmodel.sealing.handoff import (
    CHECK_BYTES,
    DAY_BYTES,
    HEAD_BYTES,
    LASTS,
    LENGTH_BYTES,
    LETTERS,
    MARK,
    PURPOSE,
    SHORT_BYTES,
    SIZES,
    SLACK,
    SUITE,
    Damaged,
    NewerCode,
    NotACode,
    NotAPublicKey,
    OtherClinic,
    TooLarge,
    TooOld,
    fingerprint,
    new_secret,
    open_with,
    public_key,
    public_text,
    read_public_text,
    seal_to,
)

SECRET = new_secret()
PUBLIC = public_key(SECRET)
DAY = date(2026, 11, 29)
UNTIL = DAY + LASTS
CODE = seal_to(PUBLIC, b"what is sealed", UNTIL)
LETTERS_OF_A_CODE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

# Made by version 1, never to change: what was shown once must open until its day.
FROZEN_SECRET = bytes(range(32))
FROZEN = (
    "HANDCODEAHMFJCEMBNFG2AYDBFRSUTVMEOGUNG7ZH7ATK4C4ZQDUENL2U5F6XPZ5TSAM7GJC2O5KDU46ZJ7QYZP44QAJUSAUCFOR"
    "HS2HM4IJNYUXY2R3TNCISNVLVUQYRIDOHG7IVNWVO3RU7QXPOMP4OCBUZOGD57ATIE7LJQ4DWZNV7DQUHEWGTFBVELBZRZBV3762"
    "P5K5222OV3KNNGIB7YD4FTN2BWNX7WQWASTE2WB5FFCIS32FR4USTJATA3UJBRHKBZ6U5HRLK67FXGRCYTPER4S3WF42XNAQKU6S"
    "7G7NHB2TMSHLRQ3WJ24SPVCRR7SXDMVOLTUUKFPYFW4THFPYC5HPDRZ46HWJQ3DDFCKI33DEJ4HUCQZQWYXOML4VDQGIJZRM5QJL"
    "A4BZKIXHCGCQBDDBSFTTM3O2BRMS56C73DEB2QW4IZUTAI72L4IXUAEQJYU7HMSYNDMQEDHLIXUIFR4KIW3PLPTXA27IAGQLWCQ3"
    "5VTXARCITWM7LZFZQ4MZYKBAOBDWMY5XUKU55YG4ZY47UQRTU2PZAT6KECHYSSBCBYSWLTFWLX3FM6K5QB7G374WWZQQO7CWD34F"
    "FRVXZZRT56NSZGPEWD2BLPJ6JEGPDIRT7RFGLQGWSHS4RB2O2SRCHNCWCBVPACQKKIFHRSHAKSNHLR7JMRAUBFPQODHTWIZAWVA3"
    "SXVCBT2ZVOMGAZDQ6RG7PJRSXQZFLTCP47MOI6LP7NBUAYBKGKEMPICOPKGTXMQWZ5UTDNEG4BNLO36HZPKSW2IJQO5CQ372NGSD"
    "OCB2M57LINYFAOHWYN6NEE7YMQGYNF77RJQ7HM5GXCUAARY"
)
FROZEN_MARK = "68b77dd7f049da9c9f0e70948e91af85"
FROZEN_PUBLIC = "HANDKEYSAGHUBRNNW2HSKYSK4WZBJ2TWPJXMSTMCTU6XWXQ22G5G6PRBHAUF6OYB7M6Q"
FROZEN_FINGERPRINT = "C7EF-9QKJ-XW8J"

# RFC 9180, appendix A.2.1 (X25519, HKDF-SHA256, ChaCha20Poly1305; base mode, sequence number 0)
RFC_SECRET = bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
RFC_PUBLIC = bytes.fromhex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a")
RFC_KEY = bytes.fromhex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a")
RFC_INFO = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
RFC_AAD = bytes.fromhex("436f756e742d30")
RFC_PLAIN = bytes.fromhex("4265617574792069732074727574682c20747275746820626561757479")
RFC_SEALED = bytes.fromhex("1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28")


def other_letter(text: str, place: int) -> str:
    letter = LETTERS_OF_A_CODE[(LETTERS_OF_A_CODE.index(text[place]) + 1) % 32]
    return text[:place] + letter + text[place + 1 :]


def raw_of(code: str) -> bytes:
    """A code's bytes, without its checksum."""
    return b32decode(code + "=" * (-len(code) % 8))[:-CHECK_BYTES]


def with_checksum(raw: bytes) -> str:
    return b32encode(raw + crc32(raw).to_bytes(CHECK_BYTES)).decode().rstrip("=")


def put(at: int, new: bytes) -> str:
    """The code with other bytes at a place, and with a checksum that is right again."""
    raw = raw_of(CODE)
    return with_checksum(raw[:at] + new + raw[at + len(new) :])


@settings(max_examples=50)
@given(st.binary(max_size=SIZES[-1] - LENGTH_BYTES), st.integers(0, LASTS.days))
def test_what_was_sealed_opens_again(content, days):
    opened = open_with(SECRET, seal_to(PUBLIC, content, DAY + timedelta(days)), DAY)

    assert opened.content == content
    assert opened.until == DAY + timedelta(days)
    assert len(opened.mark) == 16


def test_the_suite_opens_the_vector_of_its_standard():
    """RFC 9180 A.2.1. All its vectors have associated data, which the library takes through a function of its tests."""
    secret = X25519PrivateKey.from_private_bytes(RFC_SECRET)

    opened = openssl.hpke._decrypt_with_aad(SUITE, RFC_KEY + RFC_SEALED, secret, RFC_INFO, RFC_AAD)

    assert opened == RFC_PLAIN
    assert public_key(RFC_SECRET) == RFC_PUBLIC


def test_a_code_of_the_first_version_opens_for_ever():
    opened = open_with(FROZEN_SECRET, FROZEN, DAY)

    assert (opened.content, opened.until, opened.mark.hex()) == (b"frozen in version 1", DAY, FROZEN_MARK)
    assert read_public_text(FROZEN_PUBLIC) == public_key(FROZEN_SECRET)
    assert fingerprint(public_key(FROZEN_SECRET)) == FROZEN_FINGERPRINT


def test_lengths_tell_nothing():
    """Whatever is sealed, as long as it fits the first size."""
    fits = SIZES[0] - LENGTH_BYTES

    assert {len(seal_to(PUBLIC, bytes(size), UNTIL)) for size in (0, 1, 300, fits)} == {len(CODE)}
    assert len(seal_to(PUBLIC, bytes(fits + 1), UNTIL)) > len(CODE)


def test_more_than_a_code_holds_is_refused():
    with pytest.raises(TooLarge):
        seal_to(PUBLIC, bytes(SIZES[-1]), UNTIL)


def test_two_codes_of_one_content_differ_and_have_marks_of_their_own():
    again = seal_to(PUBLIC, b"what is sealed", UNTIL)

    assert again != CODE
    assert open_with(SECRET, again, DAY).mark != open_with(SECRET, CODE, DAY).mark
    assert open_with(SECRET, CODE, DAY).mark == open_with(SECRET, CODE, UNTIL).mark


def test_a_code_copied_in_another_way_is_the_same_code():
    groups = "\r\n ".join(CODE[i : i + 8] for i in range(0, len(CODE), 8))

    assert open_with(SECRET, f" {groups.lower()}\n", DAY) == open_with(SECRET, CODE, DAY)


def test_another_clinic_is_told_so_and_gets_nothing():
    with pytest.raises(OtherClinic):
        open_with(new_secret(), CODE, DAY)


def test_another_key_opens_nothing_even_when_the_code_is_made_to_name_it():
    """Whoever changes which clinic a code names, with its checksum, gets no further."""

    secret, at = new_secret(), len(MARK) + 1
    named = raw_of(seal_to(public_key(secret), b"", UNTIL))[at : at + SHORT_BYTES]
    code = put(at, named)

    with pytest.raises(Damaged):
        open_with(secret, code, DAY)


def test_a_code_lasts_to_the_end_of_its_day():
    assert open_with(SECRET, CODE, UNTIL).content

    with pytest.raises(TooOld):
        open_with(SECRET, CODE, UNTIL + timedelta(1))


@pytest.mark.parametrize("today", [DAY, UNTIL + timedelta(9)])
def test_nobody_can_make_a_code_last_longer(today):

    code = put(HEAD_BYTES - DAY_BYTES, (UNTIL + timedelta(2)).toordinal().to_bytes(DAY_BYTES))

    with pytest.raises(Damaged):
        open_with(SECRET, code, today)


def test_a_day_further_off_than_any_code_of_ours_is_refused():
    """Anybody may seal to a public key. What is opened must be remembered until its day, so that day is near."""
    assert open_with(SECRET, seal_to(PUBLIC, b"", UNTIL + SLACK), DAY)

    for until in (UNTIL + SLACK + timedelta(1), date.max):
        with pytest.raises(Damaged):
            open_with(SECRET, seal_to(PUBLIC, b"", until), DAY)


def test_a_code_changed_at_any_letter_is_refused():
    """The checksum tells it from another clinic's code."""
    for place in range(len(CODE)):
        with pytest.raises((NotACode, NewerCode, Damaged)):
            open_with(SECRET, other_letter(CODE, place), DAY)


def test_a_code_changed_at_any_byte_with_a_right_checksum_is_refused():
    """And what the checksum lets through, the seal does not."""
    raw = raw_of(CODE)

    for place in range(len(MARK) + 1, len(raw)):
        with pytest.raises((Damaged, OtherClinic)):
            open_with(SECRET, put(place, bytes([raw[place] ^ 1])), DAY)


@settings(max_examples=60)
@given(st.integers(0, len(CODE) - 1))
def test_a_cut_code_is_told_from_another_clinics(length):
    with pytest.raises(Damaged if length >= 8 else (Damaged, NotACode)):
        open_with(SECRET, CODE[:length], DAY)


def test_a_code_of_a_later_version_says_so():
    with pytest.raises(NewerCode):
        open_with(SECRET, put(len(MARK), b"\2"), DAY)


@settings(max_examples=200)
@given(st.text(max_size=900))
def test_any_other_text_is_no_code(text):
    """P40: what is guessed opens nothing: a code is read with the clinic's key alone, never looked up on a server."""
    with pytest.raises((NotACode, Damaged)):
        open_with(SECRET, text, DAY)


@pytest.mark.parametrize("text", ["", "A" * 100_000, FROZEN_PUBLIC, b32encode(bytes(600)).decode()])
def test_what_is_plainly_something_else_is_no_code(text):
    with pytest.raises(NotACode):
        open_with(SECRET, text, DAY)


def test_what_was_sealed_for_another_purpose_does_not_open():
    """The same key and suite, sealed without what a code is bound to."""
    sealed = SUITE.encrypt(bytes(SIZES[0]), X25519PublicKey.from_public_bytes(PUBLIC), b"another purpose")

    with pytest.raises(Damaged):
        open_with(SECRET, put(HEAD_BYTES, sealed), DAY)


def test_a_content_that_was_filled_up_otherwise_is_refused():

    head = raw_of(CODE)[:HEAD_BYTES]
    for filled in (b"\xff\xff".ljust(SIZES[0], b"\0"), bytes(SIZES[0] - 1) + b"x"):
        sealed = head + SUITE.encrypt(filled, X25519PublicKey.from_public_bytes(PUBLIC), PURPOSE + head + PUBLIC)
        with pytest.raises(Damaged):
            open_with(SECRET, with_checksum(sealed), DAY)


def test_a_public_key_is_read_as_it_was_written():
    text = public_text(PUBLIC)

    assert read_public_text(f"\n{text[:9].lower()} {text[9:]}\n") == PUBLIC


def test_a_public_key_with_a_mistyped_letter_is_refused():
    for place in range(len(public_text(PUBLIC))):
        with pytest.raises(NotAPublicKey):
            read_public_text(other_letter(public_text(PUBLIC), place))


@given(st.text(max_size=90))
def test_any_other_text_is_no_public_key(text):
    with pytest.raises(NotAPublicKey):
        read_public_text(text)


@pytest.mark.parametrize("useless", [bytes(32), b"\1" + bytes(31)])
def test_a_key_that_would_protect_nothing_is_refused(useless):
    """Points of small order: every such key has a secret that anybody knows."""
    with pytest.raises(NotAPublicKey):
        read_public_text(public_text(useless))


def test_a_fingerprint_is_short_and_another_keys_is_another():
    groups = fingerprint(PUBLIC).split("-")

    assert [len(group) for group in groups] == [4, 4, 4]
    assert set("".join(groups)) <= set(LETTERS)
    assert fingerprint(public_key(new_secret())) != fingerprint(PUBLIC)


def test_a_secret_is_new_each_time():
    assert len({new_secret() for _ in range(20)}) == 20
