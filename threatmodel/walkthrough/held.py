"""What this server holds about the person who asks, read from their request and from the running server."""

import logging
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.http import HttpRequest

from threatmodel.host import dumpable, swaps
from threatmodel.limits import network_of
from threatmodel.sealing.keyring import RingUnfit, RingUnreachable
from threatmodel.walkthrough.walk import COOKIE, IDLE_LIMIT, NoWalk, key_ring, walk_of

FAULT_LOGGERS = ("threatmodel.walkthrough.faults", "django.request")  # what writes when a page fails


class SentCookie(NamedTuple):
    """A cookie that came with the request: never what is in it. ``kind`` is walk, form, language, staff or foreign."""

    name: str
    size: int
    kind: str


class OpenWalk(NamedTuple):
    """How long ago a walk began, and in how long it ends at the latest and when idle, all in minutes."""

    began: int
    ends: int
    idle: int


class Keys(NamedTuple):
    """How many keys there are and how old, in minutes. Never the keys."""

    ages: list[int]
    shared: bool
    on_disk: bool


class Writer(NamedTuple):
    """A log handler: where it writes, what feeds it, and what it would write if this very page had failed."""

    kind: str
    where: str
    feeds: str
    line: str


class Process(NamedTuple):
    """What becomes of this process's memory. A figure that cannot be read is None."""

    core_limit: int
    dumpable: bool | None
    core_pattern: str
    swap: list[str] | None
    swapped: str
    access_log: bool | None


def cookies(request: HttpRequest) -> list[SentCookie]:
    kinds = {COOKIE: "walk", settings.CSRF_COOKIE_NAME: "form", settings.LANGUAGE_COOKIE_NAME: "language"}
    if settings.CLINIC:
        kinds[settings.SESSION_COOKIE_NAME] = "staff"
    return [SentCookie(name, len(value), kinds.get(name, "foreign")) for name, value in request.COOKIES.items()]


def header_names(request: HttpRequest) -> list[str]:
    return sorted(request.headers)


def open_walk(request: HttpRequest) -> OpenWalk | None:
    try:
        walk = walk_of(request)
    except (NoWalk, RingUnreachable, RingUnfit):
        return None
    return OpenWalk((int(time.time()) - walk.begun) // 60, walk.seconds_left // 60, IDLE_LIMIT // 60)


def keys() -> Keys | None:
    """None where they cannot be had just now."""
    now = int(time.time())
    try:
        ring = key_ring()
        ages = [max(0, now - born) // 60 for born in ring.births(now)]
    except (RingUnreachable, RingUnfit):
        return None
    return Keys(ages, ring.shared, settings.KEYS_ON_DISK and not ring.shared)


def counted(request: HttpRequest) -> str:
    """Whose requests are counted together with this one: nobody's, those of its network, or everybody's."""
    if not settings.LIMITS:
        return "nobody"
    return "network" if network_of(request) else "everybody"


def receivers() -> list[str]:
    """What takes in a file that somebody sends; empty where it is all in memory."""
    return [one for one in settings.FILE_UPLOAD_HANDLERS if not one.endswith(".MemoryFileUploadHandler")]


def tables() -> dict[str, int]:
    """Every table of every database, and its rows. Empty where there is no database.

    That of a clinic is left out: the walk's side never asks it, and how many matters it holds is not for visitors.
    """
    counted: dict[str, int] = {}
    for alias in connections:
        connection = connections[alias]
        if connection.vendor in ("unknown", "dummy") or connection.settings_dict == settings.DATABASES.get(alias):
            continue
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608  a table's name
                counted[f"{alias}.{table}" if alias != "default" else table] = cursor.fetchone()[0]
    return counted


def stores() -> list[str]:
    """Places of Django's own where something of a visitor could be kept: sessions, and caches outside this process."""
    found = ["sessions"] if apps.is_installed("django.contrib.sessions") else []
    backends = (str(cache["BACKEND"]) for cache in settings.CACHES.values())
    return found + [one for one in backends if not one.endswith(("LocMemCache", "DummyCache"))]


def writers(request: HttpRequest) -> list[Writer]:
    """Every log handler that writes somewhere. One that no fault of a page reaches has no line."""
    feeds: dict[logging.Handler, list[str]] = {}
    for name, logger in _loggers():
        for handler in logger.handlers:
            if not isinstance(handler, logging.NullHandler):
                feeds.setdefault(handler, []).append(name)
    reached = {handler for name in FAULT_LOGGERS for handler in _reached(logging.getLogger(name))}
    return [
        Writer(
            type(handler).__name__,
            str(getattr(handler, "baseFilename", "") or getattr(getattr(handler, "stream", None), "name", "")),
            ", ".join(sorted(names)),
            _line(handler, request) if handler in reached else "",
        )
        for handler, names in feeds.items()
    ]


def _reached(logger: logging.Logger | None) -> Iterator[logging.Handler]:
    while logger and logger.isEnabledFor(logging.ERROR):
        yield from (handler for handler in logger.handlers if handler.level <= logging.ERROR)
        logger = logger.parent if logger.propagate else None


def _loggers() -> Iterator[tuple[str, logging.Logger]]:
    yield "root", logging.getLogger()
    for name, logger in list(logging.Logger.manager.loggerDict.items()):
        if isinstance(logger, logging.Logger):
            yield name, logger


def _line(handler: logging.Handler, request: HttpRequest) -> str:
    """What the handler, with its own filters and format, makes of a fault that carries this request."""
    fault = logging.LogRecord(
        FAULT_LOGGERS[0], logging.ERROR, "", 0, "a page could not be made, reference 00000000", (), None
    )
    fault.request = request
    passed = handler.filter(fault)
    return handler.format(passed if isinstance(passed, logging.LogRecord) else fault) if passed else ""


def process() -> Process:
    status = dict(line.split(":", 1) for line in _text("/proc/self/status").splitlines() if ":" in line)
    started = _text(f"/proc/{os.getppid()}/cmdline").split("\0") + _text("/proc/self/cmdline").split("\0")
    off, on = "--no-access-log" in started, "--access-log" in started
    return Process(
        core_limit=resource.getrlimit(resource.RLIMIT_CORE)[0],
        dumpable=dumpable(),
        core_pattern=_text("/proc/sys/kernel/core_pattern").strip(),
        swap=swaps(),
        swapped=status.get("VmSwap", "").strip(),
        access_log=None if on == off else on,
    )


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
