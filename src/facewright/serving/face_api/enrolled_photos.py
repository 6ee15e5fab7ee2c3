"""Single photos of enrolled people: an id for each."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from facewright.gallery.person import Person, Vectors

_NAMESPACE = uuid.UUID("3c0f7be5-5c46-4c50-9a55-7f1d0a6f7b3a")


def photo_id(digest: str) -> str:
    """Return the id of an enrolled photo; it stays when the person gets another name.

    A file that was enrolled for two people has the same id for both.
    """
    return str(uuid.uuid5(_NAMESPACE, digest))


@dataclass(frozen=True)
class EnrolledPhoto:
    """One photo of one person.

    Attributes:
        id: Its id.
        name: The person.
        digest: Of its file.
        vector: Unit-length embedding, float32 [D].
        chip: Its chip as PNG, or None when it was not kept.
    """

    id: str
    name: str
    digest: str
    vector: Vectors
    chip: bytes | None


def photos_of(person: Person) -> Iterator[EnrolledPhoto]:
    """Return a person's photos, in the order they were enrolled."""
    rows = zip(person.digests, person.positives, person.chips, strict=True)
    for digest, vector, chip in rows:
        yield EnrolledPhoto(photo_id(digest), person.name, digest, vector, chip)
