"""A gallery in a database, which all replicas of a service read and write."""

import re
import uuid
import weakref
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError
from sqlalchemy import URL, Row, delete, insert, inspect, select, text, update
from sqlalchemy.orm import Session

from facewright.database.address import read_address
from facewright.database.database import Database, connect
from facewright.errors import DatabaseError
from facewright.gallery.header import Header, not_a_gallery
from facewright.gallery.place import GALLERY, VARIABLE
from facewright.gallery.tables import GALLERIES, PEOPLE, metadata

_NAME = re.compile(r"[a-z0-9]([-_.a-z0-9]{0,62}[a-z0-9])?")
# Any number that nobody else uses, for advisory locks of PostgreSQL.
_LOCKS = 1_182_437_045
_AT_ONCE = 200
_PATIENCE_SECONDS = 10


def open_database_store(url: str) -> "DatabaseStore":
    """Return the gallery at a URL; its tables are made when the database has none.

    Args:
        url: ``postgresql://USER:PASSWORD@HOST/DATABASE?gallery=NAME``, or a SQLite file's.

    Raises:
        DatabaseError: Not such a URL, or the database cannot be used.
        MissingLibrary: The driver is not installed.
    """
    name, address = _taken_apart(url)
    # Each worker of each replica keeps one connection; a server has a hundred.
    database = connect(address, setting=VARIABLE, connections=1, patience=_PATIENCE_SECONDS)
    try:
        with database.read() as session:
            ready = inspect(session.connection()).has_table(PEOPLE.name)
        if not ready:
            _make_tables(database)
    except BaseException:
        database.close()
        raise
    return DatabaseStore(database, name)


class DatabaseStore:
    """A gallery in a database; see `facewright.gallery.store`.

    Args:
        database: It, with the tables.
        name: Which of the galleries in it.
    """

    remote = True

    def __init__(self, database: Database, name: str) -> None:
        self.where = f"the gallery {name} in {database.url}"
        self.own_changes = 0
        self._database = database
        self._name = name
        weakref.finalize(self, database.close)

    def header(self) -> Header | None:
        """Return the header; None where there is no gallery.

        Raises:
            GalleryError: It is of an unknown format.
            DatabaseError: The database cannot be reached.
        """
        with self._database.read() as session:
            row = _row(session, self._name)
        if row is None:
            return None
        said = {"contract_id": row.contract_id, "dimension": row.dimension, "format": row.format}
        try:
            return Header.model_validate(said)
        except ValidationError as error:
            raise not_a_gallery(self.where, error) from error

    def stamp(self) -> Hashable | None:
        """Return what differs after every change."""
        with self._database.read() as session:
            row = _row(session, self._name)
        return "nobody" if row is None else (row.identity, row.revision)

    def versions(self) -> Mapping[str, Hashable]:
        """Return everybody's key, in order, and what differs after a change to that person."""
        with self._database.read() as session:
            row = _row(session, self._name)
            found = session.execute(
                select(PEOPLE.c.key, PEOPLE.c.revision)
                .where(PEOPLE.c.gallery == self._name)
                .order_by(PEOPLE.c.key)
            ).all()
        return {each.key: (row.identity, each.revision) for each in found} if row else {}

    def read(self, keys: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the records of these people, in the order of their keys; some may be gone."""
        for some in _batches(sorted(keys)):
            query = (
                select(PEOPLE.c.key, PEOPLE.c.record)
                .where(PEOPLE.c.gallery == self._name, PEOPLE.c.key.in_(some))
                .order_by(PEOPLE.c.key)
            )
            with self._database.read() as session:
                found = session.execute(query).all()
            for each in found:
                yield each.key, bytes(each.record)

    @contextmanager
    def writing(self) -> Iterator["DatabaseChanges"]:
        """Wait until nobody else writes to the gallery, and keep others out."""
        with self._database.write() as session:
            _lock(session, self._name)
            yield DatabaseChanges(session, self._name)
        self.own_changes += 1


class DatabaseChanges:
    """What the sole writer may do; all of it is kept together, or none.

    Args:
        session: In a transaction that writes.
        name: The gallery.
    """

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._name = name

    def put(self, header: Header, records: Mapping[str, bytes]) -> None:
        """Write people, new ones or in place of who has the key."""
        revision = self._revised(header)
        self._delete(records)
        self._session.execute(
            insert(PEOPLE),
            [
                {"gallery": self._name, "key": key, "revision": revision, "record": data}
                for key, data in records.items()
            ],
        )

    def drop(self, key: str) -> None:
        """Remove a person's row, and the gallery's with the last one."""
        self._delete([key])
        mine = GALLERIES.c.name == self._name
        left = select(PEOPLE.c.key).where(PEOPLE.c.gallery == self._name).limit(1)
        if self._session.execute(left).first() is None:
            self._session.execute(delete(GALLERIES).where(mine))
        else:
            more = update(GALLERIES).where(mine).values(revision=GALLERIES.c.revision + 1)
            self._session.execute(more)

    def _revised(self, header: Header) -> int:
        row = _row(self._session, self._name)
        if row is None:
            values = {"name": self._name, "identity": str(uuid.uuid4()), "revision": 1}
            self._session.execute(insert(GALLERIES).values(**values, **header.model_dump()))
            return 1
        revision = int(row.revision) + 1
        mine = GALLERIES.c.name == self._name
        self._session.execute(update(GALLERIES).where(mine).values(revision=revision))
        return revision

    def _delete(self, keys: Collection[str]) -> None:
        for some in _batches(list(keys)):
            mine = (PEOPLE.c.gallery == self._name, PEOPLE.c.key.in_(some))
            self._session.execute(delete(PEOPLE).where(*mine))


def _taken_apart(url: str) -> tuple[str, URL]:
    address = read_address(url)
    named = address.query.get(GALLERY)
    if not isinstance(named, str) or not _NAME.fullmatch(named):
        raise DatabaseError(
            "the URL names no gallery: expected 1 to 64 of a-z, 0-9, '-', '_' and '.'",
            hint="as in postgresql://ada:secret@host/people?gallery=doors; without a name of its "
            "own, a service's gallery has the service's",
        )
    return named, address.difference_update_query([GALLERY])


def _make_tables(database: Database) -> None:
    with database.write() as session:
        _lock(session, "")
        metadata.create_all(session.connection())


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))


def _lock(session: Session, name: str) -> None:
    # SQLite has one writer at a time by itself.
    if session.connection().dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(:family, hashtext(:name))")
        session.execute(lock, {"family": _LOCKS, "name": name})


def _row(session: Session, name: str) -> Row[Any] | None:
    return session.execute(select(GALLERIES).where(GALLERIES.c.name == name)).first()
