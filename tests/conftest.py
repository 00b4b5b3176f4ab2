"""What every test may use. Sockets are off but for this machine (see pyproject.toml)."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from django.conf import settings as site
from hypothesis import settings

keys = tempfile.mkdtemp(prefix="walk-keys-")
atexit.register(shutil.rmtree, keys, ignore_errors=True)
# A test's own directories need not be in memory. Tests ask faster than anybody may; those of the limits switch them on.
# Servers that tests start read this from the environment; the settings of this process were read before it was set.
surroundings = {"KEY_DIRECTORY": keys, "KEYS_ON_DISK": "yes", "LIMITS": "no"}
os.environ |= {f"THREATMODEL_{name}": value for name, value in surroundings.items()}
site.KEY_DIRECTORY, site.KEYS_ON_DISK, site.LIMITS = keys, True, False
settings.register_profile("ours", deadline=None, max_examples=100)
settings.load_profile("ours")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def pack():
    """The pack this repository ships."""
    from threatmodel.walkthrough.packs import questionnaire

    return questionnaire()
