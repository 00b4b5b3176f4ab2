import stat

import pytest

from threatmodel.sealing.key_file import FileRing
from threatmodel.sealing.keyring import DESTROY_AFTER, GREATEST_WALK_AGE, NEW_KEY_EVERY

NOW = 1_800_000_000


@pytest.fixture
def ring(tmp_path):
    return FileRing(tmp_path / "keys", on_disk=True)


def test_a_key_serves_for_an_hour_and_then_a_new_one(ring):
    first = ring.current(NOW)

    assert ring.current(NOW + NEW_KEY_EVERY - 1) == first
    assert ring.current(NOW + NEW_KEY_EVERY) != first


def test_a_key_lives_as_long_as_any_walk_it_sealed_and_no_longer(ring):
    key = ring.current(NOW)

    assert ring.find(key.id, NOW + NEW_KEY_EVERY + GREATEST_WALK_AGE - 1) == key
    assert ring.find(key.id, NOW + DESTROY_AFTER) is None


def test_a_destroyed_key_is_nowhere_in_the_file(ring, tmp_path):
    key = ring.current(NOW)
    ring.current(NOW + DESTROY_AFTER)

    assert key.secret not in (tmp_path / "keys" / "walk-keys").read_bytes()


def test_a_lookup_alone_destroys_what_is_past_its_time(ring, tmp_path):
    key = ring.current(NOW)
    ring.find(b"none", NOW + DESTROY_AFTER)

    assert (tmp_path / "keys" / "walk-keys").read_bytes() == b""
    assert ring.find(key.id, NOW) is None


def test_a_key_from_the_future_is_not_used_after_the_clock_was_set_back(ring):
    key = ring.current(NOW)

    assert ring.current(NOW - 2 * 60 * 60) != key


def test_two_workers_share_the_keys(ring, tmp_path):
    other = FileRing(tmp_path / "keys", on_disk=True)

    assert other.current(NOW) == ring.current(NOW)


def test_only_the_owner_can_read_the_keys(ring, tmp_path):
    ring.current(NOW)

    assert stat.S_IMODE((tmp_path / "keys" / "walk-keys").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_a_file_cut_short_is_read_as_far_as_it_is_whole(ring, tmp_path):
    key = ring.current(NOW)
    path = tmp_path / "keys" / "walk-keys"
    path.write_bytes(path.read_bytes() + b"half a record")

    assert ring.find(key.id, NOW) == key
