"""What pages weigh on the line, and when the largest part of them is painted on a slow phone's connection."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench.step import free_port, wait_for

LATENCY, RATE = 400, 400_000 / 8  # milliseconds; bytes a second
TIMES = 5
CHROMIUM = "/usr/bin/chromium"
QUIET = ("no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-sync")
PAGES = (
    "/",
    "/safety/",
    "/walk/1/",
    "/walk/4/",
    "/walk/check/",
    "/plan/",
    "/plan/5/",
    "/plan/sources/",
    "/notice/",
    "/about/",
)
LANGUAGES = ("en", "es", "ar")
PAINTED = """() => new Promise((resolve) => {
  let last = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) last = one.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  setTimeout(() => resolve(last), 300);
})"""


@contextmanager
def served(directory: str):
    port = free_port()
    settings = {"KEY_DIRECTORY": directory, "KEYS_ON_DISK": "yes", "LIMITS": "no", "LANGUAGES": ",".join(LANGUAGES)}
    command = [
        Path(sys.executable).with_name("granian"),
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += ["--workers", "1", "--no-access-log", "--log-level", "warning", "threatmodel.wsgi:application"]
    server = subprocess.Popen(  # noqa: S603
        command, env=os.environ | {f"THREATMODEL_{name}": set_ for name, set_ in settings.items()}
    )
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def walk(page: Page, site: str) -> None:
    """Answer the short walk, unsure of everything."""
    page.goto(site)
    page.locator("button[value=quick]").click()
    page.wait_for_url("**/walk/1/")
    while not page.url.endswith("/check/"):
        before = page.url
        page.locator("input[value=unsure]").check()
        page.locator("fieldset ~ button[type=submit]").click()
        page.wait_for_url(lambda url, before=before: url != before)


def measure(browser: Browser, site: str, lang: str) -> None:
    context = browser.new_context(locale=lang, viewport={"width": 360, "height": 740}, java_script_enabled=True)
    page = context.new_page()
    walk(page, site)
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    for address in PAGES:
        line.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        )
        answer = page.goto(site + address)
        bytes_ = answer.request.sizes()["responseBodySize"]
        painted = median(paint(page, line, site + address) for _ in range(TIMES))
        weighs = f"{bytes_ / 1000:>7.1f} kB   {bytes_ / 30_000:.2f} of 30 kB"
        print(f"  {lang:<4} {address:<16} {weighs}   {painted:>6.0f} ms   {painted / 600:.2f} of 0.6 s")
    context.close()


def paint(page: Page, line: CDPSession, url: str) -> float:
    """When the largest part was painted, with nothing kept from before."""
    line.send("Network.clearBrowserCache")
    slow = {"offline": False, "latency": LATENCY, "downloadThroughput": RATE, "uploadThroughput": RATE}
    line.send("Network.emulateNetworkConditions", slow)
    page.goto(url)
    return float(page.evaluate(PAINTED))


def main() -> None:
    print(f"\nPages on the line and their largest paint, nothing kept, median of {TIMES};")
    print(f"at {RATE * 8 / 1000:.0f} kbit/s and {LATENCY} ms")
    with TemporaryDirectory() as keys, served(keys) as site, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=[f"--{flag}" for flag in QUIET])
        for lang in LANGUAGES:
            measure(browser, site, lang)
        browser.close()


if __name__ == "__main__":
    main()
