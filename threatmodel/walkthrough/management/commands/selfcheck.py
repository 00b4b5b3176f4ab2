"""``manage.py selfcheck``: whether this machine and these settings can keep what the site promises."""

import sys

from django.conf import settings
from django.core.management.base import BaseCommand

from threatmodel import host, start
from threatmodel.content.catalogue import is_easy
from threatmodel.documents.fonts import can_print, package
from threatmodel.sealing.key_file import IN_MEMORY, directory_for, file_system
from threatmodel.sealing.keyring import RingUnfit
from threatmodel.walkthrough.interface import interface_catalogue


class Command(BaseCommand):
    help = "Says what of this machine and its settings bears on the promises. Exit status 1 when something is amiss."
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        host.harden()
        faults = start.faults()
        found = [*((False, fault) for fault in faults), *self._machine(), *self._settings()]
        for good, sentence in found:
            self.stdout.write(f"{'ok     ' if good else 'LOOK   '} {sentence}")
        sys.exit(0 if all(good for good, _ in found) else 1)

    def _machine(self) -> list[tuple[bool, str]]:
        swaps = host.swaps()
        found = [
            (
                swaps == [],
                "no swap is in use" if swaps == [] else "swap is in use, or cannot be told: switch it off",
            ),
            (not host.dumpable(), "workers leave no core dump and cannot be read by other processes of their user"),
        ]
        try:
            kind = file_system(directory_for(settings.KEY_DIRECTORY, on_disk=settings.KEYS_ON_DISK))
        except (RingUnfit, OSError):
            return found  # said already
        return [*found, (kind in IN_MEMORY, f"keys and limits lie on {kind or 'a file system we cannot tell'}")]

    def _settings(self) -> list[tuple[bool, str]]:
        way = (
            "https" if settings.HTTPS else "an onion address" if settings.ONION else "plain http on this machine alone"
        )
        header = settings.CLIENT_ADDRESS_HEADER
        limits = f"one a network, told by {header}" if header else "one for all where a proxy stands in front"
        return [
            (True, f"served over {way}"),
            (settings.LIMITS, f"limits: {limits if settings.LIMITS else 'switched off'}"),
            (True, f"contact in security.txt: {settings.SECURITY_CONTACT or 'none'}"),
            *map(_letters, dict(settings.LANGUAGES)),
            *(
                _words(lang)
                for lang in dict(settings.LANGUAGES)
                if not is_easy(lang) and lang != settings.LANGUAGE_CODE
            ),
        ]


def _letters(lang: str) -> tuple[bool, str]:
    if can_print(lang):
        return True, f"there are letters to print {lang} with"
    return False, f"there are no letters to print {lang} with: apt-get install {package(lang)}"


def _words(lang: str) -> tuple[bool, str]:
    if interface_catalogue(lang).with_suffix(".mo").exists():
        return True, f"the words of the pages are there in {lang}"
    return False, f"the words of the pages in {lang} are not in the form they are read in: run script/setup"
