"""What stops a start: settings under which a promise of this app could not hold. One sentence each, with the remedy."""

import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from threatmodel.host import file_system_of
from threatmodel.sealing.keyring import default_directory

IN_MEMORY = ("tmpfs", "ramfs")
SHORTEST_KEY = 50  # as Django's own check wants it
FEWEST_LETTERS = 5


def key_directory() -> Path:
    """Where the walks' keys lie. Raises ``RuntimeError`` where no directory in memory is found."""
    return Path(settings.KEY_DIRECTORY) if settings.KEY_DIRECTORY else default_directory()


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
        directory = key_directory()
    except RuntimeError as fault:
        yield str(fault)
        return
    for path in (directory, *directory.glob("*")):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield f"Others on this machine can read {path}, which holds the walks' keys. Give it to its owner alone."


def _in_public() -> Iterator[str]:
    """What matters once others than the person at this machine may come."""
    if "*" in settings.ALLOWED_HOSTS or set(settings.ALLOWED_HOSTS) <= set(settings.LOOPBACK):
        yield "THREATMODEL_HOSTS must name the hosts this site is reached under, each whole."
    if urlsplit(settings.LEAVE_TO).hostname in {host.lstrip(".") for host in settings.ALLOWED_HOSTS}:
        yield "THREATMODEL_LEAVE_TO leads to this site itself. Name a page elsewhere that says nothing about a visit."
    if (kind := file_system_of(key_directory())) not in (*IN_MEMORY, ""):
        yield (
            f"The walks' keys would lie on a disk ({kind}), where destroyed ones can be read again. "
            "Name a directory in memory (tmpfs) in THREATMODEL_KEY_DIRECTORY."
        )
