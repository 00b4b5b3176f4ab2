"""A copy of the database, and its way back: through SQLite's own copying, or PostgreSQL's own programs."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connections

DATABASE = "database"
# What a server or its driver is told on the command line of others can be read there; in the surroundings it cannot.
TOLD = {
    "dbname": "PGDATABASE",
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
}


class NotCopied(Exception):
    """The database could not be copied, or put back; ``args[0]`` says why and what to do."""


def copy_to(path: Path) -> None:
    """Copy the whole database, as it is at one moment, while others go on writing. Raises ``NotCopied``."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    if connections["default"].vendor == "postgresql":
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={path}")
        return
    connections["default"].ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        connections["default"].connection.backup(copy)
        _whole(copy, path)


def put_back(path: Path) -> None:
    """Replace the whole database by a copy. Raises ``NotCopied``, and has changed nothing then."""
    if connections["default"].vendor == "postgresql":
        if path.read_bytes()[:5] != b"PGDMP":
            raise NotCopied(f"{path} is no copy of a PostgreSQL. Name that kind of database in DATABASE_URL.")
        name = str(connections["default"].settings_dict["NAME"] or "")
        connections["default"].close()
        told = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        _run("pg_restore", *told, f"--dbname={name}", str(path))
        return
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
        _whole(copy, path)
        connections["default"].ensure_connection()
        try:
            copy.backup(connections["default"].connection)
        except sqlite3.Error as fault:
            raise NotCopied("The database is in use. Stop the server, and do this again.") from fault
    connections["default"].close()


def _whole(copy: sqlite3.Connection, path: Path) -> None:
    """Raises ``NotCopied`` for a file that is no whole SQLite."""
    try:
        found = copy.execute("PRAGMA integrity_check").fetchall()
    except sqlite3.DatabaseError as fault:
        raise NotCopied(f"{path} is no copy of an SQLite database, or was damaged.") from fault
    if found != [("ok",)]:
        raise NotCopied(f"{path} is damaged: {found[0][0]}.")


def _run(program: str, *arguments: str) -> None:
    place = shutil.which(program)
    if place is None:
        raise NotCopied(f"{program} is not on this machine. Install the client programs of PostgreSQL.")
    told = connections["default"].get_connection_params()
    known = {TOLD[name]: str(value) for name, value in told.items() if name in TOLD and value is not None}
    try:
        subprocess.run(  # noqa: S603  PostgreSQL's own program
            [place, *arguments], env=os.environ | known, check=True, capture_output=True, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.CalledProcessError) as fault:
        said = getattr(fault, "stderr", b"") or b""
        raise NotCopied(f"{program} failed: {said.decode('utf-8', 'replace').strip() or fault}") from fault
