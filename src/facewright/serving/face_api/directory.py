"""The people a service knows, trained and enrolled, and every change to the enrolled ones."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from facewright.classifier.labels import people
from facewright.errors import GalleryError
from facewright.faces.quality import Gate
from facewright.gallery.folder import Header
from facewright.gallery.gallery import Gallery
from facewright.gallery.names import checked_name, key_of
from facewright.gallery.person import Person, Vectors
from facewright.recognizer.enrolment import Enroller, Enrolment
from facewright.recognizer.recognizer import Recognizer
from facewright.serving.face_api.enrolled_photos import (
    EnrolledPhoto,
    Place,
    create,
    forget_photo,
    photos_of,
)
from facewright.serving.problems import RefusalError
from facewright.wire.faces import PersonEntry


class Directory:
    """People behind the routes; every method reads or writes files.

    Other workers and the command line see each change at once, and theirs are seen here.

    Args:
        recognizer: Whose people they are.
        gallery: The enrolled ones.
        contract_id: Says which embeddings can be compared.
    """

    def __init__(self, recognizer: Recognizer, gallery: Gallery, contract_id: str) -> None:
        contract = recognizer.contract
        header = Header(contract_id=contract_id, dimension=contract.embedder.dimension)
        self.trained = tuple(people(contract.labels))
        self._recognizer = recognizer
        self._gallery = gallery
        self._place = Place(gallery, header)
        self._enroller = Enroller(recognizer, gallery)

    def entries(self) -> list[PersonEntry]:
        """Return everybody, by name."""
        trained = [PersonEntry(name=name, source="trained") for name in self.trained]
        enrolled = [
            PersonEntry(
                name=person.name,
                source="enrolled",
                photos=len(person.positives),
                negatives=len(person.negatives),
            )
            for person in self._gallery.people()
        ]
        return sorted([*trained, *enrolled], key=lambda entry: (entry.name, entry.source))

    def count(self) -> int:
        """Return how many people were enrolled."""
        return sum(1 for _ in self._gallery.people())

    def show(self, name: str) -> Person:
        """Return an enrolled person.

        Raises:
            RefusalError: Nobody has this name (404).
        """
        if not self._gallery.has(name):
            raise RefusalError(
                404,
                "person-not-found",
                "nobody of this name is enrolled",
                hint="GET /v1/people lists who is",
            )
        with _refusing():
            return self._gallery.show(name)

    def create(self, name: str) -> bool:
        """Enrol a person without photos; returns whether the person is new."""
        with _refusing():
            return create(self._place, self._enroller.spelt(_checked(name)))

    def enrol(
        self, name: str, photos: Sequence[bytes], gate: Gate, *, keep_chips: bool = False
    ) -> Enrolment:
        """Enrol photos; see `Enroller.enrol`."""
        with _refusing():
            return self._enroller.enrol(_checked(name), photos, gate, keep_chips=keep_chips)

    def rename(self, old: str, new: str) -> str:
        """Give an enrolled person another name, and return it as it is spelt.

        Raises:
            RefusalError: Nobody has the old name (404), or the new one is taken (409).
        """
        self.show(old)
        with _refusing():
            checked = _checked(new)
            taken = any(key_of(label) == key_of(checked) for label in self.trained)
            if key_of(checked) != key_of(old) and (taken or self._gallery.has(checked)):
                raise RefusalError(409, "name-taken", "another person has the new name")
            self._gallery.rename(old, checked)
        return checked

    def merge(self, old: str, new: str) -> None:
        """Give all photos of one person to another, and remove the first.

        Raises:
            RefusalError: Nobody has the old name (404), or there would be too many photos (409).
        """
        person = self.show(old)
        with _refusing():
            for start in range(0, len(person.positives), _STEP):
                rows = slice(start, start + _STEP)
                self._gallery.add(
                    new, person.positives[rows], person.digests[rows], person.chips[rows]
                )
            self._gallery.remove(old)

    def remove(self, name: str) -> None:
        """Remove an enrolled person: embeddings, digests and chips are gone on return.

        Raises:
            RefusalError: Nobody has this name (404).
        """
        if not self._gallery.has(name):
            self.show(name)
        with _refusing():
            self._gallery.remove(name)

    def photos(self, name: str | None = None) -> Iterator[EnrolledPhoto]:
        """Return the photos of a person, or of everybody."""
        persons = self._gallery.people() if name is None else [self.show(name)]
        for person in persons:
            yield from photos_of(person)

    def photo(self, identifier: str) -> EnrolledPhoto:
        """Return a photo by its id.

        Raises:
            RefusalError: There is none (404).
        """
        found = next((each for each in self.photos() if each.id == identifier), None)
        if found is None:
            raise RefusalError(404, "photo-not-found", "no enrolled photo has this id")
        return found

    def nearest(self, vector: Vectors) -> tuple[str, float]:
        """Return the person an embedding is nearest to, trained or enrolled, and the similarity.

        Args:
            vector: Unit length, float32 [D].
        """
        return self._recognizer.nearest(vector)

    def forget(self, photo: EnrolledPhoto) -> None:
        """Take one photo out; the person stays."""
        with _refusing():
            forget_photo(self._place, photo)


def _checked(name: str) -> str:
    try:
        return checked_name(name)
    except GalleryError as error:
        raise RefusalError(400, "name", error.message, error.hint) from error


_STEP = 20  # how many photos a gallery takes at once


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn the gallery's errors into refusals: they are about what the client asked for."""
    try:
        yield
    except GalleryError as error:
        raise RefusalError(409, error.code, error.message, error.hint) from error
