"""The small pack, to be broken and changed."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def small(tmp_path):
    return Path(shutil.copytree(Path(__file__).parent / "pack", tmp_path / "small"))
