"""A clinic of its own for tests: founded on either kind of database, served as script/server does, used from seats."""

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from tests.clinic.databases import address
from tests.conftest import ROOT
from tests.promises.server import Server, shipped

SECRET = "a test's own key that signs what its staff's sessions are held against"
CALL = """
import importlib, json, sys
import django
django.setup()
module, name, given = sys.argv[1:]
print(json.dumps(getattr(importlib.import_module(module), name)(*json.loads(given))))
"""
STAFF = {"Vera": "volunteer", "Val": "volunteer", "Leo": "lawyer", "Sol": "supervisor"}
TRACEBACK = "Traceback (most recent call last)"


class Answer(NamedTuple):
    """What came back for a request."""

    status: int
    text: str
    location: str

    def field(self, name: str) -> str:
        """What a form on the page carries along under this name."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no {name} on the page"
        return found[1]

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        return found[1] if found else ""


@dataclass
class Seat:
    """One of the staff at a browser of their own. Not to be shared by threads."""

    server: Server
    cookies: dict[str, str]
    token: str = ""

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, **fields: object) -> Answer:
        """Send a form. The token is one from any page; ``once`` is new unless it is given."""
        if not self.token:
            self.token = self.get("/clinic/matters/new/").field("csrfmiddlewaretoken")
        return self._ask("POST", path, {"csrfmiddlewaretoken": self.token, "once": uuid4().hex, **fields})

    def new(self, alias: str) -> str:
        """Make a matter, and say where its pages begin."""
        made = self.post("/clinic/matters/new/", alias=alias, lang="en", depth="full")
        assert made.status == 302, made.heading
        return made.location.removesuffix("section/1/")

    def note(self, matter: str, revision: int, text: str, **more: object) -> Answer:
        return self.post(f"{matter}note/", revision=revision, note=text, **more)

    def _ask(self, method: str, path: str, fields: dict[str, object] | None) -> Answer:
        body = urlencode(fields, doseq=True) if fields is not None else None
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, text, response.headers.get("Location", ""))


@dataclass
class Site:
    """A clinic in a directory of a test: its surroundings, and the session of each of its staff, by name."""

    directory: Path
    vendor: str
    environment: dict[str, str]
    sessions: dict[str, str] = field(default_factory=dict)

    @property
    def clinic(self) -> Path:
        return Path(self.environment["THREATMODEL_CLINIC"])

    def run(self, act: Callable[..., Any], *given: object) -> Any:
        """Call a function of a module in a process that has this clinic. What it returns comes back as JSON."""
        process = self.begin(act, *given)
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, f"{act.__name__} failed"
        return json.loads(said)

    def begin(self, act: Callable[..., Any], *given: object) -> subprocess.Popen:
        call = [sys.executable, "-c", CALL, act.__module__, act.__qualname__, json.dumps(given)]
        return subprocess.Popen(call, env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603

    @contextmanager
    def served(self) -> Iterator[Server]:
        """Two workers, which may be killed, as may be the whole."""
        with shipped(self.directory, **self.environment) as server:
            yield server

    def seat(self, server: Server, name: str) -> Seat:
        return Seat(server, {"staff": self.sessions[name]})


def made() -> dict[str, object]:
    """Found the clinic, with the staff signed in, and say their sessions. Called in a process of its own."""
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    from tests.clinic.accounts.sign_in import member, signed_in
    from threatmodel.clinic.founding import found

    call_command("migrate", verbosity=0)
    found()
    staff = {name: member(name, role) for name, role in STAFF.items()}
    return {n: signed_in(Client(), one).cookies[settings.SESSION_COOKIE_NAME].value for n, one in staff.items()}


def clinic_site(directory: Path, vendor: str, database: str = "", clinic: Path | None = None) -> Site:
    """Make a clinic below a directory that is empty; its own directory may lie elsewhere, and so may its database."""
    site = unfounded(directory, vendor, database, clinic)
    site.sessions = site.run(made)
    return site


def unfounded(directory: Path, vendor: str, database: str = "", clinic: Path | None = None) -> Site:
    """The surroundings of a clinic that is not there yet."""
    clinic = clinic or directory / "clinic"
    for path in (clinic, directory / "keys"):
        path.mkdir(mode=0o700, exist_ok=True)
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "threatmodel.settings",
        "DATABASE_URL": database or address(vendor, clinic if vendor == "sqlite" else directory),
        "THREATMODEL_CLINIC": str(clinic),
        "THREATMODEL_KEY_DIRECTORY": str(directory / "keys"),
        "THREATMODEL_KEYS_ON_DISK": "yes",
        "THREATMODEL_LIMITS": "no",
        "THREATMODEL_SECRET_KEY": SECRET,
    }
    return Site(directory, vendor, environment)
