"""A text sealed with a passphrase opens with that passphrase and with nothing else, and says why it does not."""

from subprocess import run
from sys import executable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from threatmodel.sealing.passphrase import (
    LETTERS,
    BadPassphrase,
    Damaged,
    NewerSeal,
    NotSealed,
    WrongPassphrase,
    seal_with,
    suggest,
    unseal_with,
)

PASSPHRASE = "correct horse battery"
TEXT = seal_with(PASSPHRASE, b"what is sealed")


def test_what_was_sealed_opens_again():
    assert unseal_with(PASSPHRASE, TEXT) == b"what is sealed"


AT_ONCE = """
import sys
from concurrent.futures import ThreadPoolExecutor as Threads
from threatmodel.sealing.passphrase import OneAtATime, unseal_with

def opened(passphrase, text):
    try:
        return unseal_with(passphrase, text).decode()
    except OneAtATime:
        return "busy"

answers = list(Threads(4).map(opened, [sys.argv[1]] * 12, [sys.argv[2]] * 12))
print(*sorted(set(answers)), sep=", ")
"""


def test_one_person_is_served_at_a_time_and_nobody_waits():
    """P41: in a process of its own: without its lock, OpenSSL refuses as if memory were short, or waits for ever."""
    done = run([executable, "-c", AT_ONCE, PASSPHRASE, TEXT], cwd=ROOT, capture_output=True, text=True, timeout=120)  # noqa: S603

    assert done.stdout == "busy, what is sealed\n", done.stderr


def test_spaces_and_line_ends_in_the_text_do_not_count():
    lines = "\r\n".join(TEXT[i : i + 7] for i in range(0, len(TEXT), 7))

    assert unseal_with(f" {PASSPHRASE}\n", f"\n{lines} ") == b"what is sealed"


def test_a_letter_typed_in_two_ways_is_one_passphrase():
    text = seal_with("contrase\u00f1a larga", b"x")

    assert unseal_with("contrasen\u0303a larga", text) == b"x"


def test_another_passphrase_does_not_open_it():
    for wrong in ("", "correct horse batterz", PASSPHRASE.upper(), PASSPHRASE + "."):
        with pytest.raises(WrongPassphrase):
            unseal_with(wrong, TEXT)


@settings(max_examples=40)
@given(st.integers(0, len(TEXT) - 1))
def test_a_cut_text_is_told_from_a_wrong_passphrase(length):
    with pytest.raises((Damaged, NotSealed)):
        unseal_with(PASSPHRASE, TEXT[:length])


@pytest.mark.parametrize("place", range(0, len(TEXT), 3))
def test_a_text_changed_anywhere_is_refused_before_any_passphrase_counts(place):
    other = "A" if TEXT[place] != "A" else "B"

    with pytest.raises((Damaged, NotSealed, NewerSeal)):
        unseal_with(PASSPHRASE, TEXT[:place] + other + TEXT[place + 1 :])


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_any_other_text_is_not_sealed(text):
    with pytest.raises((NotSealed, Damaged, NewerSeal)):
        unseal_with(PASSPHRASE, text)


def test_two_seals_of_one_content_differ():
    assert seal_with(PASSPHRASE, b"x") != seal_with(PASSPHRASE, b"x")


@pytest.mark.parametrize("passphrase", ["", "short", " " * 40, "x" * 257])
def test_a_passphrase_too_short_or_too_long_is_refused(passphrase):
    with pytest.raises(BadPassphrase):
        seal_with(passphrase, b"x")


def test_a_suggested_passphrase_is_long_enough_and_new_each_time():
    suggested = {suggest() for _ in range(50)}

    assert len(suggested) == 50
    assert all(set(one) <= {*LETTERS, "-"} and seal_with(one, b"x") for one in list(suggested)[:1])
