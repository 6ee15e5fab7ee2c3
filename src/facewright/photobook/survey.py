"""All photos of a folder looked at and embedded, each once."""

import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from facewright.embedders.embedder import ChipFormat, Embedder
from facewright.faces.detector import Detector, load_detector
from facewright.photobook.folder import Listing, Photo
from facewright.photobook.look import Look, Looker

Item = TypeVar("Item")

_BATCH = 32
_WORTH_PROCESSES = 100  # photos; a process takes about a second to start
_NO_CHIP = np.zeros((0, 0, 3), dtype=np.uint8)


class Tracker(Protocol):
    """Shows how far a loop is."""

    def track(self, items: Iterable[Item], label: str, total: int) -> Iterable[Item]:
        """Yield `items`, of which there are `total`."""
        ...


@dataclass(frozen=True)
class DetectorChoice:
    """A detector that each process can load for itself.

    Attributes:
        name: One of `DETECTOR_NAMES`.
        weights: Folder in which its file is looked for, or None.
    """

    name: str
    weights: Path | None = None

    def load(self) -> Detector:
        """Load it."""
        return load_detector(self.name, weights=self.weights)


@dataclass(frozen=True)
class Survey:
    """What was seen.

    Attributes:
        listing: The folder.
        looks: One for each photo of the listing, in its order; the chips are dropped.
        rows: Row in `vectors` of each photo with a face.
        vectors: Unit-length embeddings, float32 [N, D].
    """

    listing: Listing
    looks: dict[Photo, Look]
    rows: dict[Photo, int]
    vectors: NDArray[np.float32]


def survey(
    listing: Listing,
    embedder: Embedder,
    detector: DetectorChoice,
    tracker: Tracker,
    workers: int = 1,
) -> Survey:
    """Look at every photo and embed the largest face of each.

    Args:
        listing: The photos.
        embedder: The pretrained network.
        detector: Finds the faces.
        tracker: Shows the progress.
        workers: How many processes look at photos when there are many.
    """
    looks: dict[Photo, Look] = {}
    batches = _Batches(embedder)
    photos = listing.photos
    with _looking(photos, detector, embedder.chip, workers) as seen:
        for photo, look in zip(
            photos, tracker.track(seen, "Looking at photos", len(photos)), strict=True
        ):
            looks[photo] = batches.take(photo, look)
    return Survey(listing, looks, batches.rows, batches.vectors())


class _Batches:
    """Chips embedded a batch at a time, so that a large folder's need not all be kept."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._chips: list[NDArray[np.uint8]] = []
        self._done = [np.zeros((0, embedder.dimension), dtype=np.float32)]
        self.rows: dict[Photo, int] = {}

    def take(self, photo: Photo, look: Look) -> Look:
        if look.face is None:
            return look
        self.rows[photo] = len(self.rows)
        self._chips.append(look.face.chip)
        if len(self._chips) == _BATCH:
            self._flush()
        return replace(look, face=replace(look.face, chip=_NO_CHIP))

    def vectors(self) -> NDArray[np.float32]:
        self._flush()
        return np.concatenate(self._done)

    def _flush(self) -> None:
        if self._chips:
            self._done.append(self._embedder.embed(np.stack(self._chips)))
            self._chips.clear()


@contextmanager
def _looking(
    photos: Sequence[Photo], detector: DetectorChoice, chip: ChipFormat, workers: int
) -> Iterator[Iterable[Look]]:
    paths = [photo.path for photo in photos]
    if workers <= 1 or len(paths) < _WORTH_PROCESSES:
        yield map(Looker(detector.load(), chip).look, paths)
        return
    # Workers start afresh: a fork would copy the threads and locks of whoever calls.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start_worker, initargs=(detector, chip)
    ) as pool:
        try:
            yield pool.map(_look, paths, chunksize=4)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


_worker: dict[str, Any] = {}


def _start_worker(detector: DetectorChoice, chip: ChipFormat) -> None:
    _worker["looker"] = Looker(detector.load(), chip)


def _look(path: Path) -> Look:
    look: Look = _worker["looker"].look(path)
    return look
