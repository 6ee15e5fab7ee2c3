"""How alike photos of one person are in this folder, and photos of two people.

A folder with a wrong photo must not hide it: a person's centre is a trimmed mean, the photo in
question is left out of its own centre, and levels are medians.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facewright.photobook.folder import is_known

Vectors = NDArray[np.float32]
"""Unit-length embeddings, float32 [N, D]."""

_KEPT = 0.75
_ROUNDS = 2
_TO_DEVIATION = 1.4826  # median absolute deviation to standard deviation of a normal distribution
_LEAST_SPREAD = 0.1


@dataclass(frozen=True)
class Level:
    """Where similarities lie.

    Attributes:
        median: Their median.
        spread: Their standard deviation, estimated from the median absolute deviation.
        count: How many there were.
    """

    median: float
    spread: float
    count: int


@dataclass(frozen=True)
class Comparison:
    """Every photo against every person.

    Attributes:
        labels: Folder of each row.
        people: The known ones that have photos.
        own: Cosine to the centre of the other photos of its folder; NaN for `unknown` and for
            somebody's only photo. float64 [N].
        other: Cosine to each person's centre; −1 for a photo's own person. float64 [N, people].
        across: Median cosine of a row's person to a column's centre, float64 [people, people].
    """

    labels: NDArray[np.str_]
    people: tuple[str, ...]
    own: NDArray[np.float64]
    other: NDArray[np.float64]
    across: NDArray[np.float64]


def centre(vectors: Vectors) -> Vectors:
    """Return the trimmed mean of embeddings: that of the three quarters nearest to it.

    Args:
        vectors: float32 [N, D], N ≥ 1.

    Returns:
        Unit length, float32 [D].
    """
    kept = int(np.ceil(len(vectors) * _KEPT))
    mean = vectors.mean(axis=0)
    for _ in range(_ROUNDS):
        nearest = np.argsort(-(vectors @ mean), kind="stable")[:kept]
        mean = vectors[nearest].mean(axis=0)
    unit: Vectors = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return unit


def level(values: Sequence[float] | NDArray[np.float64]) -> Level:
    """Return where values lie, so that a quarter of them may be wrong."""
    array = np.asarray(values, dtype=np.float64)
    median = float(np.median(array))
    spread = float(np.median(np.abs(array - median))) * _TO_DEVIATION
    return Level(median, max(spread, _LEAST_SPREAD * (1 - median)), len(array))


def compare(vectors: Vectors, labels: Sequence[str]) -> Comparison:
    """Compare every photo with every person.

    Args:
        vectors: Unit-length embeddings, float32 [N, D].
        labels: Folder of each row.
    """
    rows = np.asarray(labels, dtype=np.str_)
    people = tuple(sorted({label for label in labels if is_known(label)}))
    centres = [centre(vectors[rows == person]) for person in people]
    shape = (len(rows), len(people))
    raw = (vectors @ np.stack(centres).T).astype(np.float64) if people else np.zeros(shape)
    mine = rows[:, None] == np.asarray(people, dtype=np.str_)[None, :]
    across = np.array([np.median(raw[rows == person], axis=0) for person in people])
    return Comparison(rows, people, _own(vectors, rows), np.where(mine, -1.0, raw), across)


def _own(vectors: Vectors, rows: NDArray[np.str_]) -> NDArray[np.float64]:
    own = np.full(len(rows), np.nan)
    for person in {str(label) for label in rows if is_known(str(label))}:
        members = np.flatnonzero(rows == person)
        for row in members if len(members) > 1 else ():
            own[row] = centre(vectors[members[members != row]]) @ vectors[row]
    return own
