"""What two sets of scores say: ROC curve, area, and the rates at a threshold.

`same` are scores that should be high (pairs of one person; photos of known people), `different`
those that should be low (pairs of two people; strangers). A score of minus infinity is never
accepted: that is how a face that was not found counts.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
"""Scores, float64 [N]; minus infinity for what is never accepted."""


@dataclass(frozen=True)
class Curve:
    """A receiver operating characteristic, from nothing accepted to everything that can be.

    Attributes:
        thresholds: Falling; a score is accepted when it is at least the threshold. float64 [K].
        false_accepts: Share of `different` accepted at each, rising, float64 [K].
        true_accepts: Share of `same` accepted at each, rising, float64 [K].
    """

    thresholds: Scores
    false_accepts: Scores
    true_accepts: Scores

    def at(self, false_accept_rate: float) -> "Point":
        """Return the point of most true accepts with at most that share of false ones."""
        index = int(np.searchsorted(self.false_accepts, false_accept_rate, side="right")) - 1
        return Point(
            float(self.thresholds[index]),
            float(self.false_accepts[index]),
            float(self.true_accepts[index]),
        )


@dataclass(frozen=True)
class Point:
    """One point of a curve."""

    threshold: float
    false_accepts: float
    true_accepts: float


def curve(same: Scores, different: Scores) -> Curve:
    """Return the curve of two sets of scores; neither may be empty."""
    found = np.concatenate([same, different])
    thresholds = np.unique(found[np.isfinite(found)])[::-1]
    thresholds = np.concatenate([[np.inf], thresholds])
    return Curve(thresholds, _accepted(different, thresholds), _accepted(same, thresholds))


def _accepted(scores: Scores, thresholds: Scores) -> Scores:
    below = np.searchsorted(np.sort(scores), thresholds, side="left")
    share: Scores = (len(scores) - below) / len(scores)
    return share


def area(same: Scores, different: Scores) -> float:
    """Return the area under the ROC curve, 0–1.

    It is the share of (same, different) couples in the right order, ties half: Hanley & McNeil,
    *The meaning and use of the area under a ROC curve* (Radiology 1982).
    """
    ordered = np.sort(different)
    below = np.searchsorted(ordered, same, side="left").sum()
    up_to = np.searchsorted(ordered, same, side="right").sum()
    return float((below + up_to) / 2 / (len(same) * len(different)))


def right(same: Scores, different: Scores, threshold: float) -> int:
    """Return how many are on their side of the threshold; minus infinity is on neither."""
    missed = np.count_nonzero(np.isneginf(different))
    rejected = np.count_nonzero(different < threshold) - missed
    return int(np.count_nonzero(same >= threshold) + rejected)


def best_threshold(same: Scores, different: Scores) -> float:
    """Return the threshold that puts most on their side.

    It lies midway between two scores; of several that are equally good, it is the middle one.
    There must be a score that is finite.
    """
    found = np.concatenate([same, different])
    levels = np.unique(found[np.isfinite(found)])
    between = [float(low + high) / 2 for low, high in pairwise(levels)]
    candidates = [float(levels[0]) - 1e-6, *between, float(levels[-1]) + 1e-6]
    counts = _rights(same, different, np.array(candidates))
    best = np.flatnonzero(counts == counts.max())
    return candidates[int(best[(len(best) - 1) // 2])]


def _rights(same: Scores, different: Scores, thresholds: Scores) -> NDArray[np.int64]:
    accepted = len(same) - np.searchsorted(np.sort(same), thresholds, side="left")
    rejected = np.searchsorted(np.sort(different), thresholds, side="left")
    counts: NDArray[np.int64] = accepted + rejected
    return counts
