"""What has to be gone in time, also when nobody comes by whose request would see to it: old keys and counts."""

import threading
import time
from contextlib import suppress

from django.conf import settings

from threatmodel.limits import Meter
from threatmodel.sealing.key_file import directory_for
from threatmodel.sealing.keyring import RingUnreachable
from threatmodel.walkthrough.walk import key_ring

EVERY = 60  # seconds


def sweep(now: int) -> None:
    """Destroy the keys past their time, and the counts of a minute that is over (``now`` in seconds since 1970).

    What cannot be reached just now is left to the next round; a key server destroys its keys by itself.
    """
    with suppress(RingUnreachable):
        key_ring().births(now)
    with suppress(OSError):
        Meter(directory_for(settings.KEY_DIRECTORY)).forget(now)


def begin(every: float = EVERY) -> threading.Event:
    """Sweep at once, and again and again for as long as this process lives or until the event is set."""
    enough = threading.Event()

    def run() -> None:
        sweep(int(time.time()))
        while not enough.wait(every):
            sweep(int(time.time()))

    threading.Thread(target=run, name="sweep", daemon=True).start()
    return enough
