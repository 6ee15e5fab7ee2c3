"""Compare the default embedder in ONNX Runtime with dlib's own call, on the same chips.

Run ``python benchmarks/embedder.py``. Both take turns in one process, a few runs each, so that the
ratio holds on a machine whose speed drifts. Each runs on the calling thread alone, and what counts
is that thread's processor time: waiting for a busy machine is not the network's. Medians are shown.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facewright.embedders import weights_files
from facewright.embedders.catalogue import load_embedder

GOAL = 15.0
_BATCHES = (1, 32)
_RUNS_IN_A_TURN = 3
_FILE = "dlib_face_recognition_resnet_model_v1.dat"


def main() -> None:
    """Measure and print a table."""
    options = _options()
    ours = _ours(options.cache)
    dlibs = _dlibs()
    print("processor time of one thread, ms per chip")
    print(f"{'batch':>5}  {'dlib':>8}  {'ONNX':>8}  {'ratio':>6}")
    ratios = {}
    for batch in _BATCHES:
        chips = chips_to_embed(batch)
        theirs, mine = _medians([dlibs, ours], chips, max(2, options.rounds // batch))
        ratios[batch] = theirs / mine
        print(f"{batch:>5}  {theirs:>8.2f}  {mine:>8.2f}  {ratios[batch]:>5.1f}×")
    verdict = "reached" if ratios[1] >= GOAL else "missed"
    print(f"goal of {GOAL:.0f}× at batch 1: {verdict}")


def chips_to_embed(count: int) -> NDArray[np.uint8]:
    """Return smooth patterns with noise, uint8 [count, 150, 150, 3]."""
    random = np.random.default_rng(5)
    coarse = random.normal(128, 50, (count, 10, 10, 3)).repeat(15, axis=1).repeat(15, axis=2)
    noise = random.normal(0, 10, coarse.shape)
    return np.clip(coarse + noise, 0, 255).astype(np.uint8)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="turns of each at batch 1")
    parser.add_argument("--cache", type=Path, help="keeps the exported network between runs")
    return parser.parse_args()


def _ours(cache: Path | None) -> Callable[[NDArray[np.uint8]], object]:
    with tempfile.TemporaryDirectory() as folder:
        embedder = load_embedder("dlib-resnet-v1", weights=None, cache=cache or Path(folder))
    return embedder.embed


def _dlibs() -> Callable[[NDArray[np.uint8]], object]:
    import dlib

    path = weights_files.find([_FILE], [], package="face_recognition_models", hint="install it")
    network = dlib.face_recognition_model_v1(str(path))

    def embed(chips: NDArray[np.uint8]) -> object:
        if len(chips) == 1:
            return network.compute_face_descriptor(chips[0])
        return network.compute_face_descriptor(list(chips))

    return embed


def _medians(
    embeds: list[Callable[[NDArray[np.uint8]], object]], chips: NDArray[np.uint8], rounds: int
) -> list[float]:
    times: list[list[float]] = [[] for _ in embeds]
    for _ in range(rounds):
        for embed, taken in zip(embeds, times, strict=True):
            embed(chips)  # brings its own weights back into the processor's caches
            for _ in range(_RUNS_IN_A_TURN):
                start = time.thread_time()
                embed(chips)
                taken.append((time.thread_time() - start) * 1000 / len(chips))
    return [statistics.median(taken) for taken in times]


if __name__ == "__main__":
    main()
