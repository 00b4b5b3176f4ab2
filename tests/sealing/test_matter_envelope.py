"""A matter's envelope: sizes, what it is bound to, and written keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threatmodel.sealing.matter import (
    BUCKETS,
    LARGEST,
    Bound,
    NotOpened,
    TooLarge,
    derive,
    keyed,
    new_key,
    seal,
    unseal,
    unwrap,
    wrap,
)
from threatmodel.sealing.recovery import NotRecovered, public_of, recover, seal_for_recovery
from threatmodel.sealing.written import BadKey, read_key, write_key

KEY = bytes(32)
BOUND = Bound(b"c" * 16, b"m" * 16, 1, 7)


@given(st.binary(max_size=5000))
def test_what_is_sealed_opens_and_has_one_of_four_sizes(content):
    sealed = seal(content, KEY, BOUND)

    assert unseal(sealed, KEY, BOUND) == content
    assert len(sealed) == next(size for size in BUCKETS if len(content) + 33 <= size)


def test_more_than_the_largest_is_refused():
    assert len(seal(bytes(LARGEST), KEY, BOUND)) == BUCKETS[-1]
    with pytest.raises(TooLarge):
        seal(bytes(LARGEST + 1), KEY, BOUND)


@pytest.mark.parametrize(
    "other",
    [
        BOUND._replace(clinic=b"d" * 16),
        BOUND._replace(matter=b"n" * 16),
        BOUND._replace(schema=2),
        BOUND._replace(revision=6),
    ],
)
def test_it_opens_as_nothing_else(other):
    sealed = seal(b"content", KEY, BOUND)

    with pytest.raises(NotOpened):
        unseal(sealed, KEY, other)
    with pytest.raises(NotOpened):
        unseal(sealed, new_key(), BOUND)


def test_no_byte_can_be_changed_and_none_left_away():
    sealed = seal(b"content", KEY, BOUND)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(NotOpened):
            unseal(bytes(changed), KEY, BOUND)
    for length in (0, 1, 100, len(sealed) - 1):
        with pytest.raises(NotOpened):
            unseal(sealed[:length], KEY, BOUND)


def test_a_wrapped_key_is_bound_to_its_matter_clinic_and_generation():
    generation, key = new_key(), new_key()
    wrapped = wrap(key, generation, 3, b"c" * 16, b"m" * 16)

    assert unwrap(wrapped, generation, 3, b"c" * 16, b"m" * 16) == key
    for number, clinic, matter in ((4, b"c", b"m"), (3, b"d", b"m"), (3, b"c", b"n")):
        with pytest.raises(NotOpened):
            unwrap(wrapped, generation, number, clinic * 16, matter * 16)
    with pytest.raises(NotOpened):
        unwrap(wrapped[:-1], generation, 3, b"c" * 16, b"m" * 16)


def test_a_key_that_was_wrapped_by_the_first_version_still_opens():
    """Frozen when the format was made; never to change."""
    sealed = bytes.fromhex(FROZEN)

    assert unwrap(sealed, bytes(range(32)), 1, b"clinic".ljust(16), b"matter".ljust(16)) == b"k" * 32


FROZEN = (
    "01ed7bf10a7e6e4d0622fe2d6c58d2a7267efe6f19f22b12bf67c2f638d31a7b"
    "f3f80a3061427b2c28a25cf175e1c11879dcc407f0b52013233374dc1b"
)


def test_keys_for_different_ends_differ():
    assert len({derive(KEY, purpose) for purpose in ("index", "audit", "staff")}) == 3
    assert keyed(KEY, b"a") != keyed(KEY, b"b")
    assert keyed(KEY, b"a") != keyed(new_key(), b"a")


@given(st.binary(min_size=32, max_size=32))
def test_a_written_key_is_read_again_however_it_is_typed(key):
    text = write_key(key)

    assert read_key(text) == key
    assert read_key(f" {text.lower().replace('-', ' ')}\n") == key


def test_a_mistyped_key_is_refused():
    text = write_key(bytes(range(32)))
    for wrong in (text[:-1], text + "A", text.replace("A", "B", 1), "", "no key"):
        with pytest.raises(BadKey):
            read_key(wrong)


def test_what_is_sealed_for_recovery_opens_with_the_recovery_key_alone():
    secret = new_key()
    sealed = seal_for_recovery(b"content", public_of(secret))

    assert recover(sealed, secret) == b"content"
    with pytest.raises(NotRecovered):
        recover(sealed, new_key())
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(NotRecovered):
            recover(bytes(changed), secret)
