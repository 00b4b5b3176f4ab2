"""What people get while the place of the walks' keys is full, or its file is cut, spoiled or gone, and afterwards."""

import os
import secrets
import subprocess
from pathlib import Path

import pytest

from tests.promises.person import Person
from tests.promises.server import shipped

WITHOUT_A_WALK = ("/", "/notice/", "/safety/", "/about/", "/letters/", "/samples/", "/open/")


@pytest.fixture
def small(tmp_path):
    """A file system in memory with room for a few pages, as the keys' place."""
    place = tmp_path / "small"
    place.mkdir(mode=0o700)
    done = subprocess.run(  # noqa: S603
        ["mount", "-t", "tmpfs", "-o", "size=16k,mode=700", "walk-keys", place],  # noqa: S607
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("only root may mount a small file system")
    yield place
    subprocess.run(["umount", "-l", place], check=True)  # noqa: S603, S607


def fill(place: Path) -> Path:
    """Use up whatever room there is."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 512):
                pass
        except OSError:
            return ballast
    raise AssertionError("the place is not full")


def begins(port: int) -> tuple[int, bytes]:
    person = Person(port)
    person.ask("GET", "/")
    answer = person.send("/walk/", ("depth", "quick"))
    return answer.status, answer.body


def test_full_memory_for_keys_costs_new_walks_and_nothing_else_until_there_is_room(small, tmp_path):
    """P53: beginning is a 503 in plain words, pages without a walk go on, and with room so does the same server."""
    with shipped(tmp_path, THREATMODEL_KEY_DIRECTORY=str(small), THREATMODEL_KEYS_ON_DISK="no") as server:
        for old in small.iterdir():
            os.truncate(old, 0)
        ballast = fill(small)
        status, body = begins(server.port)
        meanwhile = {path: Person(server.port).ask("GET", path).status for path in WITHOUT_A_WALK}
        ballast.unlink()
        after, _ = begins(server.port)

        assert status == 503
        assert b"<h1" in body
        assert meanwhile == dict.fromkeys(WITHOUT_A_WALK, 200)
        assert after == 302
        assert server.process.poll() is None
    assert "Traceback" not in server.printed.read_text()


def cut(keys: Path) -> None:
    os.truncate(keys, 20)


def empty(keys: Path) -> None:
    os.truncate(keys, 0)


def spoil(keys: Path) -> None:
    keys.write_bytes(secrets.token_bytes(keys.stat().st_size * 3 + 7))


def remove(keys: Path) -> None:
    keys.unlink()


def make_a_directory(keys: Path) -> None:
    """What cannot be opened as a file, whoever the server runs as."""
    keys.unlink()
    keys.mkdir()


def make_a_link(keys: Path) -> None:
    keys.rename(keys.with_name("moved"))
    keys.symlink_to("moved")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with shipped(tmp_path_factory.mktemp("failing")) as one:
        yield one


@pytest.mark.parametrize(
    ("harm", "status"),
    [(cut, 409), (empty, 409), (spoil, 409), (remove, 409), (make_a_directory, 503), (make_a_link, 503)],
)
def test_keys_that_are_spoiled_end_walks_and_never_the_server(server, harm, status):
    """P53: a walk has ended or must wait, in plain words; with a file that can be had, the same server goes on."""
    keys = server.printed.parent / "keys" / "walk-keys"
    person = Person(server.port).begin()
    sealed = person.cookies["walk"]

    harm(keys)
    answers = [person.ask("GET", "/plan/")]
    person.cookies["walk"] = sealed
    answers.append(person.give(1, "who", ("me",)))
    begun, _ = begins(server.port)
    others = {path: Person(server.port).ask("GET", path).status for path in WITHOUT_A_WALK}

    assert [answer.status for answer in answers] == [status, status]
    assert all(b"<h1" in answer.body for answer in answers)
    assert begun == (302 if status == 409 else 503)
    assert others == dict.fromkeys(WITHOUT_A_WALK, 200)
    if keys.is_dir():
        keys.rmdir()
    elif keys.is_symlink():
        keys.unlink()
    assert begins(server.port)[0] == 302
    assert "Traceback" not in server.printed.read_text()
