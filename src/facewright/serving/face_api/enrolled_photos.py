"""Single photos of enrolled people: an id for each, a person without any, one photo less."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from facewright.gallery import folder as files
from facewright.gallery.gallery import Gallery
from facewright.gallery.names import checked_name
from facewright.gallery.person import Person, Vectors, to_bytes

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
        vector: Unit-length embedding, float32 [D].
        chip: Its chip as PNG, or None when it was not kept.
    """

    id: str
    name: str
    vector: Vectors
    chip: bytes | None


def photos_of(person: Person) -> Iterator[EnrolledPhoto]:
    """Return a person's photos, in the order they were enrolled."""
    rows = zip(person.digests, person.positives, person.chips, strict=True)
    for digest, vector, chip in rows:
        yield EnrolledPhoto(photo_id(digest), person.name, vector, chip)


class Place(NamedTuple):
    """A gallery that photos are taken out of.

    Attributes:
        gallery: It.
        header: What its folder says about itself.
    """

    gallery: Gallery
    header: files.Header


def create(place: Place, name: str) -> bool:
    """Enrol a person who has no photos yet.

    Returns:
        Whether the person is new.

    Raises:
        GalleryError: The name cannot be one.
    """
    checked = checked_name(name)
    with files.sole_writer(place.gallery.folder):
        if place.gallery.has(checked):
            return False
        none = np.zeros((0, place.header.dimension), np.float32)
        _write(place, Person(checked, none, (), none))
    return True


def forget_photo(place: Place, photo: EnrolledPhoto) -> bool:
    """Take one photo of a person out; the person stays, if need be without photos.

    Returns:
        Whether it was there.
    """
    with files.sole_writer(place.gallery.folder):
        if not place.gallery.has(photo.name):
            return False
        person = place.gallery.show(photo.name)
        kept = [row for row, each in enumerate(photos_of(person)) if each.id != photo.id]
        if len(kept) == len(person.digests):
            return False
        _write(place, _with_only(person, kept))
    return True


def _with_only(person: Person, rows: list[int]) -> Person:
    return replace(
        person,
        positives=person.positives[rows],
        digests=tuple(person.digests[row] for row in rows),
        chips=tuple(person.chips[row] for row in rows),
    )


def _write(place: Place, person: Person) -> None:
    files.replace_person(place.gallery.folder, place.header, person.key, to_bytes(person))
