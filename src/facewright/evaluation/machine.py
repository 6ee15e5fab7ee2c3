"""Photos looked at by every core at once.

dlib holds Python's interpreter lock while it looks for faces (two threads take as long as one), so
the work is done by processes. Each has a detector and a network of one thread of its own, which is
faster than one network of many threads.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, TypeVar

from facewright.evaluation.reporter import Reporter

Sight = TypeVar("Sight")
Sight_co = TypeVar("Sight_co", covariant=True)

_BATCH = 16
_WORTH_A_PROCESS = 64  # photos; a process takes a second or two to start


class Recipe(Protocol[Sight_co]):
    """What a process builds its eyes from; pickled on the way there, so plain values only."""

    def build(self) -> "Eyes[Sight_co]":
        """Return eyes like those of this process."""
        ...


class Eyes(Protocol[Sight_co]):
    """Looks at photos."""

    @property
    def recipe(self) -> Recipe[Sight_co]:
        """What they were built from."""
        ...

    def __call__(self, photos: Sequence[Path]) -> Sequence[Sight_co]:
        """Return what is seen on each of some photo files."""
        ...


def look_at(
    photos: Sequence[Path], eyes: Eyes[Sight], reporter: Reporter, workers: int | None = None
) -> list[Sight]:
    """Look at every photo, once.

    Args:
        photos: Files.
        eyes: What looks here; other processes build their own from its recipe.
        reporter: Hears how many are done.
        workers: How many processes; as many as there are cores when None. Few photos are looked
            at here, whatever is asked for.

    Returns:
        What was seen, in the order of the photos.
    """
    batches = [photos[start : start + _BATCH] for start in range(0, len(photos), _BATCH)]
    hands = min(workers or cores(), len(photos) // _WORTH_A_PROCESS)
    with _looking(eyes, hands) as each:
        seen = chain.from_iterable(each(batches))
        return list(reporter.track(seen, "Finding and embedding faces", len(photos)))


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _looking(
    eyes: Eyes[Sight], hands: int
) -> Iterator[Callable[[Sequence[Sequence[Path]]], Iterator[Sequence[Sight]]]]:
    if hands < 2:
        yield lambda batches: map(eyes, batches)
        return
    # A fork would copy locks that ONNX Runtime's threads hold.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(hands, context, initializer=_start, initargs=(eyes.recipe,))
    try:
        yield lambda batches: pool.map(_look, batches)
    finally:
        pool.shutdown(cancel_futures=True)


_own: list[Eyes[Any]] = []  # of a worker's process, set once


def _start(recipe: Recipe[Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's to answer
    _own[:] = [recipe.build()]


def _look(photos: Sequence[Path]) -> Sequence[Any]:
    return _own[0](photos)
