"""People added without training: names and embeddings beside a model file.

>>> gallery = Gallery.open(Path("outputs/my_model.gallery"), "sha256:…", 128)  # doctest: +SKIP
>>> gallery.add("Ada", vectors, digests)                                       # doctest: +SKIP
Added(photos=3, known=0)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import numpy as np

from facewright.errors import GalleryError
from facewright.gallery import folder as files
from facewright.gallery.folder import Header
from facewright.gallery.growth import NewPhotos, with_negatives, with_photos
from facewright.gallery.names import checked_name, key_of
from facewright.gallery.person import Person, Vectors, checked_vectors, from_bytes
from facewright.gallery.person import to_bytes as person_bytes
from facewright.gallery.portable import check_same_model, read_portable, write_portable

MOST_AT_ONCE = 20


class Added(NamedTuple):
    """What an enrolment did.

    Attributes:
        photos: Photos that are new.
        known: Photos that the person had before.
    """

    photos: int
    known: int


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


@dataclass(frozen=True)
class _Place:
    folder: Path
    header: Header


class Gallery:
    """The people of one model.

    Every change is complete when its method returns, and visible to other processes whole or not
    at all. Use `open`.
    """

    def __init__(self, place: _Place) -> None:
        self.folder = place.folder
        self._header = place.header
        self._seen = self._look()

    @classmethod
    def open(cls, folder: Path, contract_id: str, dimension: int) -> "Gallery":
        """Open the gallery in `folder`, or an empty one where there is none; nothing is written.

        Args:
            folder: Such as ``outputs/my_model.gallery``.
            contract_id: Says which network and which chips the embeddings come from.
            dimension: Their length.

        Raises:
            GalleryError: It belongs to another model, or is damaged.
        """
        expected = Header(contract_id=contract_id, dimension=dimension)
        found = files.read_header(folder)
        if found is not None:
            check_same_model(found, expected, str(folder))
        return cls(_Place(folder, expected))

    def changed(self) -> bool:
        """Whether people may have changed since `open` or the last `people`; one `stat` call."""
        return self._seen is None or self._seen != (files.stamp(self.folder),)

    def people(self) -> Iterator[Person]:
        """Read everybody, in the order of the files' keys.

        Raises:
            GalleryError: A file is damaged, or the folder belongs to another model by now.
        """
        self._seen = self._look()
        self._check()
        for path in files.person_files(self.folder):
            person = self._read(path)
            if person is not None:
                yield person

    def show(self, name: str) -> Person:
        """Return one person.

        Raises:
            GalleryError: Nobody has this name.
        """
        person = self._read(self._path(name))
        if person is None:
            raise GalleryError(f"nobody named {name!r} is enrolled", hint=self._like(name))
        return person

    def has(self, name: str) -> bool:
        """Whether somebody has this name; case does not count."""
        return self._path(name).exists()

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
        with files.sole_writer(self.folder):
            self._check()
            person = self._read(self._path(name)) or self._nobody(name)
            grown = with_photos(person, photos)
            self._write(with_negatives(grown, others))
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
        with files.sole_writer(self.folder):
            self._check()
            person = self._nobody(name) if create and not self.has(name) else self.show(name)
            grown = with_negatives(person, rows)
            if len(grown.negatives):
                self._write(grown)
        return len(grown.negatives) - len(person.negatives)

    def rename(self, old: str, new: str) -> None:
        """Give a person another name.

        Raises:
            GalleryError: Nobody is named `old`, or somebody else is named `new`.
        """
        with files.sole_writer(self.folder):
            self._check()
            person = self.show(old)
            renamed = person.renamed(new)
            if renamed.key == person.key:  # only the case differs
                self._write(renamed)
                return
            if self.has(new):
                raise GalleryError(
                    f"the name is taken: {self.show(new).name!r} is enrolled already",
                    hint="remove that person first, or choose another name",
                )
            self._write(renamed)
            files.drop_person(self.folder, person.key)

    def remove(self, name: str) -> None:
        """Remove a person: embeddings, digests, chips and negatives are gone on return.

        Raises:
            GalleryError: Nobody has this name.
        """
        with files.sole_writer(self.folder):
            # Not read first: a damaged file must be removable too.
            if not self.has(name):
                self.show(name)
            files.drop_person(self.folder, key_of(name))

    def export(self, path: Path) -> int:
        """Write everybody into one file; the same people always give the same bytes.

        Returns:
            How many people there are.
        """
        return write_portable(path, self._header, self.people())

    def import_(self, path: Path) -> int:
        """Enrol everybody of an export, or nobody.

        People who are here with the same content stay as they are.

        Returns:
            How many are new.

        Raises:
            GalleryError: The file is damaged or of another model, or a name is taken.
        """
        people = read_portable(path, self._header)
        with files.sole_writer(self.folder):
            self._check()
            new = {key: data for key, data in people.items() if not self._same(key, data)}
            files.write_people(self.folder, self._header, new) if new else None
        return len(new)

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

    def _look(self) -> "tuple[files.Stamp | None] | None":
        # None: too fresh to tell later changes from this state.
        found = files.stamp(self.folder)
        return (found,) if files.settled(found) else None

    def _check(self) -> None:
        found = files.read_header(self.folder)
        if found is not None:
            check_same_model(found, self._header, str(self.folder))

    def _path(self, name: str) -> Path:
        return files.people_path(self.folder) / f"{key_of(name)}.json"

    def _read(self, path: Path) -> Person | None:
        try:
            data = path.read_bytes()
        except FileNotFoundError:  # nobody, or removed while we were reading the others
            return None
        person = from_bytes(data, self._header.dimension, str(path))
        if person.key != path.stem:
            raise GalleryError(
                f"{path} holds another person than its name says",
                hint="remove the file, and enrol the photos again",
            )
        return person

    def _like(self, name: str) -> str:
        names = {person.name.casefold(): person.name for person in self.people()}
        close = get_close_matches(name.casefold(), names, n=1)
        if close:
            return f"did you mean {names[close[0]]!r}?"
        return "`facewright people list` shows who is"

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
        path = files.people_path(self.folder) / f"{key}.json"
        if not path.exists():
            return False
        if path.read_bytes() != data:
            name = from_bytes(data, self._header.dimension, "the import").name
            raise GalleryError(
                f"the name is taken: {name!r} is enrolled already, with other photos",
                hint="rename or remove that person first; nobody was imported",
            )
        return True

    def _write(self, person: Person) -> None:
        files.replace_person(self.folder, self._header, person.key, person_bytes(person))
