"""From which similarity on two faces are one person's, read from the folder itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facewright.photobook.folder import is_known
from facewright.photobook.similarity import Comparison, Level, level

_ENOUGH = 10
_NEAR_SPREADS = 2.0
_ODD_SPREADS = 3.0
_TWIN_SPREADS = 3.0
_ALONE_SPREADS = 2.0
_CROWD, _CROWD_SPREADS = 8, 4.0

_USUAL = {
    "dlib-resnet-v1": (Level(0.971, 0.011, 0), Level(0.891, 0.016, 0)),
}
"""Levels of embedders, for folders with too few photos: measured on 265 real photos."""


@dataclass(frozen=True)
class Limits:
    """The levels of this folder and what follows from them.

    Attributes:
        own: Photos compared with their own person.
        other: Photos compared with the nearest other person.
        measured: Whether the levels are this folder's own, not the embedder's usual ones.
    """

    own: Level
    other: Level
    measured: bool

    @property
    def same(self) -> float:
        """As many spreads below `own` as above `other`."""
        own, other = self.own, self.other
        share = own.spread / (own.spread + other.spread)
        return own.median - (own.median - other.median) * share

    @property
    def hidden(self) -> float:
        """A stranger is hardly ever this close to somebody, even to the nearest of many."""
        return self.same + (self.own.median - self.same) / 4

    @property
    def near(self) -> float:
        """Other people are hardly ever this close to a photo."""
        return min(self.same, self.other.median + _NEAR_SPREADS * self.other.spread)

    @property
    def apart(self) -> float:
        """A photo less close to its own person is no closer than other people are.

        Among thousands the nearest other person is close; then the person's own photos decide.
        """
        nearest = self.other.median + self.other.spread
        return min(nearest, self.own.median - _ODD_SPREADS * self.own.spread)

    @property
    def margin(self) -> float:
        """How much closer another person must be before a label is doubted."""
        return max((self.own.median - self.other.median) / 4, self.own.spread)


def twins(comparison: Comparison, embedder: str) -> list[tuple[int, int]]:
    """Find the pairs of folders whose photos are as close to the other's centre as to their own.

    Returns:
        Positions in `comparison.people`, i < j.
    """
    floors = _floors(comparison, embedder)
    if floors is None:
        return []
    across = comparison.across
    count = len(comparison.people)
    return [
        (i, j)
        for i in range(count)
        for j in range(i + 1, count)
        if across[i, j] >= floors[i] and across[j, i] >= floors[j]
    ]


def find_limits(
    comparison: Comparison, pairs: list[tuple[int, int]], embedder: str
) -> Limits | None:
    """Read the limits from a folder.

    Args:
        comparison: Its photos.
        pairs: Folders that hold one person; they do not count as other people.
        embedder: Whose usual levels stand in when there are too few photos.

    Returns:
        The limits, or None when this folder cannot tell: it holds too few photos and the embedder
        is not known, or the embedder does not tell these people apart.
    """
    own = _known_own(comparison)
    others = nearest_other(comparison, pairs)
    others = others[others > -1]
    if len(own) >= _ENOUGH and len(others) >= _ENOUGH:
        limits = Limits(level(own), level(others), measured=True)
    elif embedder in _USUAL:
        limits = Limits(*_USUAL[embedder], measured=False)
    else:
        return None
    return limits if limits.own.median > limits.other.median else None


def nearest_other(comparison: Comparison, pairs: list[tuple[int, int]]) -> NDArray[np.float64]:
    """Return each photo's similarity to the nearest other person, −1 where there is none."""
    other = without_twins(comparison, pairs)
    return other.max(axis=1) if other.shape[1] else np.full(len(other), -1.0)


def without_twins(comparison: Comparison, pairs: list[tuple[int, int]]) -> NDArray[np.float64]:
    """Return `comparison.other` with −1 where the other folder holds the same person."""
    other = comparison.other.copy()
    for i, j in pairs:
        first, second = comparison.people[i], comparison.people[j]
        other[comparison.labels == first, j] = -1
        other[comparison.labels == second, i] = -1
    return other


def _known_own(comparison: Comparison) -> NDArray[np.float64]:
    return comparison.own[~np.isnan(comparison.own)]


def _floors(comparison: Comparison, embedder: str) -> list[float] | None:
    """Return how close a photo of each person is to its own centre at the least."""
    own = _known_own(comparison)
    usual = _USUAL[embedder][0] if embedder in _USUAL else None
    everybody = level(own) if len(own) >= _ENOUGH else usual
    if everybody is None:
        return None
    least = max(_half_way(comparison, everybody), _beyond_crowd(comparison))
    floors = []
    for person in comparison.people:
        mine = comparison.own[comparison.labels == person]
        median = float(np.median(mine)) if np.sum(~np.isnan(mine)) > 2 else everybody.median
        floors.append(max(median - _TWIN_SPREADS * everybody.spread, least))
    return floors


def _half_way(comparison: Comparison, everybody: Level) -> float:
    """Return what lies half-way between photos of one person and of different people.

    A folder of many different people would otherwise be near to everybody. Of the similarities
    between folders the lower half is taken, since the upper may be of one person twice.
    """
    count = len(comparison.people)
    unknown = comparison.other[[not is_known(str(label)) for label in comparison.labels]]
    if count < 3 and not len(unknown):
        return everybody.median - _ALONE_SPREADS * everybody.spread
    between = comparison.across[~np.eye(count, dtype=np.bool_)]
    values = np.sort(np.concatenate([between, unknown.ravel()]))
    low = float(np.median(values[: -(-len(values) // 2)]))
    return (everybody.median + low) / 2


def _beyond_crowd(comparison: Comparison) -> float:
    """Return what lies beyond the nearest neighbours of most folders, −1 when there are few.

    Of thousands of people the nearest two are close to each other by chance.
    """
    count = len(comparison.people)
    if count < _CROWD:
        return -1.0
    both = np.minimum(comparison.across, comparison.across.T)
    np.fill_diagonal(both, -1)
    nearest = level(both.max(axis=1))
    return nearest.median + _CROWD_SPREADS * nearest.spread
