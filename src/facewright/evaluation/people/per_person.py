"""How each person fares, and who is taken for whom."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facewright.classifier.labels import UNKNOWN
from facewright.evaluation.people.evaluate import Judged, PeopleResult
from facewright.evaluation.people.operating import Share
from facewright.evaluation.report.page import percent

NO_FACE = "(no face)"


@dataclass(frozen=True)
class PersonScore:
    """One person's answers, at the model's own threshold.

    Attributes:
        name: The person.
        photos: How many photos show them, at least 1.
        right: How many of those were answered with their name.
        missed: How many of those have no usable face.
        answered: How many photos, of anybody, were answered with their name.
    """

    name: str
    photos: int
    right: int
    missed: int
    answered: int

    @property
    def precision(self) -> Share | None:
        """Share of the photos given this name, strangers' among them, that are of the person."""
        return Share(self.right, self.answered) if self.answered else None

    @property
    def recall(self) -> Share:
        """Share of the person's photos that were given the name."""
        return Share(self.right, self.photos)

    def record(self) -> dict[str, object]:
        """Return the score as plain values."""
        precision = self.precision
        return {
            "name": self.name,
            "photos": self.photos,
            "right": self.right,
            "missed": self.missed,
            "precision": precision.value if precision else None,
            "precision_interval": precision.interval if precision else None,
            "recall": self.recall.value,
            "recall_interval": self.recall.interval,
        }

    def cells(self) -> tuple[str, ...]:
        """Return the score as a row of a table."""
        precision = percent(self.precision.value) if self.precision else "–"
        counts = (str(self.photos), str(self.right), str(self.missed))
        return self.name, *counts, precision, percent(self.recall.value)


def score_people(result: PeopleResult) -> list[PersonScore]:
    """Return the score of everybody whom photos show, in the model's order."""
    answered = Counter(_answer(each) for each in (*result.known, *result.strangers))
    return [
        _score(name, [each for each in result.known if each.probe.person == name], answered[name])
        for name in result.labels
        if any(each.probe.person == name for each in result.known)
    ]


def confusion(result: PeopleResult) -> tuple[NDArray[np.int64], list[str], list[str]]:
    """Count answers.

    Returns:
        Photos, int64 [rows, columns]; the rows, which are the people shown and `unknown` for the
        strangers; the columns, which are the people of the model, `unknown` and `NO_FACE`.
    """
    shown = {each.probe.person for each in result.known}
    rows = [*(name for name in result.labels if name in shown), UNKNOWN]
    columns = [*result.labels, UNKNOWN, NO_FACE]
    matrix = np.zeros((len(rows), len(columns)), dtype=np.int64)
    for each in (*result.known, *result.strangers):
        matrix[rows.index(each.probe.person or UNKNOWN), columns.index(_answer(each))] += 1
    return matrix, rows, columns


def _score(name: str, photos: Sequence[Judged], answered: int) -> PersonScore:
    answers = Counter(map(_answer, photos))
    return PersonScore(name, len(photos), answers[name], answers[NO_FACE], answered)


def _answer(each: Judged) -> str:
    decision = each.verdict.decision
    return NO_FACE if decision is None else decision.name
