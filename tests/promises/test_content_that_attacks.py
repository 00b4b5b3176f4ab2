"""What an author of content, or an operator with referrals of their own, is not let in with."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from threatmodel.content.compile import load_pack
from threatmodel.content.errors import BrokenPack

SMALL = ROOT / "tests" / "content" / "pack"
ADDRESSES = {
    "sources.yaml": "https://example.org/report",
    "brokers.yaml": "https://example.org/out",
    "referrals.yaml": "https://example.org/help",
}
BAD_ADDRESSES = (
    *("javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "http://example.org/", "//example.org/"),
    *(
        "https:example.org",
        " https://example.org/",
        "https://example.org/ x",
        "ftp://example.org/",
        "file:///etc/passwd",
    ),
    *(
        'https://example.org/\\"onclick=x',
        "https://example.org/<b>",
        "https://example.org/'x",
        "https://a@example.org/",
    ),
)


def refused(pack: Path) -> list[str]:
    """The codes of the faults that keep a pack from being served."""
    with pytest.raises(BrokenPack) as broken:
        load_pack(pack)
    return [fault.code for fault in broken.value.faults]


def plant(pack: Path, file: str, old: str, new: str) -> None:
    text = (pack / file).read_text("utf-8")
    assert text.count(old) == 1
    (pack / file).write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def small(tmp_path):
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


@pytest.mark.parametrize("file", ADDRESSES)
@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_an_address_that_is_not_https_is_not_served(small, file, address):
    """P38: a link that a page will show is https and nothing else, wherever the content names one."""
    old = ADDRESSES[file]
    plant(
        small,
        file,
        old if f'"{old}"' in (small / file).read_text("utf-8") else f" {old}",
        _quoted(small, file, address),
    )

    assert "K005" in refused(small)


def _quoted(pack: Path, file: str, address: str) -> str:
    return address if f'"{ADDRESSES[file]}"' in (pack / file).read_text("utf-8") else f' "{address}"'


def test_an_instrument_has_an_https_address_or_none(small):
    """P38: the address of a law is a link too."""
    plant(
        small, "sources.yaml", "{id: a-law, title: A law}", '{id: a-law, title: A law, url: "https://example.org/law"}'
    )
    assert load_pack(small)

    plant(small, "sources.yaml", "https://example.org/law", "javascript:alert(1)")

    assert "K005" in refused(small)


@pytest.mark.parametrize(
    "character", ["\u202e", "\u202a", "\u2066", "\u2069", "\u2028", "\ufeff", "\x7f", "\x1b", "\0"]
)
def test_a_text_that_turns_writing_round_or_hides_something_is_not_served(small, character):
    """P38: what a reader of a change sees is what a person will see; letters that are not seen have no place in it."""
    escaped = f"\\U{ord(character):08x}"
    plant(small, "vectors/all.yaml", "title: Public feeds", f'title: "Public {escaped}feeds"')

    assert "K011" in refused(small)


def test_joiners_and_marks_of_direction_that_scripts_need_are_let_in(small):
    """P38: Persian and Hebrew need them, and they turn nothing round."""
    plant(small, "vectors/all.yaml", "title: Public feeds", 'title: "می\u200cروند \u200f(א)"')

    assert load_pack(small)
