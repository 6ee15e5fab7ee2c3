"""When a face is a stranger's: how close it must lie to a person to be given that name.

A softmax layer always names somebody. So its choice among the people counts only when the face also
lies close to that person's centroid: at or above the threshold the person is named, below it the
face is `unknown`. Belief grows smoothly around the threshold,

    P(person)  = softmax among the people · σ((similarity − threshold) / temperature)
    P(unknown) = 1 − Σ P(person)

so that the probabilities of people and `unknown` sum to one, and a person the softmax is sure of is
even with `unknown` at the threshold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facewright.classifier.labels import UNKNOWN, index_of, people

Vectors = NDArray[np.float32]
"""Unit-length embeddings, float32 [N, D]."""

_KEPT = 0.8
_TRIMMING_ROUNDS = 3


@dataclass(frozen=True)
class Rejection:
    """The rule that turns softmax probabilities into an answer.

    Attributes:
        labels: Class labels in index order; `unknown` may be one of them.
        centroids: One unit-length row for each person, in the order of the labels,
            float32 [people, D].
        threshold: Least cosine similarity to the centroid at which a person is named.
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
        shares = self._among_people(probabilities, names)
        best = int(np.argmax(shares))
        belief = shares * self._gate(similarities)
        known = bool(similarities[best] >= self.threshold)
        name = names[best] if known else UNKNOWN
        softmax = int(np.argmax(probabilities))
        return Decision(
            index=index_of(name, self.labels),
            name=name,
            probability=float(belief[best] if known else max(0.0, 1 - belief.sum())),
            similarity=float(similarities[best] if known else similarities.max()),
            candidate=names[best],
            score=float(similarities[best]),
            softmax_name=self.labels[softmax],
            softmax_probability=float(probabilities[softmax]),
        )

    @property
    def unknown_index(self) -> str:
        """The index that the answer `unknown` carries."""
        return index_of(UNKNOWN, self.labels)

    def belief(self, similarity: float) -> float:
        """Return how probable a person at this similarity is when nobody else is near, 0–1."""
        return float(self._gate(np.array([similarity], np.float32))[0])

    def _among_people(
        self, probabilities: NDArray[np.float32], names: list[str]
    ) -> NDArray[np.float64]:
        # What the head gives to its class `unknown` would only lose people: rejecting by
        # similarity alone measured better (adr/0004).
        columns = [self.labels.index(name) for name in names]
        weights = probabilities[columns].astype(np.float64) + np.finfo(np.float64).tiny
        shares: NDArray[np.float64] = weights / weights.sum()
        return shares

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
        candidate: The person the head would choose, whether the answer or not.
        score: Cosine to that person's centroid; what an open-set evaluation sweeps.
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


def centroids(vectors: Vectors, names: Sequence[str], labels: Sequence[str]) -> Vectors:
    """Return each person's centroid: the mean direction of the closest 80 % of the photos.

    Leaving the farthest fifth out keeps a wrong photo in a folder from moving the person.

    Args:
        vectors: Embeddings, unit length, float32 [N, D].
        names: Label of each row.
        labels: Class labels in index order.

    Returns:
        Unit length, float32 [people, D], in the order of the labels.
    """
    rows = np.asarray(names)
    return np.stack([trimmed_mean(vectors[rows == person]) for person in people(labels)])


def trimmed_mean(vectors: Vectors) -> Vectors:
    """Return the unit-length mean, float32 [D], of the closest 80 % of `vectors` [N, D]."""
    mean = unit(vectors.mean(axis=0))
    kept = max(1, int(np.ceil(len(vectors) * _KEPT)))
    for _ in range(_TRIMMING_ROUNDS):
        closest = np.argsort(-(vectors @ mean), kind="stable")[:kept]
        mean = unit(vectors[closest].mean(axis=0))
    return mean


def unit(vectors: Vectors) -> Vectors:
    """Return `vectors` [..., D] at length one; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
    return scaled.astype(np.float32)
