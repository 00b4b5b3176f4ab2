"""What the promises about a device need: a server that can be hung and stopped, and a page of somebody else."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from tests.browser.conftest import wait_for
from tests.conftest import ROOT

KEPT_CANARY = "a page that may be kept, and is"


class Elsewhere(BaseHTTPRequestHandler):
    """The ordinary page that leaving leads to; and pages that a browser may keep, to show that a search finds them."""

    def do_GET(self):
        body = f"<!doctype html><html lang=en><title>Weather</title><h1>Weather</h1><p>{KEPT_CANARY}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=3600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def elsewhere() -> Iterator[str]:
    """The address of another site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Site(NamedTuple):
    """A server of ours: its address, where its keys lie, its process, and where leaving it leads."""

    address: str
    keys: Path
    process: subprocess.Popen
    leads_to: str

    def hang(self) -> None:
        os.killpg(self.process.pid, signal.SIGSTOP)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


@contextmanager
def site(keys: Path, leads_to: str, **environment: str) -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    granian = [Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--host", "127.0.0.1"]
    options = ["--port", str(port), "--workers", "1", "--blocking-threads", "2", "--no-access-log"]
    env = os.environ | {"THREATMODEL_KEY_DIRECTORY": str(keys), "THREATMODEL_LEAVE_TO": leads_to} | environment
    command = [*granian, *options, "--log-level", "error", "threatmodel.wsgi:application"]
    server = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True)  # noqa: S603
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/healthz", server)
        yield Site(address, keys, server, leads_to)
    finally:
        with suppress(ProcessLookupError):  # one that hangs cannot end by itself
            os.killpg(server.pid, signal.SIGKILL)
        server.wait(timeout=20)
