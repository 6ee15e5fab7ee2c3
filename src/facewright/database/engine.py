"""Connections as every transaction here needs them, on SQLite and on PostgreSQL."""

import sqlite3
import time
from importlib.util import find_spec
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from facewright.errors import MissingLibrary

_BUSY_SECONDS = 30
_CONNECT_SECONDS = 10
_WRITES = "facewright_writes"


def make_engine(address: URL, connections: int = 5, patience: int | None = None) -> Engine:
    """Return an engine; nothing is connected yet.

    SQLite keeps a write-ahead log, so that readers and a writer do not wait for each other, and
    checks foreign keys. No error of the engine quotes values.

    Args:
        address: From `read_address`.
        connections: How many are kept open when they are not used.
        patience: Most seconds of one statement on PostgreSQL; None for ever.

    Raises:
        MissingLibrary: The driver for PostgreSQL is not installed.
    """
    if address.drivername == "sqlite":
        bare = address.difference_update_query(list(address.query))
        engine = create_engine(
            bare,
            hide_parameters=True,
            pool_size=connections,
            connect_args={"timeout": _BUSY_SECONDS},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if find_spec("psycopg") is None:
        raise MissingLibrary(
            "the driver for PostgreSQL is not installed",
            hint="run: pip install 'facewright[postgresql]'",
        )
    return create_engine(
        address,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=connections,
        connect_args=_waits(address, patience),
    )


def _waits(address: URL, patience: int | None) -> dict[str, str | int]:
    waits: dict[str, str | int] = {"connect_timeout": patience or _CONNECT_SECONDS}
    if patience:
        waits["options"] = f"-c statement_timeout={patience}s"
        # Milliseconds; a server that vanished without a word is given up too.
        waits["tcp_user_timeout"] = 1000 * patience
    return {name: value for name, value in waits.items() if name not in address.query}


def writing(engine: Engine) -> Engine:
    """Return the same engine for transactions that write.

    SQLite's must say so when they begin: one that has read and then wants to write fails at once
    when somebody else wrote between, instead of waiting.
    """
    return engine.execution_options(**{_WRITES: True})


def _prepare_sqlite(connection: Any, record: object) -> None:
    # The driver would begin transactions late and end them before DDL; SQLAlchemy says when.
    connection.isolation_level = None
    _keep_log(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    # With the log a commit may be undone by a power cut, but nothing is ever torn.
    connection.execute("PRAGMA synchronous = NORMAL")


def _keep_log(connection: sqlite3.Connection) -> None:
    # The change to a write-ahead log does not wait for others who are about the same.
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
