"""Setting the threshold: how many strangers may be given a name, for a gallery of this size.

A stranger's score is the similarity to the nearest centroid of *all* people, so the size of the
gallery is in it. Scores come from the folder `unknown`, and from the people themselves: each one is
held out in turn and compared with the centroids of the others. Counting the share of strangers
above a threshold takes about 3 / rate of them (the rule of three). With fewer, a distribution is
fitted: a normal one to the scores; or, when there are almost none, an extreme-value one (Gumbel) to
the angles, which takes generated people along. Measured on real photos in adr/0004.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from facewright.classifier.labels import UNKNOWN, people
from facewright.classifier.metrics import wilson
from facewright.classifier.rejection import Rejection, Vectors, centroids, trimmed_mean

FEWEST_STRANGERS = 20
"""With fewer photos of other people than this, generated people are needed."""

Method = Literal["quantile", "normal", "gumbel"]
Scores = NDArray[np.float64]

_STEEPNESS = 4.0  # σ(4) = 0.98: the belief at a person's median similarity
_LEAST_TEMPERATURE = 1e-3
_EULER = 0.5772156649
_CAUTION = 0.5
_LEAST_ANGLE = 0.02  # two embeddings of one chip differ by less


@dataclass(frozen=True)
class Evidence:
    """What a threshold was set from.

    Attributes:
        false_positive_rate: The share of strangers who may be named.
        people: Size of the gallery it holds for.
        method: How the threshold was found: counted, or from a fitted distribution.
        strangers: Photos of the folder `unknown`.
        held_out: Photos of people compared with everybody else's centroids.
        generated: Generated people.
        needed: How many strangers counting takes at this rate.
        above: How many of all those scores lie at or above the threshold.
        above_low: Lower end of the 95 % interval of that share, 0–1.
        above_high: Its upper end.
        own_median: Median similarity of people's photos to their own centroid from the others;
            None when nobody has two photos.
    """

    false_positive_rate: float
    people: int
    method: Method
    strangers: int
    held_out: int
    generated: int
    needed: int
    above: int
    above_low: float
    above_high: float
    own_median: float | None


def calibrate(
    vectors: Vectors,
    names: Sequence[str],
    labels: Sequence[str],
    rate: float,
    generated: Callable[[], Vectors],
) -> tuple[Rejection, Evidence]:
    """Set the threshold from the training photos.

    Args:
        vectors: Training embeddings, unit length, float32 [N, D].
        names: Label of each row.
        labels: Class labels in index order.
        rate: The share of strangers who may be given a name, above 0.
        generated: Gives the embeddings of generated people, float32 [M, D]; called only when
            there are fewer strangers than `FEWEST_STRANGERS`.
    """
    rows = np.asarray(names)
    middles = centroids(vectors, names, labels)
    strangers = nearest(vectors[rows == UNKNOWN], middles)
    held_out = _held_out_scores(vectors, rows, labels, middles)
    few = len(strangers) < FEWEST_STRANGERS
    drawn = nearest(generated(), middles) if few else np.empty(0)
    scores = np.concatenate([strangers, held_out, drawn])
    method = _method(len(strangers), rate)
    threshold = _THRESHOLDS[method](scores, rate)
    own = _own_similarities(vectors, rows, labels)
    evidence = _evidence(
        rate, len(middles), method, (strangers, held_out, drawn), scores, threshold, own
    )
    temperature = _temperature(evidence.own_median, threshold)
    return Rejection(tuple(labels), middles, threshold, temperature), evidence


def nearest(vectors: Vectors, middles: Vectors) -> Scores:
    """Return the similarity of each row to its nearest centroid, float64 [N]."""
    if not len(vectors):
        return np.empty(0)
    scores: Scores = (vectors @ middles.T).max(axis=1).astype(np.float64)
    return scores


def strangers_needed(rate: float) -> int:
    """Return how many strangers it takes to see a rate, by the rule of three."""
    return math.ceil(3 / rate)


def _method(strangers: int, rate: float) -> Method:
    if strangers >= strangers_needed(rate):
        return "quantile"
    return "normal" if strangers >= FEWEST_STRANGERS else "gumbel"


def _quantile(scores: Scores, rate: float) -> float:
    return float(np.quantile(scores, 1 - rate, method="higher"))


def _normal(scores: Scores, rate: float) -> float:
    # The bound below which the next score of such a sample lies with that probability, rather than
    # the quantile of the fitted curve: a small sample may have missed the middle. A curve knows
    # nothing of the end of the scale, so the threshold stays half-way to it at the most.
    reach = NormalDist().inv_cdf(1 - rate) * math.sqrt(1 + 1 / len(scores))
    highest = (float(scores.max()) + 1) / 2
    return min(float(scores.mean() + reach * scores.std(ddof=1)), highest)


def _gumbel(scores: Scores, rate: float) -> float:
    # The limit law of smallest values (Gumbel, 1935), fitted by its moments; for half the rate,
    # since generated people are not quite what real strangers are.
    rate *= _CAUTION
    angles = np.arccos(np.clip(scores, -1, 1))
    scale = angles.std(ddof=1) * math.sqrt(6) / math.pi
    mode = angles.mean() + _EULER * scale
    angle = float(mode + scale * math.log(-math.log(1 - rate)))
    return math.cos(max(angle, _LEAST_ANGLE))


_THRESHOLDS: dict[Method, Callable[[Scores, float], float]] = {
    "quantile": _quantile,
    "normal": _normal,
    "gumbel": _gumbel,
}


def _held_out_scores(
    vectors: Vectors, rows: NDArray[np.str_], labels: Sequence[str], middles: Vectors
) -> Scores:
    scores = [
        nearest(vectors[rows == person], np.delete(middles, position, axis=0))
        for position, person in enumerate(people(labels))
        if len(middles) > 1
    ]
    return np.concatenate([np.empty(0), *scores])


def _own_similarities(
    vectors: Vectors, rows: NDArray[np.str_], labels: Sequence[str]
) -> list[float]:
    similarities = []
    for person in people(labels):
        own = vectors[rows == person]
        for position in range(len(own) if len(own) > 1 else 0):
            rest = trimmed_mean(np.delete(own, position, axis=0))
            similarities.append(float(rest @ own[position]))
    return similarities


def _evidence(
    rate: float,
    size: int,
    method: Method,
    parts: tuple[Scores, Scores, Scores],
    scores: Scores,
    threshold: float,
    own: list[float],
) -> Evidence:
    above = int(np.sum(scores >= threshold))
    low, high = wilson(above, len(scores))
    strangers, held_out, drawn = map(len, parts)
    return Evidence(
        false_positive_rate=rate,
        people=size,
        method=method,
        strangers=strangers,
        held_out=held_out,
        generated=drawn,
        needed=strangers_needed(rate),
        above=above,
        above_low=low,
        above_high=high,
        own_median=float(np.median(own)) if own else None,
    )


def _temperature(own_median: float | None, threshold: float) -> float:
    typical = own_median if own_median is not None else (1 + threshold) / 2
    return max((typical - threshold) / _STEEPNESS, _LEAST_TEMPERATURE)
