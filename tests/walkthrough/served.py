"""A real server for tests that need one, and a walk on it as plain requests."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from tests.conftest import ROOT

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@contextmanager
def served(keys: Path, workers: int = 1) -> Iterator[tuple[int, subprocess.Popen]]:
    """The server as script/server starts it: its port, and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    granian = [Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--host", "127.0.0.1"]
    options = ["--port", str(port), "--workers", str(workers), "--blocking-threads", "2", "--no-access-log"]
    command = [*granian, *options, "threatmodel.wsgi:application"]
    environment = os.environ | {"THREATMODEL_KEY_DIRECTORY": str(keys)}
    server = subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603
    try:
        _wait(port, server)
        yield port, server
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait(port: int, server: subprocess.Popen) -> None:
    for _ in range(150):
        assert server.poll() is None, "the server stopped"
        try:
            if Walker(port).ask("GET", "/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


class Walker:
    """Somebody with a walk of their own, in plain requests."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, {}

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        connection.request(method, path, urlencode(form) if form else None, headers | (FORM if form else {}))
        response = connection.getresponse()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self.cookies.update([value.split(";")[0].split("=", 1)])
        body = response.read()
        connection.close()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, body

    def token(self, path: str) -> str:
        found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', self.ask("GET", path)[2])
        assert found
        return found[1].decode()

    def begin(self) -> "Walker":
        status, _, _ = self.ask("POST", "/walk/", {"csrfmiddlewaretoken": self.token("/"), "depth": "quick"})
        assert status == 302
        return self
