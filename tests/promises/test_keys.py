"""Old keys are gone, and with them every old walk, whoever holds the server and a copy of the cookie."""

import multiprocessing
import os
import secrets
import shutil
import stat
import time
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from threatmodel.sealing.envelope import HEAD_BYTES, ID_BYTES, PURPOSE, NotOpened, seal, unseal
from threatmodel.sealing.key_file import FileRing
from threatmodel.sealing.keyring import DESTROY_AFTER, GREATEST_WALK_AGE, NEW_KEY_EVERY, RingUnfit

T = 1_800_000_000
DAY = 24 * 60 * 60
ANSWERS = b"what somebody answered"


def whole_state(directory: Path) -> bytes:
    """All that the server's machine holds: each file with the keys, and the environment of the process."""
    files = b"\0".join(file.read_bytes() for file in sorted(directory.rglob("*")) if file.is_file())
    return files + b"\0" + b"\0".join(name + b"=" + value for name, value in os.environb.items())


def opens_with_some_part_of(state: bytes, cookie: str) -> bool:
    """Whether any 32 bytes in a row are the key."""
    raw = urlsafe_b64decode(cookie)
    for start in range(len(state) - 31):
        try:
            AESGCMSIV(state[start : start + 32]).decrypt(
                raw[1 + ID_BYTES : HEAD_BYTES], raw[HEAD_BYTES:], PURPOSE + raw[: 1 + ID_BYTES]
            )
        except InvalidTag:
            continue
        return True
    return False


def test_a_captured_cookie_and_the_whole_server_a_day_later_open_nothing(tmp_path):
    """P7: the search would find the key while it lives; a day later it is in no byte of what there is."""
    keys = tmp_path / "keys"
    ring = FileRing(keys, on_disk=True)
    cookie = seal(ANSWERS, ring, T)
    assert opens_with_some_part_of(whole_state(keys), cookie)

    for hour in range(1, 25):
        seal(b"somebody else", ring, T + hour * 3600)

    assert not opens_with_some_part_of(whole_state(keys), cookie)
    taken = tmp_path / "taken"
    shutil.copytree(keys, taken)
    for clock in (T, T + 60, T + DAY):
        with pytest.raises(NotOpened):
            unseal(cookie, FileRing(taken, on_disk=True), clock)


def test_a_key_goes_an_hour_after_the_greatest_age_of_a_walk(tmp_path):
    """P7: also when nobody came by in the meantime and the first look is only for another key."""
    ring = FileRing(tmp_path / "keys", on_disk=True)
    cookie = seal(ANSWERS, ring, T)

    assert DESTROY_AFTER == GREATEST_WALK_AGE + NEW_KEY_EVERY <= DAY
    assert unseal(cookie, ring, T + DESTROY_AFTER - 1) == ANSWERS
    ring.births(T + DESTROY_AFTER)
    assert not opens_with_some_part_of(whole_state(tmp_path / "keys"), cookie)


def work(directory: Path, at: int, cookie: str) -> tuple[str, bool]:
    """One worker: seals a text at a time, and says whether it can open a cookie then."""
    ring = FileRing(directory, on_disk=True)
    mine = seal(ANSWERS, ring, at)
    try:
        return mine, unseal(cookie, ring, at) == ANSWERS if cookie else True
    except NotOpened:
        return mine, False


def test_no_worker_keeps_a_key_that_another_has_destroyed(tmp_path):
    """P7: workers in processes of their own open each other's cookies, and all of them cease to at once."""
    keys = tmp_path / "keys"
    FileRing(keys, on_disk=True)
    with multiprocessing.get_context("spawn").Pool(3) as workers:
        cookies = [cookie for cookie, _ in workers.starmap(work, [(keys, T + i, "") for i in range(6)])]
        assert all(opened for _, opened in workers.starmap(work, [(keys, T + 60, cookie) for cookie in cookies]))

        workers.apply(work, (keys, T + DESTROY_AFTER + 60, ""))

        later = workers.starmap(work, [(keys, T + 60, cookie) for cookie in cookies])
    assert not any(opened for _, opened in later)
    assert not any(opens_with_some_part_of(whole_state(keys), cookie) for cookie in cookies)


def test_a_clock_set_back_does_not_make_a_key_live_longer(tmp_path, monkeypatch):
    """P7: a key's age is also taken by the clock that runs from the machine's start, which nobody sets."""
    ring = FileRing(tmp_path / "keys", on_disk=True)
    cookie = seal(ANSWERS, ring, T)
    started = time.clock_gettime(time.CLOCK_BOOTTIME)

    monkeypatch.setattr(time, "clock_gettime", lambda clock: started + DESTROY_AFTER + 1)

    with pytest.raises(NotOpened):
        unseal(cookie, ring, T + 60)
    assert not opens_with_some_part_of(whole_state(tmp_path / "keys"), cookie)


def test_keys_are_refused_a_place_on_a_disk_unless_the_operator_takes_that_risk():
    """P7: the check reads what the directory lies on; a directory in memory passes it."""
    name = f"keys-{secrets.token_hex(4)}"
    on_disk, in_memory = Path("/var/tmp") / name, Path("/dev/shm") / name  # noqa: S108
    try:
        with pytest.raises(RingUnfit, match="THREATMODEL_KEYS_ON_DISK"):
            FileRing(on_disk)
        assert FileRing(on_disk, on_disk=True).current(T)
        assert FileRing(in_memory).current(T)
    finally:
        shutil.rmtree(on_disk, ignore_errors=True)
        shutil.rmtree(in_memory, ignore_errors=True)


@pytest.mark.parametrize("mode", [0o755, 0o701, 0o770])
def test_keys_are_refused_a_directory_that_others_can_open(tmp_path, mode):
    """P7"""
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys").chmod(mode)

    with pytest.raises(RingUnfit):
        FileRing(tmp_path / "keys", on_disk=True)


def test_keys_are_refused_a_file_that_others_can_read_or_that_leads_elsewhere(tmp_path):
    """P7"""
    keys = tmp_path / "keys"
    FileRing(keys, on_disk=True).current(T)
    assert stat.S_IMODE((keys / "walk-keys").stat().st_mode) == 0o600
    (keys / "walk-keys").chmod(0o644)

    with pytest.raises(RingUnfit):
        FileRing(keys, on_disk=True)

    (tmp_path / "else").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "else")
    with pytest.raises(RingUnfit):
        FileRing(tmp_path / "link", on_disk=True)
