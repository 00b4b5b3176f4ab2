"""The small pack, to be broken and changed."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def small(tmp_path):
    return Path(shutil.copytree(Path(__file__).parent / "pack", tmp_path / "small"))


@pytest.fixture
def one_example(small):
    """The small pack with just the example of somebody who has a case."""
    for name in ("no-case", "nothing"):
        (small / "examples" / f"{name}.yaml").unlink()
