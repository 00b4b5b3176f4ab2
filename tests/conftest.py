"""What every test may use. Sockets are off but for this machine (see pyproject.toml)."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("ours", deadline=None, max_examples=100)
settings.load_profile("ours")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def pack():
    """The pack this repository ships."""
    from threatmodel.documents.packs import questionnaire

    return questionnaire()
