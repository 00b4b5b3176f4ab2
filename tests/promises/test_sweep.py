"""What must be gone in time goes also on a server that nobody visits any more."""

import time

import pytest

from tests.promises.server import shipped
from threatmodel.limits import HEAD, MINUTE, WALKING, Meter
from threatmodel.sealing.key_file import FileRing
from threatmodel.sealing.keyring import DESTROY_AFTER
from threatmodel.sweep import begin, sweep


@pytest.fixture
def directory(tmp_path, settings, monkeypatch):
    """The keys and the counts of this test alone."""
    directory = tmp_path / "keys"
    ring = FileRing(directory, on_disk=True)
    settings.KEY_DIRECTORY = str(directory)
    monkeypatch.setattr("threatmodel.sweep.key_ring", lambda: ring)
    return directory


def test_a_key_past_its_time_is_destroyed_although_nobody_comes(directory):
    """P7: the file holds the key until then, and no byte of it afterwards."""
    now = int(time.time())
    key = FileRing(directory, on_disk=True).current(now)

    sweep(now + DESTROY_AFTER - 1)
    assert key.secret in (directory / "walk-keys").read_bytes()

    sweep(now + DESTROY_AFTER)
    assert (directory / "walk-keys").read_bytes() == b""


def test_counts_and_their_key_are_gone_when_their_minute_is_over_although_nobody_comes(directory):
    """P4: with the key one could try which address would have raised a count."""
    now = int(time.time())
    Meter(directory).take(WALKING, "203.0.113.9", now)

    sweep(now)
    assert sum((directory / "limits").read_bytes()[HEAD.size :]) == 1

    sweep(now + MINUTE)
    assert (directory / "limits").read_bytes() == b""
    assert Meter(directory).take(WALKING, "203.0.113.9", now + MINUTE)


def test_it_goes_on_for_as_long_as_the_process_lives(directory):
    """P7: also after a round in which the place could not be written to."""
    (directory / "limits").mkdir()
    enough = begin(every=0.01)
    try:
        time.sleep(0.1)
        (directory / "limits").rmdir()
        Meter(directory).take(WALKING, "", int(time.time()) - 5 * MINUTE)

        for _ in range(200):
            if not (directory / "limits").stat().st_size:
                break
            time.sleep(0.05)
        assert not (directory / "limits").stat().st_size
    finally:
        enough.set()


def test_a_server_sweeps_when_it_starts(tmp_path):
    """P7: what an earlier run left behind goes before the first request."""
    keys = tmp_path / "keys"
    FileRing(keys, on_disk=True).current(int(time.time()) - DESTROY_AFTER)
    Meter(keys).take(WALKING, "", int(time.time()) - 5 * MINUTE)
    assert (keys / "walk-keys").stat().st_size
    assert (keys / "limits").stat().st_size

    with shipped(tmp_path):
        pass

    assert not (keys / "walk-keys").stat().st_size
    assert not (keys / "limits").stat().st_size
