"""The last net between the web server and Django: a fault that got through would be logged whole by the server."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

logger = logging.getLogger(__name__)

# Django reads this header before any of our code, and breaks on what it may say of character sets.
KIND = "CONTENT_TYPE"
LAST_WORDS = b"Something went wrong on our side. Your answers are still on your device and nowhere else.\n"
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def guarded(application: Application) -> Application:
    """Answer in plain words, and log no more than the kind of the fault."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "*" in environ.get(KIND, "") or not environ.get(KIND, "").isprintable():
            environ[KIND] = ""
        try:
            return application(environ, start_response)
        except Exception as fault:
            logger.error("no page could be made at all [%s]", type(fault).__name__)
            start_response("500 Internal Server Error", _head())
            return [LAST_WORDS]

    return call


def _head() -> list[tuple[str, str]]:
    # Only now, since settings are read when it is imported.
    from threatmodel.headers import FIXED, TLS

    return [
        *FIXED.items(),
        *TLS.items(),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Security-Policy", POLICY),
    ]
