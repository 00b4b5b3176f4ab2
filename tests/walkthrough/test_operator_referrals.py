"""An operator's own list of who can help, in the place of the pack's."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.engine.strategies import DAY
from threatmodel.content.compile import load_pack
from threatmodel.content.findings import check_pack

OURS = ROOT / "questions" / "us" / "referrals.yaml"


def start(referrals):
    return subprocess.run(
        [sys.executable, "-c", "import threatmodel.wsgi"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"THREATMODEL_REFERRALS": str(referrals)},
        check=False,
    )


@pytest.fixture
def local(tmp_path):
    path = tmp_path / "local.yaml"
    shutil.copy(OURS, path)
    return path


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_it_stands_in_the_place_of_the_packs_own(local, settings):
    change(local, "id: eff-intake", "id: clinic-around-the-corner")

    ids = [one.id for one in load_pack(settings.PACK, local).referrals]

    assert "clinic-around-the-corner" in ids
    assert "eff-intake" not in ids
    assert [fault for fault in check_pack(settings.PACK, DAY, local) if not fault.warning] == []
    assert start(local).returncode == 0


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("  phone_checked_on: 2026-11-23\n", "", "K005"),
        ("kind: digital-rights", "kind: free-speech", "R015"),
        ("states: [PA]", "states: [XX]", "R002"),
        ("{fact: speaks-out}", "{fact: speaks-up}", "R003"),
    ],
)
def test_a_bad_one_stops_the_start_with_code_file_and_line(local, old, new, code):
    change(local, old, new)

    result = start(local)

    assert result.returncode == 1
    assert code in result.stderr
    if code != "R015":  # told where the notice sends people, which is in the pack
        line = next(line for line in result.stderr.splitlines() if code in line)
        assert line.startswith(f"{local}:")
        assert line.removeprefix(f"{local}:").split(":")[0].isdigit()
    assert "Traceback" not in result.stderr


def test_one_that_is_not_there_stops_the_start(tmp_path):
    result = start(tmp_path / "gone.yaml")

    assert result.returncode == 1
    assert "K009" in result.stderr
