"""The server as script/server starts it, with its own options and settings, and everything it prints in a file."""

import http.client
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.conftest import ROOT

SHIPPED = {"THREATMODEL_LIMITS": "yes", "THREATMODEL_KEYS_ON_DISK": "yes"}  # the tests' directories are on a disk


class Server(NamedTuple):
    """A running server: where it answers, its process, and the file that holds all it has printed."""

    port: int
    process: subprocess.Popen
    printed: Path

    def ask(self, method: str, path: str, body: bytes | str | None = None, **headers: str) -> http.client.HTTPResponse:
        """One request on a line of its own. Header names are written with underscores. The answer is read already."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        response.body = response.read()
        connection.close()
        return response

    def raw(self, sent: bytes, seconds: float = 20) -> bytes:
        """Whatever comes back for these bytes until the server closes the line or is silent for so long."""
        received = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as line:
            line.sendall(sent)
            try:
                while part := line.recv(65536):
                    received += part
            except (TimeoutError, ConnectionResetError):
                pass
        return received

    def workers(self) -> list[int]:
        """The processes below granian's first one, renderers and helpers included."""
        found, below = [], [self.process.pid]
        while below:
            parent = below.pop()
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                below += [int(pid) for pid in children.read_text().split()]
            found.append(parent)
        return found


@contextmanager
def in_memory() -> Iterator[dict[str, str]]:
    """The settings of a directory in memory, as a server that others may reach wants for its keys."""
    with TemporaryDirectory(dir="/dev/shm") as directory:
        yield {"THREATMODEL_KEY_DIRECTORY": directory, "THREATMODEL_KEYS_ON_DISK": "no"}


@contextmanager
def shipped(directory: Path, target: str = "", before: tuple[str, ...] = (), **environment: str) -> Iterator[Server]:
    """Serve with the options of script/server. ``before`` is what to run it under."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = (ROOT / "script" / "server").read_text().partition("exec .venv/bin/granian ")[2].replace("\\\n", " ")
    options = shlex.split(re.sub(r'"?\$\{(\w+):-(\d+)\}"?', lambda one: {"PORT": str(port)}.get(one[1], "2"), script))
    command = [*before, str(Path(sys.executable).with_name("granian")), *options[:-1], target or options[-1]]
    keys = directory / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    surroundings = os.environ | {"THREATMODEL_KEY_DIRECTORY": str(keys)} | SHIPPED | environment
    printed = directory / "printed"
    with printed.open("wb") as output:
        output_of = {"stdout": output, "stderr": subprocess.STDOUT, "start_new_session": True}
        process = subprocess.Popen(command, cwd=ROOT, env=surroundings, **output_of)  # noqa: S603
    server = Server(port, process, printed)
    try:
        _wait(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=60)
            raise


def _wait(server: Server) -> None:
    for _ in range(300):
        assert server.process.poll() is None, server.printed.read_text()
        try:
            server.ask("GET", "/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")
