"""Everything that a database holds, as bytes to search through."""

from django.db import connections


def everything() -> bytes:
    """Every field of every row of every table: texts as they are, bytes as they are and in hexadecimal."""
    connection = connections["default"]
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  its own tables
            found += [field for row in cursor.fetchall() for field in row]
    return b"\n".join(_bytes(field) for field in found)


def _bytes(field: object) -> bytes:
    if isinstance(field, bytes | memoryview):
        return bytes(field) + b" " + bytes(field).hex().encode()
    return str(field).replace("-", "").encode() + b" " + str(field).encode()
