"""What we are made of: each package pinned with its hashes, listed by a command, and looked up for known weaknesses."""

import importlib.util
import json
import re
import subprocess

import pytest

from tests.conftest import ROOT

PINNED = re.compile(
    r"([a-z0-9-]+)==(\S+)(?: ;[^\\]*)? \\\n((?:\s+--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def lock(name: str) -> dict[str, tuple[str, int]]:
    """Each package of a lock, with its version and how many hashes it has."""
    text = (ROOT / name).read_text()
    return {package: (version, hashes.count("sha256")) for package, version, hashes in PINNED.findall(text)}


@pytest.fixture(scope="module")
def weaknesses():
    spec = importlib.util.spec_from_file_location("weaknesses", ROOT / "script" / "weaknesses.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_and_has_hashes(name):
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and line[0] not in " #"]

    assert {line.partition("==")[0] for line in lines} == set(lock(name))
    assert all(count > 0 for _, count in lock(name).values())
    assert "--index-url" not in (ROOT / name).read_text()


def test_what_a_server_runs_is_looked_up_with_the_rest():
    assert lock("requirements.txt").items() <= lock("requirements-dev.txt").items()


def test_the_bill_of_materials_names_every_package_of_the_lock_with_its_hashes(tmp_path):
    bill = tmp_path / "sbom.json"
    subprocess.run([ROOT / "script" / "sbom", bill], check=True, capture_output=True)  # noqa: S603

    content = json.loads(bill.read_text())

    listed = {
        one["name"]: (one["version"], sum(len(way["hashes"]) for way in one["externalReferences"] if "hashes" in way))
        for one in content["components"]
    }
    assert listed == lock("requirements.txt")
    assert content["metadata"]["component"]["name"] == "threatmodel"


def found(**dependency: object) -> str:
    return json.dumps({"dependencies": [{"name": "django", "version": "6.1"} | dependency, KNOWN], "fixes": []})


KNOWN = {"name": "segno", "version": "1.6.6", "vulns": []}
WEAK = [{"id": "PYSEC-1", "fix_versions": ["6.1.1"], "aliases": [], "description": ""}]


def test_a_known_weakness_fails_the_audit_and_is_named(weaknesses):
    lines, weak = weaknesses.said(found(vulns=WEAK))

    assert weak
    assert "django 6.1: PYSEC-1, mended in 6.1.1" in lines


def test_what_nobody_was_asked_about_does_not_count_as_fine(weaknesses):
    lines, weak = weaknesses.said(found(skip_reason="not found"))

    assert not weak
    assert lines == ["1 of 2 dependencies were looked up, 0 with a known weakness."]


@pytest.mark.parametrize(
    "nothing", ["", "a sentence", "[]", json.dumps({"dependencies": [{"name": "django", "skip_reason": "not found"}]})]
)
def test_an_audit_without_data_says_that_it_is_skipped(weaknesses, nothing):
    [line], weak = weaknesses.said(nothing)

    assert not weak
    assert "skipped" in line
