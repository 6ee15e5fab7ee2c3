"""Identification: are known people named, and strangers not?"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from facewright.classifier.labels import people
from facewright.evaluation.machine import look_at
from facewright.evaluation.people.deciding import DecidingRecipe, Verdict
from facewright.evaluation.people.operating import Operating, by_recognizer, by_softmax
from facewright.evaluation.people.photo_folders import Probe, list_known, list_strangers
from facewright.evaluation.reporter import Reporter

SOFTMAX_THRESHOLD = 0.5
"""The threshold of the softmax that is shown for comparison."""


@dataclass(frozen=True)
class Judged:
    """A photo and what the model made of it."""

    probe: Probe
    verdict: Verdict


@dataclass(frozen=True)
class PeopleResult:
    """What an evaluation of a model found.

    Attributes:
        labels: The people whom the model knows, in its order.
        known: Photos of known people.
        strangers: Photos of strangers.
        embedder: Name of the model's embedder.
        detector: Name of the model's detector.
        seconds: How long looking took.
    """

    labels: tuple[str, ...]
    known: tuple[Judged, ...]
    strangers: tuple[Judged, ...]
    embedder: str
    detector: str
    seconds: float

    @property
    def recognizer(self) -> Operating:
        """How the model does."""
        return Operating(
            self._truth,
            [by_recognizer(each.verdict.decision) for each in self.known],
            [by_recognizer(each.verdict.decision) for each in self.strangers],
        )

    @property
    def softmax(self) -> Operating:
        """How the model's softmax would do alone, with a plain threshold."""
        return Operating(
            self._truth,
            [by_softmax(each.verdict.decision, SOFTMAX_THRESHOLD) for each in self.known],
            [by_softmax(each.verdict.decision, SOFTMAX_THRESHOLD) for each in self.strangers],
        )

    @property
    def _truth(self) -> list[str]:
        return [str(each.probe.person) for each in self.known]


def evaluate_people(
    model: Path, known: Path, strangers: Path, reporter: Reporter, workers: int | None = None
) -> PeopleResult:
    """Show a model photos of people it knows and of strangers.

    Args:
        model: The model's file.
        known: Folder of the known people's folders, named as the model's labels.
        strangers: Folder of photos of others.
        reporter: Hears the progress.
        workers: How many processes; as many as there are cores when None.

    Raises:
        EvaluationError: A folder is missing, empty, or holds people whom the model does not know.
        ModelFileError: The model file cannot be used.
    """
    judge = DecidingRecipe(model).build()
    contract = judge.recognizer.contract
    labels = people(contract.labels)
    probes = [list_known(known, labels), list_strangers(strangers)]
    begun = time.perf_counter()
    paths = [probe.path for each in probes for probe in each]
    verdicts = look_at(paths, judge, reporter, workers)
    return PeopleResult(
        labels=tuple(labels),
        known=_judged(probes[0], verdicts[: len(probes[0])]),
        strangers=_judged(probes[1], verdicts[len(probes[0]) :]),
        embedder=contract.embedder.name,
        detector=contract.detector.name,
        seconds=time.perf_counter() - begun,
    )


def _judged(probes: Sequence[Probe], verdicts: Sequence[Verdict]) -> tuple[Judged, ...]:
    return tuple(Judged(*both) for both in zip(probes, verdicts, strict=True))
