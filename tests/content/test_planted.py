"""Mistakes planted in a copy of our own pack, one at a time: each of them must be found."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.engine.strategies import DAY
from threatmodel.content.acts import DESTROYS, acts_in
from threatmodel.content.findings import check_pack

FOLDERS = (".", "sections", "vectors", "measures", "safeguards")


@pytest.fixture
def ours(tmp_path, settings):
    return Path(shutil.copytree(settings.PACK, tmp_path / "us"))


def entry(pack: Path, id_: str) -> tuple[Path, str]:
    """The file an entry of a list stands in, and the entry as text."""
    found = [
        (path, match[0])
        for path in (path for folder in FOLDERS for path in sorted((pack / folder).glob("*.yaml")))
        if (match := re.search(rf"^- id: {re.escape(id_)}\n(?:(?!- ).*\n|\n)*", path.read_text("utf-8"), re.M))
    ]
    assert len(found) == 1, (id_, found)
    return found[0]


def plant(pack: Path, id_: str, old: str, new: str) -> None:
    """Change one place of one entry; ``old`` is a pattern."""
    path, text = entry(pack, id_)
    changed, count = re.subn(old, new, text, count=1, flags=re.M)
    assert count == 1, (id_, old)
    path.write_text(path.read_text("utf-8").replace(text, changed), "utf-8")


def codes(pack: Path) -> set[str]:
    return {fault.code for fault in check_pack(pack, DAY) if not fault.warning}


@pytest.mark.parametrize(
    ("id_", "old", "new", "code"),
    [
        pytest.param("old-accounts", "action: destroy", "action: harden", "G004", id="closing accounts as hardening"),
        pytest.param("old-accounts", "action: destroy", "action: visibility", "G004", id="closing accounts as hiding"),
        pytest.param("location-history", "action: retention", "action: harden", "G004", id="expiry as hardening"),
        pytest.param("location-history", "action: retention", "action: third-party", "G004", id="expiry as a request"),
        pytest.param("fb-lockdown", "action: visibility", "action: harden", "G005", id="hiding as hardening"),
        pytest.param("adid-off", r"^  limits: >-\n(    .*\n)+", "", "K004", id="limits taken away"),
        pytest.param("adid-off", r"does_not_reach: \[.*\]", "does_not_reach: []", "K005", id="what it does not reach"),
        pytest.param("adid-off", "reduces: {", "reduces: {admin-subpoena: low, ", "G002", id="a subpoena made smaller"),
        pytest.param("devices", "- id: iphone$", "- id: i-phone", "R002", id="an option renamed"),
        pytest.param("hold", "^  blocked: >-\n(    .*\n)+", "", "G006", id="a gate that does not say why"),
        pytest.param("admin-subpoena", "^  what: .*\n", "  what: We guarantee that they\n", "W002", id="a promise"),
    ],
)
def test_a_planted_mistake_is_found(ours, id_, old, new, code):
    plant(ours, id_, old, new)

    assert code in codes(ours)


def test_a_question_moved_before_the_one_it_depends_on_is_found(ours):
    path, text = entry(ours, "visa-public")
    before = entry(ours, "process")[1]
    whole = path.read_text("utf-8").replace(text, "")
    path.write_text(whole.replace(before, text + before), "utf-8")

    assert "R007" in codes(ours)


def test_the_right_at_the_door_without_its_limit_is_found(ours):
    path, text = entry(ours, "admin-vs-judicial-warrant-home")
    path.write_text(path.read_text("utf-8").replace(text, re.sub("may (still )?force", "do not force", text)), "utf-8")

    assert any(fault.code == "W005" and "INV-08" in fault.what for fault in check_pack(ours, DAY))


def test_a_source_that_is_gone_is_found(ours):
    path, text = entry(ours, "citizenlab-webloc-2026")
    path.write_text(path.read_text("utf-8").replace(text, ""), "utf-8")

    assert "R005" in codes(ours)


CONTRADICTIONS = {
    "You can leave that account off the form.": "INV-04",
    "Rename the account so that it need not be listed.": "INV-04",
    "Use a false name for the power bill.": "INV-05",
    "You can stop filing your taxes for now.": "INV-07",
    "Leave Medicaid until this is over.": "INV-07",
    "They need a warrant for your data.": "INV-09",
    "With a VPN nobody can find you.": "INV-10",
    "You have ten days to object.": "INV-15",
}
WARNINGS_AGAINST_THEM = (
    "Do not leave an account off a form.",
    "Never use a false name or another person's number.",
    "Do not stop filing taxes.",
    "A VPN does not make you someone nobody can find.",
    "Officers used a false name in some chats.",
)


def test_each_contradiction_is_named_by_its_rule(ours):
    plant(ours, "adid-off", r"^  limits: >-\n", "".join(f"{line}\n" for line in ["  limits: >-", *_in(CONTRADICTIONS)]))

    found = [fault.what[:6] for fault in check_pack(ours, DAY) if fault.code == "W005"]

    assert sorted(found) == sorted(CONTRADICTIONS.values())


def test_a_warning_against_a_mistake_is_not_one(ours):
    texts = _in(WARNINGS_AGAINST_THEM)
    plant(ours, "adid-off", r"^  limits: >-\n", "".join(f"{line}\n" for line in ["  limits: >-", *texts]))

    assert codes(ours) == set()


def test_an_act_that_is_denied_or_asked_of_a_company_is_none(ours):
    steps = ("Do not delete your posts.", "Never wipe the phone.", "Turn this on rather than delete it.")
    plant(
        ours,
        "wa-lockdown",
        r"^    all: \|\n",
        "".join(f"{line}\n" for line in ["    all: |", *_in(steps, "      1. ")]),
    )

    assert codes(ours) == set()


@pytest.mark.parametrize(
    "step",
    [
        "Close your old account.",
        "Erase all messages.",
        "Turn on disappearing messages.",
        "If you do not need it, delete it.",
        "Remove all your photos.",
        "Empty the trash.",
        "Turn location history off.",
        "Do a factory reset.",
    ],
)
def test_an_act_that_lets_go_is_seen(step):
    assert list(acts_in(f"1. {step}", DESTROYS, []))


def _in(texts: Iterable[str], before: str = "    ") -> list[str]:
    return [before + text for text in texts]
