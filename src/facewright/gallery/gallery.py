"""People added without training: names and embeddings beside a model file.

>>> gallery = Gallery.open(Path("outputs/my_model.gallery"), "sha256:…", 128)  # doctest: +SKIP
>>> gallery.add("Ada", vectors, digests)                                       # doctest: +SKIP
Added(photos=3, known=0)
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from facewright.errors import GalleryError
from facewright.gallery.growth import NewPhotos, with_negatives, with_photos, without_photos
from facewright.gallery.header import Header
from facewright.gallery.names import checked_name, key_of
from facewright.gallery.person import Person, Vectors, checked_vectors, from_bytes
from facewright.gallery.person import to_bytes as person_bytes
from facewright.gallery.portable import read_portable
from facewright.gallery.reader import GalleryReader
from facewright.gallery.store import Changes, Place, open_store

MOST_AT_ONCE = 20


class Added(NamedTuple):
    """What an enrolment did.

    Attributes:
        photos: Photos that are new.
        known: Photos that the person had before.
    """

    photos: int
    known: int


class Gallery(GalleryReader):
    """The people of one model.

    Every change is complete when its method returns, and visible to other processes whole or not
    at all. Use `open`.
    """

    @classmethod
    def open(cls, place: Place, contract_id: str, dimension: int) -> "Gallery":
        """Open the gallery at a place, or an empty one where there is none.

        Args:
            place: A folder such as ``outputs/my_model.gallery``, or a database's URL.
            contract_id: Says which network and which chips the embeddings come from.
            dimension: Their length.

        Raises:
            GalleryError: It belongs to another model, or is damaged.
            DatabaseError: The database cannot be used.
        """
        gallery = cls(open_store(place), Header(contract_id=contract_id, dimension=dimension))
        gallery._check()
        return gallery

    def create(self, name: str) -> bool:
        """Enrol a person who has no photos yet; return whether the person is new.

        Raises:
            GalleryError: The name cannot be one.
        """
        person = self._nobody(name)
        with self._store.writing() as changes:
            self._check()
            if self.has(name):
                return False
            self._put(changes, person)
        return True

    def add(
        self,
        name: str,
        vectors: Vectors,
        digests: Sequence[str],
        chips: Sequence[bytes | None] | None = None,
        *,
        negatives: Vectors | None = None,
    ) -> Added:
        """Enrol photos of a person, who is new or gets more photos.

        Args:
            name: A new name or an enrolled one.
            vectors: Unit-length embeddings, float32 [N, D], 1 ≤ N ≤ 20.
            digests: For each, the digest of its photo's file; a photo is enrolled once.
            chips: For each, its chip as PNG, when chips are to be kept.
            negatives: Faces that are not this person, as for `add_negatives`; written together
                with the photos or not at all.

        Raises:
            GalleryError: A value is out of range; nothing was written.
        """
        photos = self._photos(vectors, digests, chips)
        others = self._rows(negatives)
        with self._store.writing() as changes:
            self._check()
            person = self._find(name) or self._nobody(name)
            grown = with_photos(person, photos)
            self._put(changes, with_negatives(grown, others))
        new = len(grown.positives) - len(person.positives)
        return Added(new, len(photos.digests) - new)

    def add_negatives(self, name: str, vectors: Vectors, *, create: bool = False) -> int:
        """Add faces that are not this person, to push a look-alike away.

        Args:
            name: An enrolled person.
            vectors: Unit-length embeddings, float32 [N, D].
            create: Whether a person without photos may be made, as for somebody whom the model
                was trained on.

        Returns:
            How many were new.

        Raises:
            GalleryError: Nobody has this name, or a value is out of range.
        """
        rows = self._rows(vectors)
        with self._store.writing() as changes:
            self._check()
            person = self._nobody(name) if create and not self.has(name) else self.show(name)
            grown = with_negatives(person, rows)
            if len(grown.negatives):
                self._put(changes, grown)
        return len(grown.negatives) - len(person.negatives)

    def forget_photos(self, name: str, digests: Collection[str]) -> int:
        """Take photos of a person out; the person stays, if need be without photos.

        Args:
            name: An enrolled person.
            digests: Of the photos' files.

        Returns:
            How many were there.

        Raises:
            GalleryError: Nobody has this name.
        """
        with self._store.writing() as changes:
            self._check()
            person = self.show(name)
            rest = without_photos(person, digests)
            if len(rest.digests) < len(person.digests):
                self._put(changes, rest)
        return len(person.digests) - len(rest.digests)

    def rename(self, old: str, new: str) -> None:
        """Give a person another name.

        Raises:
            GalleryError: Nobody is named `old`, or somebody else is named `new`.
        """
        with self._store.writing() as changes:
            self._check()
            person = self.show(old)
            renamed = person.renamed(new)
            if renamed.key == person.key:  # only the case differs
                self._put(changes, renamed)
                return
            if self.has(new):
                raise GalleryError(
                    f"the name is taken: {self.show(new).name!r} is enrolled already",
                    hint="remove that person first, or choose another name",
                )
            self._put(changes, renamed)
            changes.drop(person.key)

    def merge(self, old: str, new: str) -> None:
        """Give all that is kept of one person to another, and remove the first.

        Args:
            old: An enrolled person.
            new: Another one, or a new name.

        Raises:
            GalleryError: Nobody is named `old`, or there would be too many photos.
        """
        with self._store.writing() as changes:
            self._check()
            person, other = self.show(old), self._find(new) or self._nobody(new)
            if person.key == other.key:
                return
            photos = NewPhotos(person.positives, person.digests, person.chips)
            grown = with_negatives(with_photos(other, photos), person.negatives)
            self._put(changes, grown)
            changes.drop(person.key)

    def remove(self, name: str) -> None:
        """Remove a person: embeddings, digests, chips and negatives are gone on return.

        Raises:
            GalleryError: Nobody has this name.
        """
        with self._store.writing() as changes:
            # Not understood first: a damaged record must be removable too.
            if not self.has(name):
                self.show(name)
            changes.drop(key_of(name))

    def import_(self, path: Path) -> int:
        """Enrol everybody of an export, or nobody.

        People who are here with the same content stay as they are.

        Returns:
            How many are new.

        Raises:
            GalleryError: The file is damaged or of another model, or a name is taken.
        """
        people = read_portable(path, self._header)
        with self._store.writing() as changes:
            self._check()
            new = {key: data for key, data in people.items() if not self._same(key, data)}
            if new:
                changes.put(self._header, new)
        return len(new)

    def _photos(
        self, vectors: Vectors, digests: Sequence[str], chips: Sequence[bytes | None] | None
    ) -> NewPhotos:
        rows = self._rows(vectors)
        kept = [None] * len(rows) if chips is None else chips
        if not 1 <= len(rows) <= MOST_AT_ONCE or not len(rows) == len(digests) == len(kept):
            raise GalleryError(
                f"expected 1 to {MOST_AT_ONCE} photos at once, each with a digest, "
                f"received {len(rows)} and {len(digests)} digests"
            )
        return NewPhotos(rows, digests, kept)

    def _rows(self, vectors: Vectors | None) -> Vectors:
        if vectors is None:
            return np.zeros((0, self._header.dimension), np.float32)
        return checked_vectors(vectors, self._header.dimension)

    def _nobody(self, name: str) -> Person:
        none = self._rows(None)
        return Person(checked_name(name), none, (), none)

    def _same(self, key: str, data: bytes) -> bool:
        found = self._record(key)
        if found is not None and found != data:
            name = from_bytes(data, self._header.dimension, "the import").name
            raise GalleryError(
                f"the name is taken: {name!r} is enrolled already, with other photos",
                hint="rename or remove that person first; nobody was imported",
            )
        return found is not None

    def _put(self, changes: Changes, person: Person) -> None:
        changes.put(self._header, {person.key: person_bytes(person)})
