"""Verification: are these two photos of one person? The protocol of Labeled Faces in the Wild."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facewright.errors import EvaluationError
from facewright.evaluation.curves import Scores, best_threshold, right
from facewright.evaluation.machine import look_at
from facewright.evaluation.pairs.embedding import EmbeddingRecipe, Sight
from facewright.evaluation.pairs.pair_list import Pair, PairList, Shot, read_pairs
from facewright.evaluation.pairs.photo_files import find_photos
from facewright.evaluation.reporter import Reporter


@dataclass(frozen=True)
class Missed:
    """A photo without a usable face, and why."""

    photo: str
    reason: str


@dataclass(frozen=True)
class Fold:
    """The scores of a part of a list, and the threshold it was judged by.

    Attributes:
        same: Scores of the pairs of one person; minus infinity where a face is missed.
        different: The same of the pairs of two people.
        threshold: A pair is taken for one person's from here on.
    """

    same: Scores
    different: Scores
    threshold: float

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return len(self.same) + len(self.different)

    @property
    def right(self) -> int:
        """How many were judged rightly; a pair with a missed face never is."""
        return right(self.same, self.different, self.threshold)


@dataclass(frozen=True)
class PairsResult:
    """What an evaluation of pairs found.

    Attributes:
        folds: One for View 1, several for View 2.
        threshold_from: Where the thresholds come from: ``other pairs``, ``the same pairs`` or
            ``the other folds``.
        missed: Photos of `folds` without a usable face.
        crowded: How many photos show more faces than one.
        photos: How many photos were looked at, those for the threshold among them.
        embedder: Its name.
        detector: Its name.
        mirror: Whether chips and their mirror images were averaged.
        seconds: How long looking took.
    """

    folds: tuple[Fold, ...]
    threshold_from: str
    missed: tuple[Missed, ...]
    crowded: int
    photos: int
    embedder: str
    detector: str
    mirror: bool
    seconds: float

    @property
    def same(self) -> Scores:
        """Scores of all pairs of one person."""
        return np.concatenate([fold.same for fold in self.folds])

    @property
    def different(self) -> Scores:
        """Scores of all pairs of two people."""
        return np.concatenate([fold.different for fold in self.folds])


@dataclass(frozen=True)
class PairsFiles:
    """What an evaluation reads.

    Attributes:
        pairs: The list to evaluate on.
        threshold_from: Another list, to choose the threshold on; or None.
        photos: Folder of people's folders.
    """

    pairs: Path
    threshold_from: Path | None
    photos: Path


def evaluate_pairs(
    files: PairsFiles, recipe: EmbeddingRecipe, reporter: Reporter, workers: int | None = None
) -> PairsResult:
    """Judge every pair of a list.

    The score of a pair is the cosine of its two embeddings.

    Args:
        files: Lists and photos.
        recipe: How photos become embeddings.
        reporter: Hears the progress.
        workers: How many processes; as many as there are cores when None.

    Raises:
        EvaluationError: A list or a photo is missing or broken, or no face was found at all.
        WeightsError: The embedder or the detector cannot be used.
        ModelFileError: The model file cannot be used.
    """
    listed = read_pairs(files.pairs)
    other = read_pairs(files.threshold_from) if files.threshold_from else None
    _check_views(listed, other)
    shots = list(dict.fromkeys([*listed.shots, *(other.shots if other else ())]))
    paths = find_photos(shots, files.photos)
    eyes = recipe.build()  # before the clock starts: an embedder's first export takes a while
    begun = time.perf_counter()
    sights = look_at([paths[shot] for shot in shots], eyes, reporter, workers)
    seen = dict(zip(shots, sights, strict=True))
    seconds = time.perf_counter() - begun
    folds, source = _judged(listed, other, seen)
    return PairsResult(
        folds=folds,
        threshold_from=source,
        missed=_missed(listed.shots, paths, seen, files.photos),
        crowded=sum(sight.faces > 1 for sight in seen.values()),
        photos=len(shots),
        embedder=eyes.embedder,
        detector=eyes.detector,
        mirror=recipe.mirror,
        seconds=seconds,
    )


def _check_views(listed: PairList, other: PairList | None) -> None:
    if other is None:
        return
    if len(listed.folds) > 1:
        raise EvaluationError(
            "this list brings its own thresholds: expected no --threshold-from with a list of "
            f"several folds, received one beside {len(listed.folds)} folds",
            "leave --threshold-from out: each fold is judged by the threshold of the others",
        )


def _judged(
    listed: PairList, other: PairList | None, seen: dict[Shot, Sight]
) -> tuple[tuple[Fold, ...], str]:
    scored = [_scored(fold, seen) for fold in listed.folds]
    if len(scored) > 1:
        return _cross_validated(scored), "the other folds"
    judge = _scored(other.pairs, seen) if other else scored[0]
    threshold = _threshold([judge])
    return (Fold(*scored[0], threshold),), "other pairs" if other else "the same pairs"


_Scored = tuple[Scores, Scores]


def _cross_validated(scored: Sequence[_Scored]) -> tuple[Fold, ...]:
    return tuple(
        Fold(*fold, _threshold([*scored[:index], *scored[index + 1 :]]))
        for index, fold in enumerate(scored)
    )


def _threshold(parts: Sequence[_Scored]) -> float:
    same, different = (np.concatenate(scores) for scores in zip(*parts, strict=True))
    if not np.isfinite(np.concatenate([same, different])).any():
        raise EvaluationError(
            "there is nothing to choose a threshold by: expected faces on both photos of some "
            "pairs, found none",
            "choose another detector, or look whether these are photos of faces",
        )
    return best_threshold(same, different)


def _scored(pairs: Sequence[Pair], seen: dict[Shot, Sight]) -> _Scored:
    kinds = ([pair for pair in pairs if pair.same], [pair for pair in pairs if not pair.same])
    same, different = (
        np.array([_score(seen[pair.first].vector, seen[pair.second].vector) for pair in kind])
        for kind in kinds
    )
    return same, different


def _score(first: NDArray[np.float32] | None, second: NDArray[np.float32] | None) -> float:
    if first is None or second is None:
        return float("-inf")
    return float(first @ second)


def _missed(
    shots: Sequence[Shot], paths: dict[Shot, Path], seen: dict[Shot, Sight], folder: Path
) -> tuple[Missed, ...]:
    return tuple(
        Missed(paths[shot].relative_to(folder).as_posix(), seen[shot].reason or "")
        for shot in shots
        if seen[shot].vector is None
    )
