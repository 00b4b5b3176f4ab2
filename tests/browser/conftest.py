"""A real server and a real Chromium. The pages are the ones a person gets, with scripts and without."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT

CHROMIUM = next((p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(p).exists()), "")


@pytest.fixture(scope="session")
def browser_type_launch_args():
    quiet = "disable-gpu disable-quic no-first-run disable-background-networking disable-component-update disable-sync"
    return {
        "executable_path": CHROMIUM,
        "args": ["--headless", "--no-sandbox", *(f"--{flag}" for flag in quiet.split())],
    }


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of a server of our own, ready to answer; leaving it leads to a page of its own."""
    with serve(tmp_path_factory.mktemp("keys")) as address:
        yield address


@contextmanager
def serve(keys: Path, **settings: str) -> Iterator[str]:
    """A server with its keys in a directory, while it runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "THREATMODEL_KEY_DIRECTORY": str(keys),
        "THREATMODEL_LEAVE_TO": f"{address}/healthz",
        **settings,
    }
    granian = [Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--host", "127.0.0.1"]
    options = ["--port", str(port), "--workers", "1", "--blocking-threads", "2", "--no-access-log"]
    server = subprocess.Popen([*granian, *options, "threatmodel.wsgi:application"], cwd=ROOT, env=environment)  # noqa: S603
    try:
        wait_for(f"{address}/healthz", server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=10)


def wait_for(url: str, server: subprocess.Popen) -> None:
    for _ in range(150):
        assert server.poll() is None, "the server stopped"
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")


@pytest.fixture(params=["with scripts", "without scripts"])
def scripts(request):
    return request.param == "with scripts"


@pytest.fixture
def phone(browser, scripts):
    """A page on a phone-sized screen that fails the test on any complaint in its console and any foreign request."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=scripts)
    page = context.new_page()
    complaints, hosts = [], set()
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.expected_complaints = ()
    yield page
    context.close()
    assert [c for c in complaints if not any(known in c for known in page.expected_complaints)] == []
    assert {host.split(":")[0] for host in hosts} <= {"127.0.0.1"}
