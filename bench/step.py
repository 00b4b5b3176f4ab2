"""A question's page and an answer, against the bare Django view: in process, and served by granian under load."""

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from django.conf import settings

from bench import bare  # noqa: F401  sets Django up
from bench.timing import compare, show
from threatmodel.walkthrough.walk import key_ring

CONNECTIONS, SECONDS = 16, 3


def walking_client():
    """A client in the middle of a walk, and the form it would send next."""
    from django.test import Client

    client = Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")
    token = mark(client.get("/").content)
    client.post("/walk/", {"csrfmiddlewaretoken": token, "depth": "full"})
    token = mark(client.get("/walk/1/").content)
    return client, {"csrfmiddlewaretoken": token, "question": "who", "answer": "me"}


def mark(html: bytes) -> str:
    found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', html)
    assert found
    return found[1].decode()


def in_process() -> None:
    client, form = walking_client()
    functions = {
        "bare view": lambda: client.get("/hello"),
        "question, GET": lambda: client.get("/walk/1/"),
        "answer, POST": lambda: client.post("/walk/1/", form),
        "check page, GET": lambda: client.get("/walk/check/"),
        "plan page, GET": lambda: client.get("/plan/"),
    }
    show(
        "Step, in process (the test client's own cost is in each)", compare(functions, rounds=9, calls=20), "bare view"
    )


async def load(port: int, requests: list[bytes]) -> float:
    """Requests a second that ``CONNECTIONS`` keep-alive connections get through, each sending these in turn."""
    done, until = 0, time.perf_counter() + SECONDS

    async def one() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            for request in requests:
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 302")), head[:60]
                length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
                await reader.readexactly(int(length[1]) if length else 0)
                done += 1
        writer.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return done / SECONDS


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until a server answers; one that is stopped before it stands may not stop."""
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server does not answer")


def requests() -> dict[str, list[bytes]]:
    """What each kind of load sends in turn, as bytes."""
    client, form = walking_client()
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    head = f"Host: 127.0.0.1\r\nAccept-Encoding: gzip\r\nCookie: {cookies}\r\n"
    body = urlencode(form)
    kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"

    def get(url: str) -> bytes:
        return f"GET {url} HTTP/1.1\r\n{head}\r\n".encode()

    post = f"POST /walk/1/ HTTP/1.1\r\n{head}{kind}\r\n{body}".encode()
    return {
        "bare view": [get("/hello")],
        "walk, POST and GET in turn": [post, get("/walk/1/")],
        "check page": [get("/walk/check/")],
    }


def served() -> None:
    port = free_port()
    granian = Path(sys.executable).with_name("granian")
    command = [granian, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
    command += ["--blocking-threads", "2", "--no-access-log", "--log-level", "warning", "bench.bare:application"]
    rates: dict[str, list[float]] = {}
    with TemporaryDirectory() as keys:
        os.environ["THREATMODEL_KEY_DIRECTORY"] = settings.KEY_DIRECTORY = keys
        os.environ["THREATMODEL_KEYS_ON_DISK"], settings.KEYS_ON_DISK = "yes", True
        key_ring.cache_clear()
        os.environ["THREATMODEL_LIMITS"] = "no"  # one machine asks for a thousand
        server = subprocess.Popen(command)  # noqa: S603
        try:
            wait_for(port)
            kinds = requests()
            for _ in range(3):
                for name, sent in kinds.items():
                    rates.setdefault(name, []).append(asyncio.run(load(port, sent)))
        finally:
            server.terminate()
            server.wait()
        in_process()
    print(f"\nStep, served by granian, 2 workers, {CONNECTIONS} connections (load from the same cores, in Python)")
    base = median(rates["bare view"])
    for name, seen in rates.items():
        print(f"  {name:<44} {median(seen):>8.0f} requests/s   {median(seen) / base:.2f} x bare view")


if __name__ == "__main__":
    served()
