"""What has to happen in time, also when nobody comes by whose request would see to it.

Old keys and counts go, and the key of the hour is made by the clock: when keys were made tells of no visitor.
"""

import threading
import time
from contextlib import suppress

from django.conf import settings
from django.utils.module_loading import import_string

from threatmodel.meter import Meter
from threatmodel.sealing.key_file import directory_for
from threatmodel.sealing.keyring import RingUnreachable
from threatmodel.walkthrough.walk import key_ring

EVERY = 60  # seconds


def sweep(now: int) -> None:
    """Destroy what is past its time, and see to this hour's key (``now`` in seconds since 1970).

    What cannot be reached just now is left to the next round; a key server destroys its keys by itself.
    """
    with suppress(RingUnreachable):
        key_ring().births(now)
        key_ring().current(now)
    with suppress(OSError):
        Meter(directory_for(settings.KEY_DIRECTORY, on_disk=settings.KEYS_ON_DISK)).forget(now)
    sweep_clinic()


def sweep_clinic(*, first: bool = False) -> None:
    """Do what is due at the clinic, where there is one. The ``first`` time is before any page is served."""
    if settings.CLINIC:
        import_string("threatmodel.clinic.sweep.sweep")(first=first)  # without a clinic nothing of it is loaded


def begin(every: float = EVERY) -> threading.Event:
    """Sweep at once, and again and again for as long as this process lives or until the event is set."""
    enough = threading.Event()

    def run() -> None:
        sweep(int(time.time()))
        while not enough.wait(every):
            sweep(int(time.time()))

    threading.Thread(target=run, name="sweep", daemon=True).start()
    return enough
