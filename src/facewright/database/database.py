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
from facewright.database.failures import explained, not_a_place
from facewright.database.upgrade import is_current, upgrade


class Database:
    """An open database, to be closed or used in a `with` statement. Use `open_database`.

    Attributes:
        url: Where it is, without its password.
    """

    def __init__(self, address: URL, engine: Engine) -> None:
        self.url = shown(address)
        self._engine = engine

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one state of the database; what it changes is forgotten.

        Raises:
            DatabaseError: The database cannot be reached or read.
        """
        with _explained(self.url), Session(self._engine, expire_on_commit=False) as session:
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
            _explained(self.url),
            Session(engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            session.connection()  # begins now, not with the first statement
            yield session

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
    address = read_address(url)
    file = file_of(address)
    if file is not None:
        _make_file(file)
    engine = make_engine(address)
    try:
        with _explained(shown(address)):
            _bring_up_to_date(engine)
    except BaseException:
        engine.dispose()
        raise
    return Database(address, engine)


def _bring_up_to_date(engine: Engine) -> None:
    with engine.connect() as connection:
        if is_current(connection):
            return
    with writing(engine).begin() as connection:
        upgrade(connection)


def _make_file(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # For the owner alone: keys of services are kept here.
        file.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise not_a_place(file, error) from error


@contextmanager
def _explained(where: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except SQLAlchemyError as error:
        raise explained(error, where) from error
