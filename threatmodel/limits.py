"""How much one network may ask for in a minute, and how large a request may be.

Where no address is known, as behind a proxy that names none, everybody shares a larger budget.
"""

from collections.abc import Callable
from functools import cache
from ipaddress import IPv6Address, ip_address
from time import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from threatmodel.meter import MINUTE, WALKING, Budget, Meter
from threatmodel.sealing.key_file import directory_for
from threatmodel.walkthrough import faults

type Respond = Callable[[HttpRequest], HttpResponseBase]

LONGEST_LENGTH = 20  # digits; Python refuses to read thousands of them
LONGEST_ADDRESS = 2048
FREE = ("healthz", "leave", "delete")


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
    if isinstance(address, IPv6Address) and not address.ipv4_mapped:
        return f"{int(address) >> 64:x}"  # whoever has one address of the sixth version has 2**64 of them
    return str(getattr(address, "ipv4_mapped", None) or address)


def refusal(request: HttpRequest, budget: Budget) -> HttpResponse | None:
    """Count one piece of work that is about to begin: nothing, or the page that says to come back."""
    if not settings.LIMITS:
        return None
    now = int(time())
    try:
        within = _meter(settings.KEY_DIRECTORY, settings.KEYS_ON_DISK).take(budget, network_of(request), now)
    except OSError:
        return None  # memory is full: the walk matters more than the count
    return None if within else faults.too_many(request, MINUTE - now % MINUTE)


@cache
def _meter(directory: str, on_disk: bool) -> Meter:
    return Meter(directory_for(directory, on_disk=on_disk))


@cache
def _free() -> frozenset[str]:
    return frozenset(reverse(route) for route in FREE)


def limited(get_response: Respond) -> Respond:
    """Refuse what is too large, or not in UTF-8, before it is read, and what is too much before it is worked on."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        sent = request.META.get("CONTENT_LENGTH") or "0"
        if (
            not (sent.isascii() and sent.isdigit())
            or len(sent) > LONGEST_LENGTH
            or int(sent) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        ):
            return faults.too_large(request)
        if len(request.get_full_path()) > LONGEST_ADDRESS:
            return faults.address_too_long(request)
        # Python knows a hundred codecs by name, and some decode no text, or text that cannot be written again.
        if (request.content_params or {}).get("charset", "utf-8").lower() != "utf-8":
            return faults.bad_request(request, ValueError("not UTF-8"))
        too_many = None if request.path_info in _free() else refusal(request, WALKING)
        return too_many or get_response(request)

    return respond
