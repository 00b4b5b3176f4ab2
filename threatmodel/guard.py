"""What stands between the web server and Django: a time limit on what is sent, and a last net for faults."""

import logging
from collections.abc import Callable, Iterable
from io import BytesIO
from threading import Lock, Thread
from typing import Any

logger = logging.getLogger(__name__)
_patience = Lock()

AT_ONCE = 0.5  # seconds in which nearly every form is here
SECONDS = 8  # more for a slow line, but for one at a time, so that slow senders never hold all threads of a worker
LONGEST_BODY = 64 * 1024
LAST_WORDS = b"Something went wrong on our side. Your answers are still on your device and nowhere else.\n"

type Environ = dict[str, Any]
type Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def guarded(application: Application) -> Application:
    """Read what is sent before Django sees it, and never let a fault reach the web server, which would log it whole."""

    def call(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            _take_body(environ)
            return application(environ, start_response)
        except Exception as fault:
            logger.error("no page could be made at all [%s]", type(fault).__name__)
            head = [("Content-Type", "text/plain"), ("Cache-Control", "no-store"), ("Server", "web")]
            start_response("500 Internal Server Error", [*head, ("X-Content-Type-Options", "nosniff")])
            return [LAST_WORDS]

    return call


def _take_body(environ: Environ) -> None:
    """Read the body in a thread that may be left behind: the web server has no limit of its own on slow senders.

    What is too long is not read at all; what comes too late is marked as such and dropped.
    """
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()) or not 0 < int(length) <= LONGEST_BODY:
        return
    read: list[bytes] = []
    reader = Thread(target=_read, args=(environ["wsgi.input"], int(length), read), daemon=True)
    reader.start()
    reader.join(AT_ONCE)
    if reader.is_alive() and _patience.acquire(blocking=False):
        try:
            reader.join(SECONDS)
        finally:
            _patience.release()
    body = read[0] if read else b""
    if len(body) < int(length):
        environ |= {"threatmodel.late": True, "CONTENT_LENGTH": "0"}
    environ["wsgi.input"] = BytesIO(body)


def _read(source: Any, length: int, into: list[bytes]) -> None:
    try:
        into.append(source.read(length))
    except Exception as fault:
        logger.warning("what was sent could not be read [%s]", type(fault).__name__)
