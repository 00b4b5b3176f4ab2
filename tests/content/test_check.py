"""Every code has a broken file in bad/, named CODE--place.yaml or .po, that replaces that file of the small pack."""

from datetime import date
from pathlib import Path

import pytest

from threatmodel.content.compile import load_pack
from threatmodel.content.errors import CATALOGUE, BrokenPack
from threatmodel.content.findings import check_pack

HERE = Path(__file__).parent
NEEDS_THE_WHOLE = {
    "S001",
    "U002",
    "W003",
    "T003",
    "T004",
    "T005",
    "T006",
}  # looked for by the check only, not at every load
BAD = sorted((HERE / "bad").glob("*.*"))
DAY = date(2026, 1, 15)  # when all of the small pack is fresh


def broken(small: Path, bad: Path) -> Path:
    """Put a broken file in its place; an empty one stands for a file that is missing. Returns the place."""
    place = small.joinpath(*bad.name.split("--")[1:])
    place.parent.mkdir(exist_ok=True)
    text = bad.read_text(encoding="utf-8")
    if text:
        place.write_text(text, encoding="utf-8")
    else:
        place.unlink()
    return place


def test_the_small_pack_is_in_order(small):
    assert check_pack(small, DAY) == ()


def test_our_pack_is_in_order(settings):
    assert [str(fault) for fault in check_pack(settings.PACK, DAY) if not fault.warning] == []


def test_every_code_has_a_broken_file():
    assert {path.name.split("--")[0] for path in BAD} == set(CATALOGUE)


@pytest.mark.parametrize("bad", BAD, ids=lambda path: path.stem)
def test_a_broken_file_is_found_where_it_is_broken(small, bad):
    place = broken(small, bad)
    code = bad.name.split("--")[0]

    faults = check_pack(small, DAY)

    found = [fault for fault in faults if fault.code == code]
    assert found, [str(fault) for fault in faults]
    assert all(fault.file == f"{tuple(small.parts)[-2]}/small/{place.relative_to(small)}" for fault in found)
    assert all(fault.remedy for fault in found)
    if CATALOGUE[code].severity == "warning" or code in NEEDS_THE_WHOLE:
        assert load_pack(small)
    else:
        with pytest.raises(BrokenPack):
            load_pack(small)


@pytest.mark.parametrize(
    ("bad", "line"),
    [
        ("K003--measures--all.yaml", 7),
        ("K010--facts.yaml", 4),
        ("R002--measures--all.yaml", 3),
        ("R004--measures--all.yaml", 12),
        ("R007--sections--10-all.yaml", 17),
        ("R010--measures--all.yaml", 16),
        ("G002--measures--all.yaml", 11),
    ],
)
def test_the_line_is_that_of_the_fault(small, bad, line):
    broken(small, HERE / "bad" / bad)

    assert line in {fault.line for fault in check_pack(small, DAY) if fault.code == bad[:4]}


def test_a_misspelt_option_gets_the_nearest_known_one(small):
    broken(small, HERE / "bad" / "R002--measures--all.yaml")

    assert "Did you mean 'phone'?" in str(check_pack(small, DAY)[0])


def test_all_faults_are_told_at_once(small):
    for bad in ("R001--facts.yaml", "R005--vectors--all.yaml", "R009--measures--all.yaml"):
        broken(small, HERE / "bad" / bad)

    assert {"R001", "R005", "R009"} <= {fault.code for fault in check_pack(small, DAY)}
