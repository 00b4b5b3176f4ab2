"""One process beside the web worker that makes the PDFs, so that the walk stays quick. No queue, and nothing on disk.

The child knows WeasyPrint and nothing of Django. It is niced, limited in memory, replaced now and then, and killed when
a paper takes too long.
"""

import atexit
import ctypes
import logging
import os
import resource
import signal
import sys
from multiprocessing import get_context
from threading import Lock

from pebble import ProcessExpired, ProcessPool

from threatmodel.documents.pdf import html_to_pdf, warm_up
from threatmodel.host import harden

logger = logging.getLogger(__name__)
SECONDS = 30
MOST_MEMORY = 640 * 1024**2  # of address space; about 400 is reserved, and 100 to 150 really used
PAPERS_A_PROCESS = 100
PARENT_DEATH_SIGNAL = 1  # prctl's PR_SET_PDEATHSIG

_busy = Lock()
_pools: dict[int, ProcessPool] = {}


class Busy(Exception):
    """The renderer is at work for somebody else; nothing was begun."""


class NotRendered(Exception):
    """The renderer died, was killed, or took too long. The next paper gets a new one."""


def render(html: str, css: str, password: str = "") -> bytes:
    """Render in the child process and wait for it. Raises ``Busy`` at once, or ``NotRendered``."""
    if not _busy.acquire(blocking=False):
        raise Busy
    try:
        task = _pool().schedule(html_to_pdf, args=[html, css, password], timeout=SECONDS)
        result: bytes = task.result()
    except (ProcessExpired, TimeoutError) as fault:
        raise NotRendered from fault
    except Exception as fault:  # out of memory shows as almost anything, and the child cannot be trusted after it
        logger.error("a paper could not be made: %s", type(fault).__name__)
        _stop(_pools.pop(os.getpid()))
        raise NotRendered from fault
    finally:
        _busy.release()
    return result


def _pool() -> ProcessPool:
    """The pool of this process, made when first needed: a pool does not outlive a fork or its own fall."""
    pool = _pools.get(os.getpid())
    if pool is None or not pool.active:
        pool = ProcessPool(max_workers=1, max_tasks=PAPERS_A_PROCESS, initializer=_begin, context=get_context("spawn"))
        _pools.clear()
        _pools[os.getpid()] = pool
    return pool


@atexit.register
def _stop_all() -> None:
    for pool in _pools.values():
        _stop(pool)


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _begin() -> None:
    """What the child does first: step behind the walk, keep within bounds, and end with its parent."""
    os.nice(10)
    harden()
    # It runs no other program: looking for a library by its name would call a compiler, which leaves temporary files.
    os.environ["PATH"] = os.devnull
    for name in ("weasyprint", "fontTools"):  # their warnings may quote the paper
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
    warm_up()
