"""How a way of deciding does on known people and strangers, at its own threshold and at others.

TPIR, the true positive identification rate, is the share of the photos of known people that are
given the right name; FPIR, the false positive identification rate, the share of the strangers that
are given any: Grother et al., *Face Recognition Technology Evaluation (FRTE) Part 2:
Identification* (NIST IR 8271). TPIR at an FPIR is had by moving the threshold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facewright.classifier.labels import UNKNOWN
from facewright.classifier.metrics import wilson
from facewright.classifier.rejection import Decision
from facewright.evaluation.curves import Curve, Scores, area, curve
from facewright.evaluation.intervals import Interval, of_area

_NEVER = float("-inf")


@dataclass(frozen=True)
class Share:
    """So many of so many.

    Attributes:
        part: How many of them.
        whole: Of how many, at least 1.
    """

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share, 0–1."""
        return self.part / self.whole

    @property
    def interval(self) -> Interval:
        """Its 95 % interval."""
        return wilson(self.part, self.whole)


@dataclass(frozen=True)
class Guess:
    """What one way of deciding says about one photo.

    Attributes:
        name: The answer at the way's own threshold; `unknown` without a face.
        candidate: Who it is, if it is anybody; None without a face, or when nobody is likelier.
        score: How sure that is, 0–1; minus infinity without a candidate.
    """

    name: str
    candidate: str | None
    score: float


def by_recognizer(decision: Decision | None) -> Guess:
    """Return the model's answer: the softmax gated by the similarity to the person."""
    if decision is None:
        return Guess(UNKNOWN, None, _NEVER)
    return Guess(decision.name, decision.candidate, decision.score)


def by_softmax(decision: Decision | None, threshold: float) -> Guess:
    """Return what a softmax layer with a plain threshold would have answered."""
    if decision is None or decision.softmax_name == UNKNOWN:
        return Guess(UNKNOWN, None, _NEVER)
    name, sure = decision.softmax_name, decision.softmax_probability
    return Guess(name if sure >= threshold else UNKNOWN, name, sure)


class Operating:
    """What a way of deciding made of known people and of strangers.

    Args:
        truth: Who each photo of a known person shows; at least one.
        known: The guesses about them, in the same order.
        strangers: The guesses about strangers; at least one.
    """

    def __init__(
        self, truth: Sequence[str], known: Sequence[Guess], strangers: Sequence[Guess]
    ) -> None:
        named = sum(guess.name == person for guess, person in zip(known, truth, strict=True))
        accepted = sum(guess.name != UNKNOWN for guess in strangers)
        self.known_accuracy = Share(named, len(known))
        self.false_positive_rate = Share(accepted, len(strangers))
        self._known = _scores(
            [
                guess.score if guess.candidate == person else _NEVER
                for guess, person in zip(known, truth, strict=True)
            ]
        )
        self._strangers = _scores([guess.score for guess in strangers])

    @property
    def area(self) -> float:
        """Area under the curve of TPIR over FPIR, 0–1; a wrong candidate is never accepted."""
        return area(self._known, self._strangers)

    @property
    def area_interval(self) -> Interval:
        """Its 95 % interval."""
        return of_area(self.area, len(self._known), len(self._strangers))

    def curve(self) -> Curve:
        """Return TPIR over FPIR, over all thresholds."""
        return curve(self._known, self._strangers)

    def tpir_at(self, fpir: float) -> Share:
        """Return the TPIR at the threshold that at most the share `fpir` of strangers reach."""
        reached = self.curve().at(fpir).true_accepts
        return Share(round(reached * len(self._known)), len(self._known))


def _scores(values: Sequence[float]) -> Scores:
    return np.array(values, dtype=np.float64)
