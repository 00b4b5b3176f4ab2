"""What stops a start: settings under which a promise of this app could not hold. One sentence each, with the remedy."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings

from threatmodel.sealing.keyring import RingUnfit
from threatmodel.walkthrough.walk import key_ring

SHORTEST_KEY = 50  # as Django's own check wants it
FEWEST_LETTERS = 5


def faults() -> list[str]:
    """Every reason not to start; none when it is fine to."""
    found = [*_of_settings(), *_of_keys()]
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
        key_ring()
    except RingUnfit as fault:
        yield str(fault)


def _in_public() -> Iterator[str]:
    """What matters once others than the person at this machine may come."""
    if "*" in settings.ALLOWED_HOSTS or set(settings.ALLOWED_HOSTS) <= set(settings.LOOPBACK):
        yield "THREATMODEL_HOSTS must name the hosts this site is reached under, each whole."
    if urlsplit(settings.LEAVE_TO).hostname in {host.lstrip(".") for host in settings.ALLOWED_HOSTS}:
        yield "THREATMODEL_LEAVE_TO leads to this site itself. Name a page elsewhere that says nothing about a visit."
    if settings.KEYS_ON_DISK:
        yield (
            "THREATMODEL_KEYS_ON_DISK is for trying things out on one's own machine: from a disk, destroyed keys can "
            "be read again. Leave it out, and name a directory in memory (tmpfs) in THREATMODEL_KEY_DIRECTORY."
        )
