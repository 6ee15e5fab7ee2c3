"""A training run: folders of photos in, a model that recognises out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facewright.classifier.calibration import Evidence, calibrate
from facewright.classifier.rejection import Rejection, Vectors
from facewright.embedders.catalogue import TrainableEmbedder, load_embedder
from facewright.faces.detector import Detector, load_detector
from facewright.recognizer.contract import (
    ChipRecord,
    DetectorRecord,
    EmbedderRecord,
    RecognitionContract,
    RejectionRecord,
    pack_centroids,
)
from facewright.training.cohort import generated_strangers
from facewright.training.embed import Embedded, Skipped, embed_photos, open_cache
from facewright.training.embedding_cache import EmbeddingCache
from facewright.training.evaluate import Evaluation, evaluate
from facewright.training.examine import Examiner
from facewright.training.learn import Learned, learn
from facewright.training.outputs import Finished, write_outputs
from facewright.training.photos import list_photos
from facewright.training.recipe import Recipe
from facewright.training.reporter import Reporter, SilentReporter
from facewright.training.split import held_out_rows


@dataclass(frozen=True)
class Folders:
    """Where a run reads and writes.

    Attributes:
        photos: Holds a folder of photos for each person.
        outputs: Where the model goes.
        cache: Keeps embeddings and exported embedders between runs.
        shared: Holds pretrained files; None when there is no shared folder.
    """

    photos: Path
    outputs: Path
    cache: Path
    shared: Path | None = None


@dataclass(frozen=True)
class TrainingResult:
    """What a run made and found.

    Attributes:
        contract: The recognition contract inside both model files.
        evaluation: Results on held-out photos; None when none were held out.
        trained: How many photos trained the head.
        skipped: The photos that could not be used.
        fresh: How many photos were embedded now rather than taken from the cache.
        files: What was written, by file name.
        seconds: How long each stage took.
    """

    contract: RecognitionContract
    evaluation: Evaluation | None
    trained: int
    skipped: list[Skipped]
    fresh: int
    files: dict[str, Path]
    seconds: dict[str, float] = field(default_factory=dict)


def train(
    folders: Folders,
    recipe: Recipe | None = None,
    *,
    reporter: Reporter | None = None,
    training_run: str | None = None,
) -> TrainingResult:
    """Train a recognizer and write `my_model.h5`, `my_model.onnx` and the labels.

    Args:
        folders: Where to read and write.
        recipe: The options; the defaults when None.
        reporter: Hears progress and metrics.
        training_run: Id of this run in a history; made from the clock when None.

    Returns:
        What was made and found. Nothing is written unless everything could be.

    Raises:
        TrainingError: The photos do not make a classifier.
        WeightsError: The pretrained weights cannot be used.
    """
    return _Run(folders, recipe or Recipe(), reporter or SilentReporter(), training_run).go()


class _Run:
    def __init__(
        self, folders: Folders, recipe: Recipe, reporter: Reporter, training_run: str | None
    ) -> None:
        self._folders = folders
        self._recipe = recipe
        self._reporter = reporter
        self._id = training_run or f"train_{time.time_ns() // 1_000_000}"
        self._seconds: dict[str, float] = {}

    def go(self) -> TrainingResult:
        photos = list_photos(self._folders.photos)
        detector, embedder = self._load()
        examiner = Examiner(detector, embedder.chip)
        cache = open_cache(self._folders.cache, embedder, examiner)
        with _Stopwatch(self._seconds, "embedding"):
            embedded = embed_photos(photos, embedder, examiner, cache, self._reporter)
        names = [photo.label for photo in embedded.photos]
        held_out = held_out_rows(names, self._recipe.held_out, self._recipe.seed)
        labels = tuple(sorted(set(names)))
        with _Stopwatch(self._seconds, "learning"):
            learned = learn(
                embedded, held_out, labels, embedder, examiner, self._recipe, self._reporter
            )
        strangers = self._strangers(learned, embedder, examiner, cache)
        with _Stopwatch(self._seconds, "calibrating"):
            rule, evidence = calibrate(
                learned.vectors[~held_out],
                [name for name, held in zip(names, held_out, strict=True) if not held],
                labels,
                self._recipe.false_positive_rate,
                strangers,
            )
        contract = self._contract(
            labels, detector, embedder, learned, rule, evidence, embedded.digest
        )
        evaluation = _evaluated(rule, learned, names, held_out)
        self._report(evaluation, rule, evidence)
        files_held_out = _file_names(embedded, held_out)
        finished = Finished(contract, embedder, learned, evaluation, files_held_out)
        with _Stopwatch(self._seconds, "writing"):
            files = write_outputs(self._folders.outputs, finished)
        return self._result(contract, evaluation, embedded, held_out, files)

    def _load(self) -> tuple[Detector, TrainableEmbedder]:
        weights = self._folders.shared
        detector = load_detector(self._recipe.detector, weights=weights)
        with _Stopwatch(self._seconds, "loading"):
            embedder = load_embedder(
                self._recipe.embedder, weights=weights, cache=self._folders.cache
            )
        return detector, embedder

    def _strangers(
        self,
        learned: Learned,
        embedder: TrainableEmbedder,
        examiner: Examiner,
        cache: EmbeddingCache,
    ) -> Callable[[], Vectors]:
        # A fine-tuned network is of this run alone, so what it makes of people is not kept.
        embed, kept = (learned.embed, None) if learned.embed else (embedder.embed, cache)
        return partial(
            generated_strangers, embed, embedder.dimension, examiner, kept, self._reporter
        )

    def _contract(
        self,
        labels: tuple[str, ...],
        detector: Detector,
        embedder: TrainableEmbedder,
        learned: Learned,
        rule: Rejection,
        evidence: Evidence,
        photos: str,
    ) -> RecognitionContract:
        chip = embedder.chip
        return RecognitionContract(
            labels=labels,
            detector=DetectorRecord(name=detector.name, settings=detector.settings),
            chip=ChipRecord(
                size=chip.size, alignment=chip.alignment, normalisation=chip.normalisation
            ),
            embedder=EmbedderRecord(
                name=embedder.name,
                digest=embedder.digest,
                dimension=embedder.dimension,
                fine_tuned_blocks=self._recipe.fine_tune,
            ),
            rejection=RejectionRecord(
                threshold=rule.threshold,
                temperature=rule.temperature,
                centroids=pack_centroids(rule.centroids),
                evidence=asdict(evidence),
            ),
            training_run=self._id,
            photos=photos,
        )

    def _report(self, evaluation: Evaluation | None, rule: Rejection, evidence: Evidence) -> None:
        numbers = {"threshold": rule.threshold, **_stranger_rates(evidence)}
        if evaluation is not None:
            numbers["held_out_accuracy"] = evaluation.accuracy
            numbers["held_out_photos"] = evaluation.photos
        for name, value in numbers.items():
            self._reporter.metric(name, value)

    def _result(
        self,
        contract: RecognitionContract,
        evaluation: Evaluation | None,
        embedded: Embedded,
        held_out: NDArray[np.bool_],
        files: dict[str, Path],
    ) -> TrainingResult:
        trained = int(np.sum(~held_out))
        for stage, seconds in self._seconds.items():
            self._reporter.metric(f"seconds_{stage}", seconds)
        return TrainingResult(
            contract, evaluation, trained, embedded.skipped, embedded.fresh, files, self._seconds
        )


def _evaluated(
    rule: Rejection, learned: Learned, names: Sequence[str], held_out: NDArray[np.bool_]
) -> Evaluation | None:
    shown = [name for name, held in zip(names, held_out, strict=True) if held]
    return evaluate(rule, learned.probabilities[held_out], learned.vectors[held_out], shown)


def _stranger_rates(evidence: Evidence) -> dict[str, float]:
    """Return the share of strangers that may be named, and what was seen with its 95 % interval."""
    seen = evidence.strangers + evidence.held_out + evidence.generated
    return {
        "stranger_rate_allowed": evidence.false_positive_rate,
        "stranger_rate": evidence.above / seen if seen else 0.0,
        "stranger_rate_low": evidence.above_low,
        "stranger_rate_high": evidence.above_high,
    }


def _file_names(embedded: Embedded, held_out: NDArray[np.bool_]) -> list[str]:
    return [
        f"{photo.label}/{photo.path.name}"
        for photo, held in zip(embedded.photos, held_out, strict=True)
        if held
    ]


class _Stopwatch:
    def __init__(self, seconds: dict[str, float], name: str) -> None:
        self._seconds = seconds
        self._name = name

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._seconds[self._name] = time.perf_counter() - self._started
