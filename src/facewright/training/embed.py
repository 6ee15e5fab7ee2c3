"""A folder's photos into embeddings, each photo once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facewright.embedders.embedder import Embedder
from facewright.errors import FacewrightError, TrainingError
from facewright.faces.face import Pixels
from facewright.system import digest
from facewright.training.embedding_cache import EmbeddingCache, Outcome
from facewright.training.examine import Examiner
from facewright.training.photos import LabelledPhoto
from facewright.training.reporter import Reporter

_BATCH = 32


@dataclass(frozen=True)
class Skipped:
    """A photo that could not be used, and why."""

    photo: LabelledPhoto
    reason: str


@dataclass(frozen=True)
class Embedded:
    """The usable photos and their embeddings.

    Attributes:
        photos: The usable ones, in their order.
        vectors: Their embeddings, unit length, float32 [N, D].
        skipped: The others.
        fresh: How many photos were looked at now; the rest came from the cache.
        digest: Of the usable photos' labels and bytes, whatever their names and order.
    """

    photos: list[LabelledPhoto]
    vectors: NDArray[np.float32]
    skipped: list[Skipped]
    fresh: int
    digest: str


def embed_photos(
    photos: Sequence[LabelledPhoto],
    embedder: Embedder,
    examiner: Examiner,
    cache: EmbeddingCache,
    reporter: Reporter,
) -> Embedded:
    """Embed the largest face of each photo, or take it from the cache.

    Args:
        photos: What to embed.
        embedder: The pretrained network.
        examiner: Cuts its chips.
        cache: Keeps embeddings between runs; see `open_cache`.
        reporter: Hears the progress.

    Raises:
        TrainingError: A label is left without a usable photo.
    """
    work = _Work(embedder, examiner, cache)
    for photo in reporter.track(photos, "Finding and embedding faces", len(photos)):
        work.take(photo)
    work.flush()
    return work.result(photos)


def open_cache(folder: Path, embedder: Embedder, examiner: Examiner) -> EmbeddingCache:
    """Open the cache in `folder` for what this examiner and embedder make of photos."""
    pipeline = digest.of_text(f"{examiner.digest} {embedder.name} {embedder.digest}")
    return EmbeddingCache(folder / "embeddings.sqlite", pipeline)


class _Work:
    def __init__(self, embedder: Embedder, examiner: Examiner, cache: EmbeddingCache) -> None:
        self._embedder = embedder
        self._examiner = examiner
        self._cache = cache
        self._digests: dict[Path, str] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._chips: dict[str, Pixels] = {}
        self._fresh = 0

    def take(self, photo: LabelledPhoto) -> None:
        data = photo.path.read_bytes()
        key = self._digests[photo.path] = digest.of_bytes(data)
        if key in self._outcomes or key in self._chips:
            return
        if known := self._cache.get(key):
            self._outcomes[key] = known
            return
        self._fresh += 1
        self._examine(key, data)
        if len(self._chips) == _BATCH:
            self.flush()

    def _examine(self, key: str, data: bytes) -> None:
        try:
            self._chips[key] = self._examiner.cut(data)
        except FacewrightError as error:
            self._keep({key: Outcome(None, error.message)})

    def flush(self) -> None:
        if self._chips:
            vectors = self._embedder.embed(np.stack(list(self._chips.values())))
            outcomes = map(Outcome, vectors)
            self._keep(dict(zip(self._chips, outcomes, strict=True)))
            self._chips.clear()

    def _keep(self, outcomes: dict[str, Outcome]) -> None:
        self._cache.put(outcomes)
        self._outcomes |= outcomes

    def result(self, photos: Sequence[LabelledPhoto]) -> Embedded:
        used: dict[tuple[str, str], LabelledPhoto] = {}
        skipped: list[Skipped] = []
        for photo in photos:
            key = self._digests[photo.path]
            reason = self._outcomes[key].reason
            if twin := used.get((photo.label, key)):
                reason = f"the same photo as {twin.path.name}"
            if reason:
                skipped.append(Skipped(photo, reason))
            else:
                used[photo.label, key] = photo
        _check_labels(photos, list(used.values()), self._examiner)
        vectors = [self._outcomes[key].vector for _, key in used]
        stacked = np.stack([vector for vector in vectors if vector is not None])
        together = digest.of_text("\n".join(sorted(f"{label} {key}" for label, key in used)))
        return Embedded(list(used.values()), stacked, skipped, self._fresh, together)


def _check_labels(
    photos: Sequence[LabelledPhoto], used: list[LabelledPhoto], examiner: Examiner
) -> None:
    empty = sorted({photo.label for photo in photos} - {photo.label for photo in used})
    if empty:
        raise TrainingError(
            f"no usable photo of {', '.join(map(repr, empty))}: a face was found in none of "
            f"{sum(photo.label in empty for photo in photos)} photos",
            hint="add photos in which the face looks at the camera, 40 pixels or larger, "
            "or remove the folder",
        )
