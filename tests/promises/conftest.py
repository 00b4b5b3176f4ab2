"""Servers that several promises are tested on, each for one module."""

import pytest

from tests.promises.server import shipped
from tests.promises.stage import elsewhere, site


@pytest.fixture(scope="module")
def neutral():
    """The address of another site, which leaving leads to."""
    with elsewhere() as address:
        yield address


@pytest.fixture(scope="module")
def ours(tmp_path_factory, neutral):
    """A server of ours that leads there."""
    with site(tmp_path_factory.mktemp("keys"), neutral) as one:
        yield one


@pytest.fixture(scope="module")
def clear(tmp_path_factory):
    """The server as it ships, over plain http on this machine."""
    with shipped(tmp_path_factory.mktemp("clear")) as server:
        yield server
