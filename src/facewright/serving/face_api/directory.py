"""The people a service knows, trained and enrolled, and every change to the enrolled ones."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from facewright.classifier.labels import people
from facewright.errors import DatabaseError, GalleryError
from facewright.faces.quality import Gate
from facewright.gallery.gallery import Gallery
from facewright.gallery.names import checked_name, key_of
from facewright.gallery.person import Person, Vectors
from facewright.recognizer.enrolment import Enroller, Enrolment
from facewright.recognizer.recognizer import Recognizer
from facewright.serving.face_api.enrolled_photos import EnrolledPhoto, photos_of
from facewright.serving.problems import RefusalError
from facewright.wire.faces import PersonEntry

logger = logging.getLogger(__name__)

_AGAIN_SECONDS = 5


class Directory:
    """People behind the routes; every method reads or writes the gallery.

    Other workers and the command line see each change, and theirs are seen here: at once where the
    gallery is a folder, within seconds where it is a database.

    Args:
        recognizer: Whose people they are.
        gallery: The enrolled ones.
    """

    def __init__(self, recognizer: Recognizer, gallery: Gallery) -> None:
        self.trained = tuple(people(recognizer.contract.labels))
        self._recognizer = recognizer
        self._gallery = gallery
        self._enroller = Enroller(recognizer, gallery)

    def entries(self) -> list[PersonEntry]:
        """Return everybody, by name."""
        trained = [PersonEntry(name=name, source="trained") for name in self.trained]
        with _reaching():
            enrolled = [entry_of(person) for person in self._gallery.people()]
        return sorted([*trained, *enrolled], key=lambda entry: (entry.name, entry.source))

    def count(self) -> int:
        """Return how many people were enrolled."""
        with _reaching():
            return self._gallery.count()

    def show(self, name: str) -> Person:
        """Return an enrolled person.

        Raises:
            RefusalError: Nobody has this name (404).
        """
        self._check_enrolled(name)
        with _refusing():
            return self._gallery.show(name)

    def create(self, name: str) -> bool:
        """Enrol a person without photos; returns whether the person is new."""
        with _refusing():
            return self._gallery.create(self._enroller.spelt(_checked(name)))

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
        self.show(old)
        with _refusing():
            self._gallery.merge(old, new)

    def remove(self, name: str) -> None:
        """Remove an enrolled person: embeddings, digests and chips are gone on return.

        Raises:
            RefusalError: Nobody has this name (404).
        """
        # Not shown first: a damaged person must be removable too.
        self._check_enrolled(name)
        with _refusing():
            self._gallery.remove(name)

    def photos(self, name: str | None = None) -> Iterator[EnrolledPhoto]:
        """Return the photos of a person, or of everybody."""
        with _reaching():
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
            self._gallery.forget_photos(photo.name, [photo.digest])

    def _check_enrolled(self, name: str) -> None:
        with _reaching():
            found = self._gallery.has(name)
        if not found:
            raise RefusalError(
                404,
                "person-not-found",
                "nobody of this name is enrolled",
                hint="GET /v1/people lists who is",
            )


def entry_of(person: Person) -> PersonEntry:
    """Return an enrolled person's line in a list."""
    return PersonEntry(
        name=person.name,
        source="enrolled",
        photos=len(person.positives),
        negatives=len(person.negatives),
    )


def _checked(name: str) -> str:
    try:
        return checked_name(name)
    except GalleryError as error:
        raise RefusalError(400, "name", error.message, error.hint) from error


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn the gallery's errors into refusals: they are about what the client asked for."""
    try:
        with _reaching():
            yield
    except GalleryError as error:
        raise RefusalError(409, error.code, error.message, error.hint) from error


@contextmanager
def _reaching() -> Iterator[None]:
    """Turn a place that is away, or may not be written, into a refusal; the log says more."""
    try:
        yield
    except (DatabaseError, OSError) as error:
        logger.error("the people cannot be reached: %s", error)
        raise RefusalError(
            503,
            "people-unreachable",
            "the enrolled people cannot be read or changed where the service keeps them",
            hint="try again; photos are still recognised. In a container, start the service with "
            "FACEWRIGHT_GALLERY_URL",
            headers={"retry-after": str(_AGAIN_SECONDS)},
        ) from error
