"""Arabic for a renderer that draws letter by letter from left to right, as ours does inside pictures."""

from arabic_reshaper import ArabicReshaper
from bidi import get_display

_reshaper = ArabicReshaper({"delete_harakat": True})


def as_drawn(text: str) -> str:
    """A text from its left to its right, each letter in the form it takes beside its neighbours.

    >>> [f"{ord(letter):x}" for letter in as_drawn("لا")]
    ['fefb']
    """
    shaped: str = get_display(_reshaper.reshape(text), base_dir="R")
    return shaped
