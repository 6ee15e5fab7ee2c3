"""How well photos were named, and how sure that is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Score:
    """One label's precision and recall.

    Attributes:
        label: A person or `unknown`.
        photos: Held-out photos of that label.
        precision: Share of the photos given this label that are of it; None when none was.
        recall: Share of the photos of this label that were given it; None without photos.
    """

    label: str
    photos: int
    precision: float | None
    recall: float | None


def accuracy(truth: Sequence[str], answers: Sequence[str]) -> float:
    """Return the share of right answers, 0–1; there must be at least one."""
    return float(np.mean(np.asarray(truth) == np.asarray(answers)))


def confusion_matrix(
    truth: Sequence[str], answers: Sequence[str], labels: Sequence[str]
) -> NDArray[np.int64]:
    """Count answers.

    Returns:
        int64 [labels, labels]: row = what the photo shows, column = what was answered.
    """
    position = {label: index for index, label in enumerate(labels)}
    matrix = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for shown, answered in zip(truth, answers, strict=True):
        matrix[position[shown], position[answered]] += 1
    return matrix


def scores(matrix: NDArray[np.int64], labels: Sequence[str]) -> list[Score]:
    """Return precision and recall of each label of a confusion matrix."""
    return [
        Score(
            label,
            photos=int(matrix[index].sum()),
            precision=_share(matrix[index, index], matrix[:, index].sum()),
            recall=_share(matrix[index, index], matrix[index].sum()),
        )
        for index, label in enumerate(labels)
    ]


def _share(part: np.int64, whole: np.int64) -> float | None:
    return float(part / whole) if whole else None


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, fractions of 1.

    Wilson, *Probable inference, the law of succession, and statistical inference* (JASA 1927); it
    stays within 0–1 and does not shrink to a point when nothing, or everything, was right.

    Args:
        part: How many of them.
        whole: Of how many; 0 gives 0–1.
    """
    if not whole:
        return 0.0, 1.0
    share, square = part / whole, _Z**2 / whole
    middle = (share + square / 2) / (1 + square)
    half = _Z * math.sqrt(share * (1 - share) / whole + square / (4 * whole)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)
