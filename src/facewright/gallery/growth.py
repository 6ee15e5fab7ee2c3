"""A person with more photos or negatives, or with fewer; nothing is stored twice."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from facewright.errors import GalleryError
from facewright.gallery.person import MOST_PHOTOS, Person, Vectors


class NewPhotos(NamedTuple):
    """Photos to be enrolled.

    Attributes:
        vectors: Their embeddings, float32 [N, D], unit length.
        digests: For each, the digest of its file.
        chips: For each, its chip as PNG, or None when it is not to be kept.
    """

    vectors: Vectors
    digests: Sequence[str]
    chips: Sequence[bytes | None]


def with_photos(person: Person, photos: NewPhotos) -> Person:
    """Return the person with the photos whose digests are new.

    Raises:
        GalleryError: There would be too many.
    """
    new: dict[str, int] = {}
    for position, digest in enumerate(photos.digests):
        if digest not in person.digests:
            new.setdefault(digest, position)
    chosen = list(new.values())
    return _checked(
        replace(
            person,
            positives=np.concatenate([person.positives, photos.vectors[chosen]]),
            digests=(*person.digests, *new),
            chips=(*person.chips, *(photos.chips[position] for position in chosen)),
        )
    )


def with_negatives(person: Person, vectors: Vectors) -> Person:
    """Return the person with the negatives that are new.

    Args:
        person: Who these faces are not.
        vectors: Their embeddings, float32 [N, D], unit length.

    Raises:
        GalleryError: There would be too many.
    """
    known = {row.tobytes() for row in person.negatives}
    new = [row[None] for row in vectors if row.tobytes() not in known]
    return _checked(replace(person, negatives=np.concatenate([person.negatives, *new])))


def without_photos(person: Person, digests: Collection[str]) -> Person:
    """Return the person without the photos of these digests."""
    rows = [row for row, digest in enumerate(person.digests) if digest not in digests]
    return replace(
        person,
        positives=person.positives[rows],
        digests=tuple(person.digests[row] for row in rows),
        chips=tuple(person.chips[row] for row in rows),
    )


def _checked(person: Person) -> Person:
    most = max(len(person.positives), len(person.negatives))
    if most > MOST_PHOTOS:
        raise GalleryError(
            f"too many photos of {person.name!r}: expected at most {MOST_PHOTOS}, received {most}",
            hint="20 good photos of a person are plenty",
        )
    return person
