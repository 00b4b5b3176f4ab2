"""The counts of one minute, in one small file in memory. No address is kept, neither in clear nor as a hash.

A request only raises one of 65536 counts of its kind; which one follows from the address by a hash under a random key.
Counts and key are thrown away together every minute, and each count stands for as many addresses as would fit.
"""

import fcntl
import os
import secrets
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

MINUTE = 60
SLOTS = 1 << 16
HEAD = struct.Struct(">Q32s")  # which minute, and its key
COUNT = struct.Struct(">H")
MOST = 2**16 - 1


class Budget(NamedTuple):
    """Requests a minute: from one network, and from all together where networks cannot be told apart."""

    table: int
    each: int
    together: int


# Each has a table of counts to itself, or many who walk would use up what somebody else may seal.
WALKING = Budget(0, 600, 60_000)
PAPERS = Budget(1, 20, 120)
SEALING = Budget(2, 10, 60)
TABLES = 3


class Meter:
    """One file that all workers of this host share."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = directory / "limits"

    def take(self, budget: Budget, network: str, now: int) -> bool:
        """Count one request. False when the minute's budget is used up. Raises ``OSError`` when memory is full."""
        minute = now // MINUTE
        with self._file() as descriptor:
            head = os.pread(descriptor, HEAD.size, 0)
            if not _is_of(head, minute):
                head = _new_minute(descriptor, minute)
            place = HEAD.size + COUNT.size * _slot(head, budget, network)
            # a file that was cut from outside counts from nothing
            count = COUNT.unpack(os.pread(descriptor, COUNT.size, place) or bytes(COUNT.size))[0]
            if count >= (budget.each if network else budget.together):
                return False
            os.pwrite(descriptor, COUNT.pack(min(count + 1, MOST)), place)
            return True

    def forget(self, now: int) -> None:
        """Drop the counts and their key once their minute is over. Raises ``OSError`` as ``take`` does."""
        with self._file() as descriptor:
            if not _is_of(os.pread(descriptor, HEAD.size, 0), now // MINUTE):
                _overwrite(descriptor)

    @contextmanager
    def _file(self) -> Iterator[int]:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


def _is_of(head: bytes, minute: int) -> bool:
    return len(head) == HEAD.size and HEAD.unpack(head)[0] == minute


def _new_minute(descriptor: int, minute: int) -> bytes:
    """Forget every count, and begin with another key."""
    head = HEAD.pack(minute, secrets.token_bytes(32))
    _overwrite(descriptor)
    os.ftruncate(descriptor, HEAD.size + TABLES * SLOTS * COUNT.size)
    os.pwrite(descriptor, head, 0)
    return head


def _overwrite(descriptor: int) -> None:
    """In place, so that no copy of the key stays behind."""
    os.pwrite(descriptor, bytes(HEAD.size), 0)
    os.ftruncate(descriptor, 0)


def _slot(head: bytes, budget: Budget, network: str) -> int:
    digest = blake2b(network.encode(), key=head[-32:], digest_size=4).digest()
    return budget.table * SLOTS + int.from_bytes(digest) % SLOTS
