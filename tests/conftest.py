"""What every test may use. Sockets are off but for this machine (see pyproject.toml)."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

keys = tempfile.mkdtemp(prefix="walk-keys-")
atexit.register(shutil.rmtree, keys, ignore_errors=True)
os.environ["THREATMODEL_KEY_DIRECTORY"] = keys
os.environ["THREATMODEL_KEYS_ON_DISK"] = "yes"  # a test's own directories need not be in memory
# Tests ask faster than anybody may; those of the limits switch them on.
os.environ["THREATMODEL_LIMITS"] = "no"
settings.register_profile("ours", deadline=None, max_examples=100)
settings.load_profile("ours")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def pack():
    """The pack this repository ships."""
    from threatmodel.walkthrough.packs import questionnaire

    return questionnaire()
