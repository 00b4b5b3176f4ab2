"""Whose plans change between two versions of a pack."""

import os
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from threatmodel.content.check import faults_of
from threatmodel.content.difference import changes
from threatmodel.content.errors import BrokenPack
from threatmodel.content.history import NoSuchRevision, pack_at
from threatmodel.content.pack import read_pack

DAY = date(2026, 1, 15)
NOBODY = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

pytestmark = pytest.mark.usefixtures("one_example")


def git(directory, *arguments):
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=directory, env=os.environ | NOBODY, check=True, capture_output=True)  # noqa: S603, S607


@pytest.fixture
def before(small, tmp_path):
    return Path(shutil.copytree(small, tmp_path / "before" / "small"))


def change(directory, file, old, new):
    path = directory / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def told(before, now):
    return {change.example: change for change in changes(before, now, DAY)}


def test_a_version_does_not_differ_from_itself(small, before):
    found = told(before, small)

    assert list(found) == ["a-case"]
    assert (found["a-case"].differs, found["a-case"].unknown) == ((), ())


def test_a_change_of_words_changes_no_plan(small, before):
    change(small, "measures/all.yaml", "title: Close your feeds", "title: Shut your feeds")

    assert told(before, small)["a-case"].differs == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "differs"),
    [
        ("gates.yaml", 'when: {case: "yes"}', 'when: {case: "no"}', ["gate hold", "close-feeds moved"]),
        ("measures/all.yaml", "if: {fact: has-thing}", "if: {things: computer}", ["close-feeds removed"]),
        ("measures/all.yaml", "action: visibility", "action: harden", ["close-feeds moved from ask first to today"]),
        (
            "safeguards/all.yaml",
            "control: process",
            'control: process\n  if: {case: "no"}',
            ["a-judge-decides removed"],
        ),
        ("vectors/all.yaml", "{things: phone}", "{things: computer}", ["vector feeds moved from high"]),
    ],
)
def test_what_a_change_of_a_rule_does_is_named_with_its_title(small, before, file, old, new, differs):
    change(small, file, old, new)

    found = told(before, small)["a-case"].differs

    assert all(any(words in line for line in found) for words in differs)
    assert all(": " in line for line in found)


def test_the_other_way_round_what_went_comes(small, before):
    change(before, "measures/all.yaml", "if: {fact: has-thing}", "if: {things: computer}")

    assert told(before, small)["a-case"].differs == ("measure close-feeds added to ask first: Close your feeds",)


def test_answers_that_a_version_does_not_know_are_listed(small, before):
    shutil.copy(small / "examples" / "a-case.yaml", small / "examples" / "new.yaml")
    change(small, "sections/10-all.yaml", "id: computer,", "id: laptop,")
    change(small, "examples/new.yaml", "things: [phone]", "things: [phone, laptop]")

    found = told(before, small)

    assert list(found) == ["a-case", "new"]
    assert found["a-case"].unknown == ()
    assert len(found["new"].unknown) == 1
    assert "things" in found["new"].unknown[0]
    assert "laptop" in found["new"].unknown[0]


def test_an_example_that_is_gone_is_compared_too(small, before):
    (small / "examples" / "a-case.yaml").unlink()

    assert list(told(before, small)) == ["a-case"]


def test_a_version_with_faults_cannot_be_compared(small, before):
    (before / "facts.yaml").unlink()

    with pytest.raises(BrokenPack):
        told(before, small)


def test_the_pack_of_a_revision_is_read_out_and_gone_again(small):
    git(small.parent, "init", "-q")
    git(small.parent, "add", "small")
    git(small.parent, "commit", "-qm", "Start")
    kept = (small / "facts.yaml").read_text(encoding="utf-8")
    (small / "facts.yaml").unlink()

    with pack_at(small, "HEAD") as old:
        assert (old / "facts.yaml").read_text(encoding="utf-8") == kept
        assert old.name == "small"
    assert not old.exists()


@pytest.mark.parametrize("revision", ["nothing-like-it", "--all", "HEAD:facts.yaml", ""])
def test_an_unknown_revision_is_told(small, revision):
    git(small.parent, "init", "-q")
    git(small.parent, "add", "small")
    git(small.parent, "commit", "-qm", "Start")

    with pytest.raises(NoSuchRevision), pack_at(small, revision):
        pass


def test_a_revision_without_the_pack_is_told(small):
    git(small.parent, "init", "-q")
    git(small.parent, "commit", "-qm", "Nothing yet", "--allow-empty")

    with pytest.raises(NoSuchRevision), pack_at(small, "HEAD"):
        pass


def test_an_older_version_need_not_follow_rules_for_texts_that_are_younger(small, before):
    path = before / "measures" / "all.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("action: visibility", "action: third-party"), "utf-8")

    assert {fault.code for fault in faults_of(read_pack(before))} == {"G007"}
    assert [change.example for change in changes(before, small, DAY)] == ["a-case"]
    with pytest.raises(BrokenPack):
        list(changes(small, before, DAY))
