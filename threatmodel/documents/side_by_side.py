"""One paper in two languages: the same blocks beside each other, so that staff and client read the same line.

Templates say with ``{% pair %}`` which blocks stand beside their like, and with ``{% pair "below" %}`` which follow it.
Everything around them is the first paper's.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

# Characters of Unicode's private use area: no content holds one, and escaping leaves them alone.
BESIDE, BELOW, END = "\ue010", "\ue011", "\ue012"
MARKS = BESIDE + BELOW + END
BLOCK = re.compile(f"[{BESIDE}{BELOW}](.*?){END}", re.DOTALL)


class NotTheSame(ValueError):
    """Two papers that do not have the same blocks."""


class Paper(NamedTuple):
    """A paper with its blocks still marked, and the language it is in."""

    html: str
    lang: str
    bidi: bool


def alone(html: str) -> str:
    """A paper in one language: the same without the marks."""
    return BLOCK.sub(r"\1", html)


def side_by_side(one: Paper, other: Paper) -> str:
    """Put two papers of the same plan together. Raises ``NotTheSame``."""
    ours, theirs = list(BLOCK.finditer(one.html)), list(BLOCK.finditer(other.html))
    if [block[0][0] for block in ours] != [block[0][0] for block in theirs]:
        raise NotTheSame(f"{len(ours)} blocks and {len(theirs)}")
    return "".join(_parts(one, other, ours, theirs))


def _parts(one: Paper, other: Paper, ours: list[re.Match[str]], theirs: list[re.Match[str]]) -> Iterator[str]:
    done = 0
    for our, their in zip(ours, theirs, strict=True):
        yield one.html[done : our.start()]
        yield f'<div class="{"pair" if our[0][0] == BESIDE else "below"}">'
        yield from (_cell(one, our[1]), _cell(other, their[1]), "</div>")
        done = our.end()
    yield one.html[done:]


def _cell(paper: Paper, html: str) -> str:
    return f'<div lang="{paper.lang}" dir="{"rtl" if paper.bidi else "ltr"}">{html}</div>'
