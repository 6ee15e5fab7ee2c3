"""The database of records: opened, brought up to date, read and written in transactions.

>>> with open_database("sqlite:////tmp/records.db") as database:  # doctest: +SKIP
...     with database.write() as session:
...         session.add(row)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from facewright.database.address import file_of, read_address, shown
from facewright.database.engine import make_engine, writing
from facewright.database.failures import SETTING, explained, not_a_place
from facewright.database.upgrade import is_current, upgrade


class Database:
    """An open database, to be closed or used in a `with` statement. Use `open_database`.

    Attributes:
        url: Where it is, without its password.
    """

    def __init__(self, address: URL, engine: Engine, setting: str = SETTING) -> None:
        self.url = shown(address)
        self._engine = engine
        self._setting = setting

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one state of the database; what it changes is forgotten.

        Raises:
            DatabaseError: The database cannot be reached or read.
        """
        with (
            _explained(self.url, self._setting),
            Session(self._engine, expire_on_commit=False) as session,
        ):
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session whose changes are kept together when the block ends well, or not at all.

        On SQLite only one process writes at a time; the others wait here, before they read.

        Raises:
            DatabaseError: The database cannot be reached or written, or stayed busy.
            IntegrityError: A constraint of a table; the caller knows what it means.
        """
        engine = writing(self._engine)
        with (
            _explained(self.url, self._setting),
            Session(engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            session.connection()  # begins now, not with the first statement
            yield session

    def bring_up_to_date(self) -> None:
        """Make the tables of records, or run the steps that they miss.

        Raises:
            DatabaseError: It cannot be reached or written, or is from a newer release.
        """
        with _explained(self.url, self._setting):
            _bring_up_to_date(self._engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def open_database(url: str) -> Database:
    """Open a database and bring it up to date; a SQLite file and its folder are made when missing.

    Args:
        url: ``sqlite:///FILE`` or ``postgresql://USER:PASSWORD@HOST/NAME``.

    Raises:
        DatabaseError: It cannot be reached or written, is no database, or is from a newer release.
    """
    database = connect(read_address(url))
    try:
        database.bring_up_to_date()
    except BaseException:
        database.close()
        raise
    return database


def connect(
    address: URL,
    *,
    setting: str = SETTING,
    connections: int = 5,
    patience: int | None = None,
) -> Database:
    """Return a database as it is, its tables unseen; a SQLite file is made when missing.

    Args:
        address: From `read_address`.
        setting: The variable that named it, for messages.
        connections: How many are kept open when they are not used.
        patience: How many seconds PostgreSQL may take for one statement, waiting for others and
            for a network that is away included; None for ever.

    Raises:
        DatabaseError: A file cannot be made there.
        MissingLibrary: The driver for PostgreSQL is not installed.
    """
    file = file_of(address)
    if file is not None:
        _make_file(file, setting)
    return Database(address, make_engine(address, connections, patience), setting)


def _bring_up_to_date(engine: Engine) -> None:
    with engine.connect() as connection:
        if is_current(connection):
            return
    with writing(engine).begin() as connection:
        upgrade(connection)


def _make_file(file: Path, setting: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # For the owner alone: keys of services are kept here.
        file.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise not_a_place(file, error, setting) from error


@contextmanager
def _explained(where: str, setting: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except SQLAlchemyError as error:
        raise explained(error, where, setting) from error
