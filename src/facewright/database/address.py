"""URLs of databases: which are understood, and how one is shown without its password."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from facewright.errors import DatabaseError

_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_HINT = "as in sqlite:////home/ada/records.db or postgresql://ada:secret@host/records"


def read_address(url: str) -> URL:
    """Return a URL taken apart, with the driver that is used.

    Raises:
        DatabaseError: It is not a URL, or of a kind of database that is not supported.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # its words may quote the password
        raise DatabaseError("not the URL of a database", hint=_HINT) from None
    if address.drivername not in _DRIVERS:
        raise DatabaseError(
            f"not a kind of database that is supported: expected sqlite or postgresql, "
            f"received {address.drivername[:40]!r}",
            hint=_HINT,
        )
    address = address.set(drivername=_DRIVERS[address.drivername])
    if address.drivername == "sqlite" and not file_of(address):
        raise DatabaseError("not the URL of a database: expected a file", hint=_HINT)
    return address


def file_of(address: URL) -> Path | None:
    """Return the file of a SQLite database, or None for a server."""
    named = address.database
    if address.drivername != "sqlite" or not named or named == ":memory:":
        return None
    return Path(named)


def shown(address: URL) -> str:
    """Return what may be shown and logged: no password, no options, which may hold one."""
    if address.drivername == "sqlite":
        return str(address.database)
    bare = address.set(drivername="postgresql").difference_update_query(list(address.query))
    return bare.render_as_string(hide_password=True)
