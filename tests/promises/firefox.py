"""A real Firefox without a screen, driven over Marionette, which is built into it. It reaches this machine alone."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
READY, PATIENCE = 600, 30
# That data were cleared; and of a page left midway, that its scripts had not come or were stopped.
LEAVING = ("Clear-Site-Data header forced", "Loading failed for the <script>", "Script terminated by timeout")
QUIET = {
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    # whatever else it would ask for goes to a port where nobody is; this machine is asked without a proxy
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
}


class Firefox(NamedTuple):
    """One open window, and the directory that holds everything the browser keeps."""

    line: socket.socket
    profile: Path

    def tell(self, command: str, **parameters: object):
        """One command and its answer. Raises ``LookupError`` for an element that is not there, or not any more."""
        sent = json.dumps([0, 1, command, parameters]).encode()
        self.line.sendall(b"%d:%s" % (len(sent), sent))
        _, _, fault, answer = self.hear()
        if fault and fault["error"] in ("no such element", "stale element reference"):
            raise LookupError(fault["message"])
        assert not fault, fault
        return answer.get("value", answer) if isinstance(answer, dict) else answer

    def hear(self):
        length = b""
        while (letter := self.line.recv(1)) != b":":
            assert letter, "the browser has gone"
            length += letter
        said = b""
        while len(said) < int(length):
            said += self.line.recv(int(length) - len(said))
        return json.loads(said)

    @property
    def url(self) -> str:
        return self.tell("WebDriver:GetCurrentURL")

    def go(self, url: str) -> None:
        self.tell("WebDriver:Navigate", url=url)

    def click(self, selector: str) -> None:
        found = self.tell("WebDriver:FindElement", using="css selector", value=selector)
        self.tell("WebDriver:ElementClick", id=found[ELEMENT])

    def text(self, selector: str) -> str:
        found = self.tell("WebDriver:FindElement", using="css selector", value=selector)
        return self.tell("WebDriver:GetElementText", id=found[ELEMENT])

    def count(self, selector: str) -> int:
        return len(self.tell("WebDriver:FindElements", using="css selector", value=selector))

    def wait_until(self, is_so) -> None:
        for _ in range(PATIENCE * 20):
            if is_so():
                return
            time.sleep(0.05)
        raise AssertionError(f"it did not come to that; the browser is at {self.url}")

    def evaluate(self, script: str, context: str = "content"):
        """What a script gives, run in the page, or in the browser itself (``chrome``)."""
        self.tell("Marionette:SetContext", value=context)
        try:
            return self.tell("WebDriver:ExecuteScript", script=script, args=[])
        finally:
            self.tell("Marionette:SetContext", value="content")

    def complaints(self) -> list[str]:
        """What stands in the console about pages, but for what leaving always says (``LEAVING``)."""
        every = self.evaluate("return Services.console.getMessageArray().map(String)", "chrome")
        ours = [one for one in every if "127.0.0.1" in one or "Content-Security-Policy" in one]
        return [one for one in ours if not any(said in one for said in LEAVING)]


@contextmanager
def firefox(profile: Path, **settings: bool | int | str) -> Iterator[Firefox]:
    """``settings`` are those of about:config, with double underscores for dots."""
    profile.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    chosen = QUIET | {"marionette.port": port} | {n.replace("__", "."): value for n, value in settings.items()}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in chosen.items()]
    (profile / "user.js").write_text("".join(lines))
    command = [
        FIREFOX,
        "--headless",
        "--no-remote",
        "--marionette",
        "--remote-allow-system-access",
        "--profile",
        profile,
    ]
    with (profile / "printed").open("wb") as printed:
        home = os.environ | {"HOME": str(profile)}
        process = subprocess.Popen(command, env=home, stdout=printed, stderr=subprocess.STDOUT)  # noqa: S603
    try:
        with _line(port, process) as line:
            one = Firefox(line, profile)
            one.hear()
            one.tell("WebDriver:NewSession")
            yield one
            one.tell("Marionette:Quit", flags=["eAttemptQuit"])
            process.wait(timeout=PATIENCE)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=PATIENCE)


def _line(port: int, process: subprocess.Popen) -> socket.socket:
    for _ in range(READY):
        assert process.poll() is None, "the browser did not start"
        try:
            return socket.create_connection(("127.0.0.1", port), 120)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the browser does not answer")
