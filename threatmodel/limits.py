"""How much one network may ask for in a minute. No address is kept, neither in clear nor as a hash.

A request only raises one of 65536 counts of its kind in a small file in memory; which one follows from the address by a
hash under a random key. Counts and key are thrown away together every minute, and each count stands for as many
addresses as would fit. Where no address is known, as behind a proxy that names none, everybody shares a larger budget.
"""

import fcntl
import os
import secrets
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from time import time
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from threatmodel.sealing.key_file import directory_for
from threatmodel.walkthrough import faults

type Respond = Callable[[HttpRequest], HttpResponseBase]

MINUTE = 60
SLOTS = 1 << 16
HEAD = struct.Struct(">Q32s")  # which minute, and its key
COUNT = struct.Struct(">H")
MOST = 2**16 - 1
LONGEST_BODY = 64 * 1024
LONGEST_LENGTH = 20  # digits; Python refuses to read thousands of them
LONGEST_ADDRESS = 2048


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
# By route; a route that is not here is walking. Sealing and opening are work only when something is sent.
COSTLY = {"plan-pdf": PAPERS, "notice-pdf": PAPERS, "letter-pdf": PAPERS}
COSTLY_TO_SEND = {"keep": SEALING, "open": SEALING}
FREE = {"healthz", "leave", "delete"}


class Meter:
    """The counts of one minute, in one file that all workers of this host share."""

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


def network_of(request: HttpRequest) -> str:
    """The network a request comes from, or nothing. A header says so only where the operator named it."""
    named = settings.CLIENT_ADDRESS_HEADER
    said = request.headers.get(named, "").rpartition(",")[2].strip() if named else request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(said)
    except ValueError:
        return ""
    if not named and not address.is_global:
        return ""  # a proxy on this machine or beside it, and so everybody
    # whoever has one address of the sixth version has 2**64 of them
    return f"{int(address) >> 64:x}" if isinstance(address, IPv6Address) else str(address)


class Limits:
    """Refuses what is too large, or not in UTF-8, before it is read, and what is too much before it is worked on."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response
        self.meter = Meter(directory_for(settings.KEY_DIRECTORY))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sent = request.META.get("CONTENT_LENGTH") or "0"
        if not (sent.isascii() and sent.isdigit()) or len(sent) > LONGEST_LENGTH or int(sent) > LONGEST_BODY:
            return faults.too_large(request)
        if len(request.get_full_path()) > LONGEST_ADDRESS:
            return faults.address_too_long(request)
        # Python knows a hundred codecs by name, and some decode no text, or text that cannot be written again.
        if (request.content_params or {}).get("charset", "utf-8").lower() != "utf-8":
            return faults.bad_request(request, ValueError("not UTF-8"))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponseBase | None:
        route = request.resolver_match.url_name if request.resolver_match else None
        if not settings.LIMITS or route in FREE:
            return None
        budget = COSTLY.get(route or "") or (COSTLY_TO_SEND.get(route or "") if request.method == "POST" else None)
        now = int(time())
        try:
            within = self.meter.take(budget or WALKING, network_of(request), now)
        except OSError:
            return None  # memory is full: the walk matters more than the count
        return None if within else faults.too_many(request, MINUTE - now % MINUTE)
