"""The last net between the web server and Django: a fault that got through would be logged whole by the server."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

logger = logging.getLogger(__name__)

LAST_WORDS = b"Something went wrong on our side. Your answers are still on your device and nowhere else.\n"
HEAD = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Server", "web"),
]

type Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def guarded(application: Application) -> Application:
    """Answer in plain words, and log no more than the kind of the fault."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            return application(environ, start_response)
        except Exception as fault:
            logger.error("no page could be made at all [%s]", type(fault).__name__)
            start_response("500 Internal Server Error", HEAD)
            return [LAST_WORDS]

    return call
