"""Every file that the shipped server opens to write, and every place it writes or connects to, as the kernel saw it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.promises.person import Person
from tests.promises.server import shipped
from threatmodel.documents.packs import sample_plans

WRITES = ("write", "writev", "pwrite64", "pwritev", "pwritev2", "sendfile", "splice", "copy_file_range", "ftruncate")
MAKES = ("creat", "mkdir", "mkdirat", "mknod", "mknodat", "link", "linkat", "symlink", "symlinkat", "rename")
MAKES += ("renameat", "renameat2", "truncate", "memfd_create")
OPENS = ("open", "openat", "openat2")
TRACED = (*WRITES, *MAKES, *OPENS, "connect", "sendto", "sendmsg", "mmap")
STRACE = ("strace", "-f", "--seccomp-bpf", "-y", "-qq", "-ttt", "-s", "0", "-e", f"trace={','.join(TRACED)}", "-o")
CALL = re.compile(r"^(?:\d+ +)?(\d+\.\d+) (\w+)\((.*)$")
CAME_TO_NOTHING = re.compile(r" = -1 E(EXIST|NOENT) \(.*\)$")
TO_WRITE = re.compile(r"O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)")
LINE = re.compile(r"^\d+<(?:socket|TCP|UNIX|pipe|anon_inode|/dev/null)\b")
HERE = re.compile(r'inet_addr\("127\.|AF_UNIX')


def traces() -> bool:
    """Whether this machine has strace and lets it trace."""
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-f", "--seccomp-bpf", "true"], capture_output=True).returncode == 0  # noqa: S607


pytestmark = pytest.mark.skipif(not traces(), reason="strace is not here, or may not trace")


def marks_left(trace: Path, since: float) -> Iterator[tuple[str, str]]:
    """Each call by which something could stay behind or go elsewhere: its name, and what it was asked for."""
    for line in trace.read_text(errors="replace").splitlines():
        found = CALL.match(line)
        if (
            found
            and float(found[1]) >= since
            and not CAME_TO_NOTHING.search(line)
            and leaves_a_mark(found[2], found[3])
        ):
            yield found[2], found[3]


def leaves_a_mark(name: str, asked: str) -> bool:
    if name in OPENS:
        return TO_WRITE.search(asked) is not None and '"/dev/null"' not in asked
    if name == "connect" or (name in ("sendto", "sendmsg") and "sa_family" in asked):
        return not HERE.search(asked)
    if name == "mmap":
        return "MAP_SHARED" in asked and "PROT_WRITE" in asked and "MAP_ANON" not in asked
    if name in WRITES:
        return not LINE.match(asked)
    return name in MAKES


def whole_walk(port: int) -> None:
    """A walk with everything that could write: a plan, files, a sealed plan made and opened, and a PDF."""
    person = Person(port, "canary").begin().walk(next(iter(sample_plans().values())).answers)
    for page in ("/plan/", "/plan.json", "/plan.csv", "/plan.ics", "/plan/what-if/1/", "/nothing/", "/notice/"):
        person.ask("GET", page)
    passphrase = "a passphrase of somebody"
    kept = person.send("/keep/", ("passphrase", passphrase), ("again", passphrase))
    assert person.upload("/open/", kept.body, passphrase=passphrase).status == 302
    assert person.upload("/open/", b"x" * 60_000, passphrase=passphrase).status == 422
    assert person.upload("/open/", b"x" * 70_000, passphrase=passphrase).status == 413
    assert any(
        person.ask("GET", "/plan.pdf").body.startswith(b"%PDF") for _ in range(5)
    )  # a traced one may be too slow
    assert person.ask("GET", "/leave/").status == 303


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """The trace of the shipped server, when its walk began, its directory, and the one for temporary files."""
    directory = tmp_path_factory.mktemp("traced")
    trace = directory / "trace"
    places = {name: str(tmp_path_factory.mktemp(name.lower())) for name in ("HOME", "TMPDIR")}
    with shipped(directory, before=(*STRACE, str(trace)), **places) as server:
        began = time.time()
        whole_walk(server.port)
        # Killed, since a process that is traced may miss being asked to end. When all are gone, strace ends too.
        for pid in server.workers()[1:]:
            os.kill(pid, signal.SIGKILL)
        server.process.wait(timeout=60)
    return trace, began, directory, Path(places["TMPDIR"])


def test_a_walk_writes_to_its_lines_the_keys_and_the_counts_and_nothing_else(traced):
    """P2: no other file is opened for writing, made, named or mapped, whatever is sent in, and while a PDF is made."""
    trace, began, directory, _ = traced
    # Beside our own files, only locks without content; the directory itself is asked for again, and is there already.
    ours = re.compile(rf"{directory}/(?:keys(?:/(?:walk-keys|limits))?|printed)(?![\w/])|/dev/shm/sem\.")

    left = [(name, asked) for name, asked in marks_left(trace, began)]

    assert [one for one in left if not ours.search(one[1])] == []
    assert {name for name, asked in left if "keys/limits" in asked} >= {"openat", "pwrite64"}


def test_what_is_sent_in_goes_to_no_temporary_file(traced):
    """P5: a body just below the limit is read in memory, and a larger one not at all; no program makes its own."""
    trace, _, _, temporary = traced

    assert list(temporary.iterdir()) == []
    assert str(temporary) not in trace.read_text()
    assert "O_TMPFILE" not in trace.read_text()


def test_the_server_connects_to_nothing_outside_this_machine(traced):
    """P32: not for a page, not for a plan, and not while a PDF is rendered; no name is looked up."""
    trace = traced[0]

    assert [asked for name, asked in marks_left(trace, 0) if name in ("connect", "sendto", "sendmsg")] == []


def test_the_trace_shows_what_it_looks_for(tmp_path):
    """P2: a program that writes a file, makes a directory and asks another machine is seen doing all of it."""
    script = (
        "import os, socket, sys; os.mkdir(sys.argv[1] + '/made'); open(sys.argv[1] + '/left', 'w').write('x');"
        "one = socket.socket(type=socket.SOCK_DGRAM); one.connect(('192.0.2.1', 9))"
    )
    trace = tmp_path / "trace"
    subprocess.run([*STRACE, trace, sys.executable, "-c", script, tmp_path], check=False)  # noqa: S603

    seen = list(marks_left(trace, 0))

    assert any(name.startswith("mkdir") and "/made" in asked for name, asked in seen)
    assert any(name in OPENS and "/left" in asked for name, asked in seen)
    assert any(name == "write" and "/left" in asked for name, asked in seen)
    assert any(name == "connect" and "192.0.2.1" in asked for name, asked in seen)
