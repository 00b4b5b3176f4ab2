"""What must be gone in time goes also on a server that nobody visits any more."""

import time

import pytest

from tests.promises.server import shipped
from threatmodel.meter import HEAD, MINUTE, WALKING, Meter
from threatmodel.sealing.key_file import RECORD_BYTES, FileRing
from threatmodel.sealing.keyring import DESTROY_AFTER, NEW_KEY_EVERY
from threatmodel.sweep import begin, sweep

T = 1_800_000_000  # on the hour


@pytest.fixture
def directory(tmp_path, settings, monkeypatch):
    """The keys and the counts of this test alone."""
    directory = tmp_path / "keys"
    ring = FileRing(directory, on_disk=True)
    settings.KEY_DIRECTORY, settings.CLINIC = str(directory), None
    monkeypatch.setattr("threatmodel.sweep.key_ring", lambda: ring)
    return directory


def test_a_key_past_its_time_is_destroyed_although_nobody_comes(directory):
    """P7: the file holds the key until then, and no byte of it afterwards."""
    now = int(time.time())
    key = FileRing(directory, on_disk=True).current(now)

    sweep(key.born + DESTROY_AFTER - 1)
    assert key.secret in (directory / "walk-keys").read_bytes()

    sweep(key.born + DESTROY_AFTER)
    assert key.secret not in (directory / "walk-keys").read_bytes()


def test_when_keys_were_made_tells_of_no_visitor(directory):
    """P4: a day with somebody in every odd minute looks like one without anybody."""
    hours = range(T, T + 8 * NEW_KEY_EVERY, NEW_KEY_EVERY)
    for hour in hours:
        for visited in (hour + 7, hour + 1234):
            sweep(visited - 5)
            FileRing(directory, on_disk=True).current(visited)

    assert FileRing(directory, on_disk=True).births(T + 8 * NEW_KEY_EVERY - 1) == list(hours)
    raw = (directory / "walk-keys").read_bytes()
    since_start = [int.from_bytes(raw[at + 12 : at + 20], "big") for at in range(0, len(raw), RECORD_BYTES)]
    assert len({(born - start) % NEW_KEY_EVERY for born, start in zip(hours, since_start, strict=True)}) <= 2


def test_a_key_is_made_by_the_clock_and_not_by_whoever_comes(directory):
    """P4"""
    sweep(T + 100)
    sweep(T + NEW_KEY_EVERY)

    assert FileRing(directory, on_disk=True).births(T + NEW_KEY_EVERY) == [T, T + NEW_KEY_EVERY]


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
    old = FileRing(keys, on_disk=True).current(int(time.time()) - DESTROY_AFTER)
    Meter(keys).take(WALKING, "", int(time.time()) - 5 * MINUTE)
    assert (keys / "walk-keys").stat().st_size
    assert (keys / "limits").stat().st_size

    with shipped(tmp_path):
        pass

    assert old.secret not in (keys / "walk-keys").read_bytes()
    assert not (keys / "limits").stat().st_size
