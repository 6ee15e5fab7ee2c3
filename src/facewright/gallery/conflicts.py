"""Photos that look more like somebody else than like the person they are enrolled for."""

from typing import NamedTuple

import numpy as np

from facewright.gallery.index import Index
from facewright.gallery.names import key_of
from facewright.gallery.person import Vectors

CONFLICT = "conflicts-with-another-person"


class Conflict(NamedTuple):
    """A photo that is nearer to somebody else.

    Attributes:
        name: Somebody else.
        similarity: Cosine to that person's nearest photo.
        own: Cosine to the nearest other photo of the person it is for; None when there is none.
    """

    name: str
    similarity: float
    own: float | None


def conflicts(
    name: str, vectors: Vectors, enrolled: Vectors, others: Index, *, alone: float
) -> list[Conflict | None]:
    """Compare new photos of a person with the person's other photos and with everybody else's.

    Args:
        name: Whom they are for.
        vectors: Their embeddings, float32 [N, D], unit length.
        enrolled: Embeddings the person has already, float32 [M, D].
        others: Everybody; who is named `name` does not count.
        alone: A single first photo has nothing to compare with; it conflicts from this similarity
            to somebody else on.

    Returns:
        For each photo the conflict, or None.
    """
    found: list[Conflict | None] = []
    for position, vector in enumerate(vectors):
        rest = np.concatenate([np.delete(vectors, position, axis=0), enrolled])
        own = float((rest @ vector).max()) if len(rest) else None
        nearest = next(
            (hit for hit in others.hits(vector) if key_of(hit.name) != key_of(name)), None
        )
        least = alone if own is None else own
        clash = nearest is not None and nearest.similarity >= least
        found.append(Conflict(nearest.name, nearest.similarity, own) if nearest and clash else None)
    return found
