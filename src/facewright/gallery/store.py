"""Where the people of a gallery are kept: a port, and how its implementation is chosen.

A store knows nothing of faces. It keeps a header, and for each person a key and a record, which are
bytes that `person.py` writes and reads; both implementations keep the same ones.
"""

from collections.abc import Collection, Hashable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from facewright.gallery.header import Header

Place = Path | str
"""A folder, or the URL of a database."""


class Changes(Protocol):
    """What a writer may do while it is the only one."""

    def put(self, header: Header, records: Mapping[str, bytes]) -> None:
        """Write people, new ones or in place of who has the key, all of them or none."""
        ...

    def drop(self, key: str) -> None:
        """Remove a person, and the gallery with the last one; nothing of them stays."""
        ...


class Store(Protocol):
    """The people of one gallery.

    Attributes:
        where: The place as it may be shown, without a password.
        remote: Whether it is reached over a network, so that it is not asked for each face.
        own_changes: How often this process has changed it.
    """

    where: str
    remote: bool
    own_changes: int

    def header(self) -> Header | None:
        """Return the header; None where there is no gallery.

        Raises:
            GalleryError: It is damaged, or of an unknown format.
        """
        ...

    def stamp(self) -> Hashable | None:
        """Return what differs after every change; None when that cannot be told yet."""
        ...

    def versions(self) -> Mapping[str, Hashable]:
        """Return everybody's key, in order, and what differs after a change to that person."""
        ...

    def read(self, keys: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the records of these people, in the order of their keys; some may be gone."""
        ...

    def writing(self) -> AbstractContextManager[Changes]:
        """Wait until nobody else writes, in any process, and keep others out.

        What is changed is there for others when the block ends well.
        """
        ...


def open_store(place: Place) -> Store:
    """Return the store at a place; nothing is written to a folder.

    Args:
        place: A folder such as ``outputs/my_model.gallery``, or a URL such as
            ``postgresql://ada:secret@host/people?gallery=doors``.

    Raises:
        DatabaseError: The database cannot be used.
        MissingLibrary: Its driver is not installed.
    """
    if isinstance(place, Path):
        from facewright.gallery.folder import FolderStore

        return FolderStore(place)
    # Whoever keeps people in a folder need not load SQLAlchemy.
    from facewright.gallery.database import open_database_store

    return open_database_store(place)
