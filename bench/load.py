"""Walkers beside papers: how long a step takes while the renderer never rests, and while it does."""

import asyncio
import os
import re
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from django.conf import settings

from bench import bare  # noqa: F401  sets Django up
from bench.step import free_port, requests, wait_for
from threatmodel.walkthrough.walk import key_ring

WALKERS, SECONDS, PAUSE, ROUNDS = 4, 4, 0.02, 3


async def one_request(port: int, sent: bytes) -> tuple[float, bytes]:
    """How long a request on a connection of its own takes, and the head of its answer."""
    start = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    await reader.readexactly(int(length[1]) if length else 0)
    writer.close()
    return time.perf_counter() - start, head


async def walk(port: int, steps: list[bytes], papers: int) -> tuple[list[float], list[int]]:
    """Seconds of each step of the walkers, with so many who ask for papers without a rest; and how those fared."""
    until, times, statuses = time.perf_counter() + SECONDS, [], []

    async def walker() -> None:
        for i in count():
            if time.perf_counter() > until:
                return
            times.append((await one_request(port, steps[i % len(steps)]))[0])
            await asyncio.sleep(PAUSE)

    async def asker(paper: bytes) -> None:
        while time.perf_counter() < until:
            head = (await one_request(port, paper))[1]
            statuses.append(int(head.split(b" ", 2)[1]))
            await asyncio.sleep(0.2 if statuses[-1] == 503 else 0)

    paper = steps[1].replace(b"/walk/1/", b"/plan.pdf", 1)
    await asyncio.gather(*(walker() for _ in range(WALKERS)), *(asker(paper) for _ in range(papers)))
    return times, statuses


def renderer_memory() -> list[int]:
    """Peak memory in MiB of every niced Python process that knows our renderer."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if os.getpriority(os.PRIO_PROCESS, int(status.parent.name)) == 10:
                peak = re.search(r"VmHWM:\s+(\d+)", status.read_text())
                found += [int(peak[1]) // 1024] if peak else []  # the kernel has niced threads of its own
        except OSError:
            continue
    return found


def main() -> None:
    port = free_port()
    granian = Path(sys.executable).with_name("granian")
    command = [granian, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
    command += ["--blocking-threads", "2", "--no-access-log", "--log-level", "warning", "bench.bare:application"]
    seen: dict[int, list[float]] = {0: [], 1: [], 2: []}
    statuses: list[int] = []
    with TemporaryDirectory() as keys:
        os.environ["THREATMODEL_KEY_DIRECTORY"] = settings.KEY_DIRECTORY = keys
        os.environ["THREATMODEL_KEYS_ON_DISK"], settings.KEYS_ON_DISK = "yes", True
        os.environ["THREATMODEL_LIMITS"] = "no"  # one machine asks for a thousand
        key_ring.cache_clear()
        server = subprocess.Popen(command)  # noqa: S603
        try:
            wait_for(port)
            steps = requests()["walk, POST and GET in turn"]
            asyncio.run(walk(port, steps, papers=4))  # starts the renderers
            for _ in range(ROUNDS):
                for papers, times in seen.items():
                    more, fared = asyncio.run(walk(port, steps, papers))
                    times += more
                    statuses += fared
            memory = renderer_memory()
        finally:
            server.terminate()
            server.wait()
    print(
        f"\nSteps of {WALKERS} walkers, 2 workers of 2 threads, {os.cpu_count()} cores (the load is made on the same)"
    )
    for papers, times in seen.items():
        p95 = quantiles(times, n=20)[-1] / quantiles(seen[0], n=20)[-1]
        name = f"{papers} asking for papers without a rest"
        print(f"  {name:<40} median {median(times) * 1e3:6.1f} ms   {median(times) / median(seen[0]):.2f} x unloaded"
              f"   p95 {p95:.2f} x")  # fmt: skip
    print(f"  papers made {statuses.count(200)}, told to try again {statuses.count(503)}")
    print(f"  peak memory of each niced process on this machine, in MiB: {sorted(memory)}")


if __name__ == "__main__":
    main()
