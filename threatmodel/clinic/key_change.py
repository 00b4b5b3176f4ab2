"""Another key for the clinic. Killed at any step, it is begun again and finishes; all the while everything opens.

The next key is stored before anything is sealed with it, and the old one goes after everything is.
"""

import secrets
from collections.abc import Callable

from django.conf import settings

from threatmodel.clinic import keys
from threatmodel.clinic.keys import Source, changing, erase, generations, secret_in, source, typed, write_secret
from threatmodel.sealing.written import KEY_BYTES, write_key


class NotNoted(Exception):
    """The next key was not typed again as it was shown. Nothing was changed."""


def change(noted: Callable[[str], bool]) -> bytes:
    """Change the clinic's key and return the new one. Raises ``NotNoted``, ``Locked`` or ``KeysUnfit``.

    ``noted`` shows a key that only people keep, and says whether they have it. Where the operator's command gives the
    key, the change ends (``finished``) once it gives the new one.
    """
    key = secret_in(changing())
    if key is None:
        key = secrets.token_bytes(KEY_BYTES)
        if source() == Source.TYPED:
            generations()  # before anybody writes anything down
            if not noted(write_key(key)):
                raise NotNoted
        _note(key)
    _seal(key)
    if finished(key):
        _end(key)
    return key


def finished(key: bytes) -> bool:
    """Whether the new key comes from where the clinic's key has to come from."""
    return source() != Source.COMMAND or keys.from_command() == key


def ending(key: bytes) -> str:
    """The last letters of a key as it was written down, to tell one paper from another."""
    return write_key(key)[-7:]


def _note(key: bytes) -> None:
    generations()  # raises where what is here opens nothing
    write_secret(changing(), write_key(key))


def _seal(key: bytes) -> None:
    found = generations()
    with found.alone():
        found.seal_anew(key)


def _end(key: bytes) -> None:
    if source() == Source.FILE:
        write_secret(settings.CLINIC_KEY, write_key(key))
        erase(typed())
    elif source() == Source.TYPED:
        write_secret(typed(), write_key(key))
    erase(changing())
