"""One process beside the web worker that makes the PDFs, so that the walk stays quick. No queue, and nothing on disk.

The child knows WeasyPrint and nothing of Django. It is niced, limited in memory, replaced now and then, and killed when
a paper takes too long.
"""

import atexit
import ctypes
import os
import resource
import signal
import sys
from multiprocessing import get_context
from threading import Lock

from pebble import ProcessExpired, ProcessPool

from threatmodel.documents.pdf import html_to_pdf, warm_up

SECONDS = 30
MOST_MEMORY = 1024**3  # of address space; what is really used stays near a tenth of it
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
    except (ProcessExpired, TimeoutError, MemoryError, RuntimeError, OSError) as fault:
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
        atexit.register(_stop, pool)
    return pool


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _begin() -> None:
    """What the child does first: step behind the walk, keep within bounds, and end with its parent."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
    warm_up()
