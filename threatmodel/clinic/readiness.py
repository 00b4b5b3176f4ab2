"""What of a clinic stops a server's start, one sentence each. A clinic that is locked, or a database away, does not."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from threatmodel.clinic.keys import directory
from threatmodel.clinic.models import Clinic

NEAR = {"", "localhost", "127.0.0.1", "::1"}
SEALED_LINE = {"require", "verify-ca", "verify-full"}


def faults() -> list[str]:
    if not directory().is_dir():
        return [f"{directory()}, which THREATMODEL_CLINIC names, is no directory. Run `manage.py clinic setup`."]
    return [*_of_files(), *_of_line(), *_of_database()]


def _of_files() -> Iterator[str]:
    for path in (directory(), settings.CLINIC_KEY):
        if path.exists() and not _for_us_alone(path):
            yield f"{path} must belong to the server's own user, and no one else may open it (chmod go-rwx)."


def _for_us_alone(path: Path) -> bool:
    found = path.stat()
    return found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077


def _of_line() -> Iterator[str]:
    if connections["default"].vendor != "postgresql":
        return
    told = connections["default"].get_connection_params()
    hosts = str(told.get("host") or "").split(",")
    if any(host not in NEAR and not host.startswith("/") for host in hosts) and told.get("sslmode") not in SEALED_LINE:
        yield "DATABASE_URL goes over a network in the clear. Add ?sslmode=verify-full&sslrootcert=… to it."


def _of_database() -> Iterator[str]:
    try:
        executor = MigrationExecutor(connections["default"])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            yield "The clinic's database lacks tables of this version. Run `manage.py migrate`."
        elif not Clinic.objects.exists():
            yield "There is no clinic yet. Run `manage.py clinic setup`."
    except DatabaseError:
        return  # away just now; the walk needs none
    finally:
        connections["default"].close()
