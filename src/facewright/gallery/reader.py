"""The people of a gallery, read: all of them, those who changed, one of them."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple, Self

from facewright.errors import GalleryError
from facewright.gallery.header import Header, check_same_model
from facewright.gallery.names import key_of
from facewright.gallery.person import Person, from_bytes
from facewright.gallery.portable import write_portable
from facewright.gallery.store import Store


class Entry(NamedTuple):
    """One line of a list of people.

    Attributes:
        name: The person.
        photos: Positives.
        negatives: "This is not that person".
        chips: How many chips were kept.
    """

    name: str
    photos: int
    negatives: int
    chips: int


class Known(NamedTuple):
    """A person as somebody read them.

    Attributes:
        version: Differs after every change to the person.
        person: The person, without chips.
    """

    version: Hashable
    person: Person


class GalleryReader:
    """What a gallery tells.

    Args:
        store: Where its people are kept.
        header: Which embeddings they have.

    Attributes:
        remote: Whether the gallery is reached over a network.
    """

    def __init__(self, store: Store, header: Header) -> None:
        self.remote = store.remote
        self._store = store
        self._header = header
        self._seen = store.stamp()

    @property
    def own_changes(self) -> int:
        """How often this process has changed the gallery."""
        return self._store.own_changes

    def again(self) -> Self:
        """Return the same gallery for another user, who looks for changes for themselves."""
        return type(self)(self._store, self._header)

    def changed(self) -> bool:
        """Whether people may have changed since `open` or the last time everybody was read."""
        return self._seen is None or self._seen != self._store.stamp()

    def people(self) -> Iterator[Person]:
        """Read everybody, in the order of their keys.

        Raises:
            GalleryError: A person is damaged, or the gallery belongs to another model by now.
        """
        seen = self._store.stamp()
        self._check()
        self._seen = seen
        yield from self._read_all(self._store.versions())

    def refreshed(self, known: Mapping[str, Known]) -> Mapping[str, Known]:
        """Return everybody by key, reading only who changed since.

        Args:
            known: What this method returned before; empty the first time.

        Raises:
            GalleryError: As `people`.
        """
        seen = self._store.stamp()
        self._check()
        versions = self._store.versions()
        same = {
            key: known[key]
            for key, version in versions.items()
            if key in known and known[key].version == version
        }
        new = {
            person.key: Known(versions[person.key], replace(person, chips=()))
            for person in self._read_all(versions.keys() - same.keys())
        }
        self._seen = seen
        return {key: same.get(key) or new[key] for key in versions if key in same or key in new}

    def count(self) -> int:
        """Return how many people there are."""
        return len(self._store.versions())

    def show(self, name: str) -> Person:
        """Return one person.

        Raises:
            GalleryError: Nobody has this name.
        """
        person = self._find(name)
        if person is None:
            raise GalleryError(f"nobody named {name!r} is enrolled", hint=self._like(name))
        return person

    def has(self, name: str) -> bool:
        """Whether somebody has this name; case does not count."""
        return self._record(key_of(name)) is not None

    def export(self, path: Path) -> int:
        """Write everybody into one file; the same people always give the same bytes.

        Returns:
            How many people there are.
        """
        return write_portable(path, self._header, self.people())

    def list(self) -> Sequence[Entry]:
        """Return who is enrolled, by name."""
        entries = (
            Entry(
                name=person.name,
                photos=len(person.positives),
                negatives=len(person.negatives),
                chips=sum(chip is not None for chip in person.chips),
            )
            for person in self.people()
        )
        return tuple(sorted(entries, key=lambda entry: (entry.name.casefold(), entry.name)))

    def _check(self) -> None:
        found = self._store.header()
        if found is not None:
            check_same_model(found, self._header, self._store.where)

    def _record(self, key: str) -> bytes | None:
        return next((data for _, data in self._store.read([key])), None)

    def _find(self, name: str) -> Person | None:
        return next(self._read_all([key_of(name)]), None)

    def _read_all(self, keys: Collection[str]) -> Iterator[Person]:
        for key, data in self._store.read(keys):
            source = f"{self._store.where}: {key}"
            person = from_bytes(data, self._header.dimension, source)
            if person.key != key:
                raise GalleryError(
                    f"{source} holds another person than its key says",
                    hint="remove the person, and enrol the photos again",
                )
            yield person

    def _like(self, name: str) -> str:
        names = {person.name.casefold(): person.name for person in self.people()}
        close = get_close_matches(name.casefold(), names, n=1)
        if close:
            return f"did you mean {names[close[0]]!r}?"
        return "`facewright people list` shows who is"
