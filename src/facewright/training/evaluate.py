"""How well the photos that were held out are named by the very model that is saved."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facewright.classifier.labels import UNKNOWN
from facewright.classifier.metrics import Score, accuracy, confusion_matrix, scores
from facewright.classifier.rejection import Rejection


@dataclass(frozen=True)
class Evaluation:
    """Results on held-out photos.

    Attributes:
        labels: Names that are photos' labels or answers; `unknown` is always one of them.
        accuracy: Share of right answers, 0–1.
        matrix: Counts, int64 [labels, labels]; row = shown, column = answered.
        scores: Precision and recall of each label.
    """

    labels: tuple[str, ...]
    accuracy: float
    matrix: NDArray[np.int64]
    scores: list[Score]

    @property
    def photos(self) -> int:
        """How many photos were held out."""
        return int(self.matrix.sum())


def evaluate(
    rule: Rejection,
    probabilities: NDArray[np.float32],
    vectors: NDArray[np.float32],
    names: Sequence[str],
) -> Evaluation | None:
    """Name held-out photos and count.

    Args:
        rule: The rejection rule of the model.
        probabilities: The head's output, float32 [N, classes].
        vectors: Embeddings, unit length, float32 [N, D].
        names: What each photo shows.

    Returns:
        The results, or None when no photo was held out.
    """
    if not names:
        return None
    answers = [
        rule.decide(row, vector).name for row, vector in zip(probabilities, vectors, strict=True)
    ]
    labels = rule.labels if UNKNOWN in rule.labels else (*rule.labels, UNKNOWN)
    matrix = confusion_matrix(names, answers, labels)
    return Evaluation(labels, accuracy(names, answers), matrix, scores(matrix, labels))
