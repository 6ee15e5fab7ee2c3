"""When a face is a stranger's: how close it must lie to a person to be given that name.

A softmax layer always names somebody. So each person's class counts only as far as the face also
lies close to the person's centroid, the mean of the training embeddings:

    P(person)  = softmax(person) · σ((similarity − threshold) / temperature)
    P(unknown) = 1 − Σ P(person)

and the answer is the most probable of them. At the threshold a person is even with `unknown`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facewright.classifier.labels import UNKNOWN, index_of, people

Vectors = NDArray[np.float32]
"""Unit-length embeddings, float32 [N, D]."""

_SHARE_OF_OTHERS = 0.99
_SHARE_OF_OWN = 0.05
_SHARE_OF_GAP = 1 / 3
_STEEPNESS = 4.0  # σ(4) = 0.98: the gate at a person's median similarity
_LEAST_TEMPERATURE = 1e-3


@dataclass(frozen=True)
class Evidence:
    """What a threshold was set from: cosine similarities of the training photos.

    Attributes:
        own_photos: Photos compared with their own person's other photos.
        own_low: Their 5 % quantile; None when no person has two photos.
        own_median: Their median; None as above.
        other_photos: Photos compared with the nearest other person.
        other_high: Their 99 % quantile.
    """

    own_photos: int
    own_low: float | None
    own_median: float | None
    other_photos: int
    other_high: float


@dataclass(frozen=True)
class Rejection:
    """The rule that turns softmax probabilities into an answer.

    Attributes:
        labels: Class labels in index order; `unknown` may be one of them.
        centroids: One unit-length row for each person, in the order of the labels,
            float32 [people, D].
        threshold: Cosine similarity at which a person is even with `unknown`.
        temperature: How fast belief grows around the threshold.
    """

    labels: tuple[str, ...]
    centroids: Vectors
    threshold: float
    temperature: float

    def decide(self, probabilities: NDArray[np.float32], embedding: Vectors) -> "Decision":
        """Answer for one face.

        Args:
            probabilities: Softmax output, float32 [classes].
            embedding: Unit length, float32 [D].
        """
        names = people(self.labels)
        similarities = self.centroids @ embedding
        columns = [self.labels.index(name) for name in names]
        belief = probabilities[columns] * self._gate(similarities)
        best = int(np.argmax(belief))
        doubt = float(max(0.0, 1.0 - belief.sum()))
        name, probability = names[best], float(belief[best])
        if doubt > probability:
            name, probability = UNKNOWN, doubt
        closest = int(np.argmax(similarities)) if name == UNKNOWN else best
        softmax = int(np.argmax(probabilities))
        return Decision(
            index=index_of(name, self.labels),
            name=name,
            probability=probability,
            similarity=float(similarities[closest]),
            candidate=names[best],
            score=float(belief[best]),
            softmax_name=self.labels[softmax],
            softmax_probability=float(probabilities[softmax]),
        )

    def _gate(self, similarities: Vectors) -> NDArray[np.float64]:
        distance = (similarities.astype(np.float64) - self.threshold) / self.temperature
        gate: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(distance, -60, 60)))
        return gate


@dataclass(frozen=True)
class Decision:
    """The answer for one face.

    Attributes:
        index: Index of the label, as a string; ``"-1"`` for `unknown` without such a class.
        name: A person or `unknown`.
        probability: How probable this answer is, 0–1.
        similarity: Cosine to the named person's centroid; for `unknown`, to the nearest one's.
        candidate: The most probable person, whether the answer or not.
        score: How probable that person is, 0–1; what an open-set evaluation sweeps.
        softmax_name: What the softmax alone would have answered, for comparison.
        softmax_probability: Its probability, 0–1.
    """

    index: str
    name: str
    probability: float
    similarity: float
    candidate: str
    score: float
    softmax_name: str
    softmax_probability: float

    @property
    def unknown(self) -> bool:
        """Whether the face is nobody's."""
        return self.name == UNKNOWN


def calibrate(
    vectors: Vectors, names: Sequence[str], labels: Sequence[str]
) -> tuple[Rejection, Evidence]:
    """Set the threshold from the training photos alone.

    Each photo is compared with the centroid of the other photos of its person, and with the
    nearest centroid of anybody else; photos of `unknown` only with everybody. The threshold lies
    a third of the way from the 99 % quantile of the others to the 5 % quantile of the own: later
    photos of a person vary more than the training photos do, strangers do not.

    Args:
        vectors: Training embeddings, unit length, float32 [N, D].
        names: Label of each row.
        labels: Class labels in index order.
    """
    rows = np.asarray(names)
    known = people(labels)
    sums = np.stack([vectors[rows == person].sum(axis=0) for person in known])
    own, others = _similarities(vectors, rows, known, sums)
    evidence = _evidence(own, others)
    threshold, temperature = _threshold(evidence)
    centroids = _unit(sums).astype(np.float32)
    return Rejection(tuple(labels), centroids, threshold, temperature), evidence


def _similarities(
    vectors: Vectors, rows: NDArray[np.str_], known: list[str], sums: Vectors
) -> tuple[list[float], list[float]]:
    to_centroids = vectors @ _unit(sums).T
    own: list[float] = []
    others: list[float] = []
    for vector, name, similarities in zip(vectors, rows, to_centroids, strict=True):
        elsewhere = similarities[[person != name for person in known]]
        if elsewhere.size:
            others.append(float(elsewhere.max()))
        if name in known and np.sum(rows == name) > 1:
            rest = _unit((sums[known.index(str(name))] - vector)[None])[0]
            own.append(float(rest @ vector))
    return own, others


def _evidence(own: list[float], others: list[float]) -> Evidence:
    return Evidence(
        own_photos=len(own),
        own_low=float(np.quantile(own, _SHARE_OF_OWN)) if own else None,
        own_median=float(np.median(own)) if own else None,
        other_photos=len(others),
        other_high=float(np.quantile(others, _SHARE_OF_OTHERS)),
    )


def _threshold(evidence: Evidence) -> tuple[float, float]:
    high = evidence.other_high
    low, median = evidence.own_low, evidence.own_median
    if low is None or median is None:  # one photo a person: nothing to compare it with
        low, median = high + (1 - high) / 2, high + (1 - high) * 3 / 4
    threshold = high + (low - high) * _SHARE_OF_GAP
    return threshold, max((median - threshold) / _STEEPNESS, _LEAST_TEMPERATURE)


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Vectors = rows / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit
