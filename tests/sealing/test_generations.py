"""The file of the clinic's keys: what opens it, and what is left of a generation that was destroyed."""

import os
import secrets

import pytest

from threatmodel.sealing.generations import (
    SLOT_BYTES,
    SLOTS,
    Generations,
    NoGenerations,
    NoSlot,
    Root,
    WrongKey,
)

KEY = bytes(range(32))
ROOT = Root(b"c" * 16, b"r" * 32)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "generations"


@pytest.fixture
def keys(path):
    return Generations.create(path, KEY, ROOT)


def test_what_was_made_is_read_again(keys, path):
    again = Generations(path, [KEY])

    assert again.root() == ROOT
    assert again.newest() == keys.newest()
    assert again.newest()[0] == 1


def test_the_file_is_for_its_owner_and_has_one_size(keys, path):
    before = path.stat()
    with keys.alone():
        keys.destroy(keys.begin())

    assert before.st_mode & 0o777 == 0o600
    assert path.stat().st_size == before.st_size == SLOTS * SLOT_BYTES
    assert path.stat().st_ino == before.st_ino


def test_it_is_never_made_over_another(keys, path):
    with pytest.raises(FileExistsError):
        Generations.create(path, KEY, ROOT)

    assert Generations(path, [KEY]).root() == ROOT


def test_a_destroyed_generation_is_gone_from_the_file_where_it_lay(keys, path):
    """P10: its slot is overwritten in place, so that no copy of it stays, and no secret is in clear."""
    before = path.read_bytes()
    secret = keys.newest()[1]
    with keys.alone():
        number = keys.begin()
        keys.destroy(1)

    after = path.read_bytes()
    assert keys.living().keys() == {number}
    slot = slice(SLOT_BYTES, 2 * SLOT_BYTES)
    assert not set(chunks(before[slot])) & set(chunks(after))
    assert secret not in before + after


def chunks(data: bytes) -> list[bytes]:
    return [data[i : i + 8] for i in range(10, len(data) - 8)]


def test_slots_run_out_with_an_error_and_not_over_others(keys):
    for _ in range(SLOTS - 2):
        keys.begin()
    with pytest.raises(NoSlot):
        keys.begin()

    assert keys.root() == ROOT
    assert 1 in keys.living()


@pytest.mark.parametrize("place", range(0, 2 * SLOT_BYTES, 7))
def test_a_changed_byte_opens_nothing(keys, path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)

    again = Generations(path, [KEY])
    with pytest.raises((WrongKey, NoGenerations)):
        again.root(), again.newest()


def test_slots_cannot_be_moved(keys, path):
    data = path.read_bytes()
    moved = data[:SLOT_BYTES] + data[2 * SLOT_BYTES : 3 * SLOT_BYTES] + data[SLOT_BYTES : 2 * SLOT_BYTES]
    path.write_bytes(moved + data[3 * SLOT_BYTES :])

    with pytest.raises(WrongKey):
        Generations(path, [KEY]).newest()


def test_another_key_a_missing_file_and_a_cut_one_are_told_apart(keys, path):
    with pytest.raises(WrongKey):
        Generations(path, [secrets.token_bytes(32)]).root()
    os.truncate(path, 100)
    with pytest.raises(NoGenerations):
        Generations(path, [KEY]).root()
    path.unlink()
    with pytest.raises(NoGenerations):
        Generations(path, [KEY]).root()


def test_the_clinics_key_can_be_changed_and_then_the_old_one_opens_nothing(keys, path):
    """P55: every slot is sealed anew in place; broken off in between, both keys together still open all."""
    new = secrets.token_bytes(32)
    half = path.read_bytes()
    keys.seal_anew(new)
    done = path.read_bytes()

    assert Generations(path, [new]).root() == ROOT
    with pytest.raises(WrongKey):
        Generations(path, [KEY]).root()

    path.write_bytes(done[:SLOT_BYTES] + half[SLOT_BYTES:])
    again = Generations(path, [KEY, new])
    assert again.newest()[0] == 1
    again.seal_anew(new)
    assert Generations(path, [new]).newest() == again.newest()
