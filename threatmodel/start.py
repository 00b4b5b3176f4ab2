"""What stops a start: settings under which a promise of this app could not hold. One sentence each, with the remedy."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

from threatmodel.sealing.key_file import directory_for
from threatmodel.sealing.keyring import RingUnfit, RingUnreachable
from threatmodel.walkthrough.walk import key_ring

SHORTEST_KEY = 50  # as Django's own check wants it
FEWEST_LETTERS = 5


def faults() -> list[str]:
    """Every reason not to start; none when it is fine to."""
    found = [*_of_settings(), *_of_keys(), *_of_clinic()]
    return found + [*_in_public()] if settings.HTTPS or settings.ONION else found


def _of_settings() -> Iterator[str]:
    if settings.DEBUG:
        yield "DEBUG is on: a fault would show a person's answers. Switch it off."
    key = settings.SECRET_KEY
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_LETTERS or key.startswith("django-insecure"):
        yield "THREATMODEL_SECRET_KEY is weak. Leave it out, and a random one is made at every start."
    if settings.SECURITY_CONTACT and urlsplit(settings.SECURITY_CONTACT).scheme not in ("mailto", "https", "tel"):
        yield "THREATMODEL_SECURITY_CONTACT must begin with mailto:, https: or tel:."
    if "\n" in settings.SECURITY_CONTACT:
        yield "THREATMODEL_SECURITY_CONTACT must be one line."


def _of_keys() -> Iterator[str]:
    try:
        directory_for(settings.KEY_DIRECTORY, on_disk=settings.KEYS_ON_DISK)  # the limits' counts lie there in any case
        key_ring()
    except RingUnfit as fault:
        yield str(fault)
    except RingUnreachable:
        yield "The file of the walks' keys cannot be opened. Name another directory in THREATMODEL_KEY_DIRECTORY."


def _of_clinic() -> Iterator[str]:
    if settings.CLINIC:
        yield from import_string("threatmodel.clinic.readiness.faults")()  # without a clinic nothing of it is loaded


def _in_public() -> Iterator[str]:
    """What matters once others than the person at this machine may come."""
    hosts = settings.ALLOWED_HOSTS
    if any(host == "*" or host.startswith(".") for host in hosts) or set(hosts) <= set(settings.LOOPBACK):
        yield "THREATMODEL_HOSTS must name the hosts this site is reached under, each whole."
    if settings.HTTPS and settings.ONION:
        yield "THREATMODEL_ONION and THREATMODEL_HTTPS are both yes. Start one server for each (docs/onion.md)."
    if urlsplit(settings.LEAVE_TO).hostname in hosts:
        yield "THREATMODEL_LEAVE_TO leads to this site itself. Name a page elsewhere that says nothing about a visit."
    if settings.KEYS_ON_DISK:
        yield (
            "THREATMODEL_KEYS_ON_DISK is for trying things out on one's own machine: from a disk, destroyed keys can "
            "be read again. Leave it out, and name a directory in memory (tmpfs) in THREATMODEL_KEY_DIRECTORY."
        )
