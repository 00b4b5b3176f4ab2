"""The machine below: what it would write down of a process's memory, and how this process keeps it from doing so."""

import ctypes
import os
import resource
import sys
from pathlib import Path

SET_DUMPABLE, GET_DUMPABLE = 4, 3  # prctl's numbers


def harden() -> None:
    """Leave no core behind, let no other process of this user look in, and make files for the owner alone."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_DUMPABLE, 0, 0, 0, 0)
    os.umask(0o077)


def dumpable() -> bool:
    return sys.platform != "linux" or bool(ctypes.CDLL(None).prctl(GET_DUMPABLE, 0, 0, 0, 0))


def swaps() -> list[str] | None:
    """What memory may be written to when it runs short; None where that cannot be told."""
    try:
        return [line.split()[0] for line in Path("/proc/swaps").read_text().splitlines()[1:] if line]
    except OSError:
        return None
