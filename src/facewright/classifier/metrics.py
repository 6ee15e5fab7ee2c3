"""How well held-out photos were named."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
