"""Compressed texts of a given size, put before readers that other people wrote."""

import gzip
import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threatmodel.deflate import LEAST, STORED, Deflated, Form

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=300)


@given(TEXTS, st.one_of(st.integers(0, 60), st.integers(STORED - 20, STORED + 20), st.integers(2 * STORED, 150_000)))
def test_a_text_comes_out_as_it_was_in_a_file_of_the_size_asked_for(text, room):
    packed = Deflated.of(text.encode())

    file = packed.filled(packed.smallest + room)

    assert len(file) == packed.smallest + room
    assert gzip.decompress(file).decode().rstrip(" ") == text.rstrip(" ")
    assert gzip.decompress(file)[len(text.encode()) :].strip(b" ") == b""


def test_what_does_not_fit_is_refused():
    packed = Deflated.of(b"x" * 100)

    with pytest.raises(ValueError, match="do not fit"):
        packed.filled(packed.smallest - 1)
    assert packed.smallest > LEAST


@given(st.data())
def test_a_form_that_is_filled_is_the_text_with_its_values_whatever_stood_in_it_before(data):
    names = data.draw(st.lists(st.sampled_from("abcdef"), max_size=8))
    texts = data.draw(
        st.lists(
            st.sampled_from(["", "<p>one and the same text</p>", "again "]),
            min_size=len(names) + 1,
            max_size=len(names) + 1,
        )
    )
    widths = {name: data.draw(st.integers(1, 9)) for name in set(names) & set("abc")}
    parts = [part for pair in zip(texts, [*names, ""], strict=True) for part in pair][:-1]
    form = Form(parts, widths)

    for _ in range(2):
        values = {
            name: data.draw(
                st.text("<p>one \x01", min_size=widths[name], max_size=widths[name]) if name in widths else TEXTS
            )
            for name in set(names)
        }
        text, packed = form.filled(values)

        assert text.decode() == "".join(values[part] if i % 2 else part for i, part in enumerate(parts))
        assert gzip.decompress(packed.filled(packed.smallest)) == text


def test_a_value_of_another_width_than_was_said_is_refused():
    form = Form(["a", "gap", "b"], {"gap": 3})

    with pytest.raises(ValueError, match=re.escape("gap is 2 bytes wide")):
        form.filled({"gap": "xx"})


def test_repeated_text_is_still_found_behind_gaps_of_known_width():
    line = "a line that stands on this page many times over "
    parts = [part for _ in range(20) for part in (line, "gap")] + [line]

    _, packed = Form(parts, {"gap": 4}).filled({"gap": "abcd"})

    assert packed.smallest < 2 * len(zlib.compress(line.encode() * 20)) + 20 * 20
