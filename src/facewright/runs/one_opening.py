"""One opening of a database at a time: MLflow makes the tables of a new one as if it were alone.

Two processes that make them at once fail in the middle of its migrations, each over what the other
has just changed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy

from facewright.runs.alone import alone

_SECONDS_TO_CONNECT = 5
# Any number that nobody else uses: the advisory lock of a PostgreSQL database.
_LOCK = 7_261_093_449


@contextmanager
def one_opening(tracking_uri: str) -> Iterator[None]:
    """Yield while nobody else of ours opens the history; where there is a server, it sees to that.

    A database server is asked for a connection first; MLflow itself would try for minutes.

    Args:
        tracking_uri: URL of a database, or address of a server.
    """
    if "://" not in tracking_uri or tracking_uri.startswith(("http:", "https:")):
        yield
        return
    address = sqlalchemy.make_url(tracking_uri)
    if address.get_backend_name() == "sqlite":
        with _file_alone(address.database):
            yield
        return
    with _connected(address) as connection:
        if address.get_backend_name() == "postgresql":
            # Given back with the connection.
            connection.execute(sqlalchemy.text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        yield


@contextmanager
def _file_alone(file: str | None) -> Iterator[None]:
    if not file or file == ":memory:":
        yield
        return
    with alone(Path(file).absolute().parent):
        yield


@contextmanager
def _connected(address: sqlalchemy.URL) -> Iterator[sqlalchemy.Connection]:
    options: dict[str, Any] = {"connect_timeout": _SECONDS_TO_CONNECT}
    engine = sqlalchemy.create_engine(address, connect_args=options)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
