"""Photos without people, and the recipe of a network that takes no time, for tests of bulk jobs."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from facewright.bulk.photo import Shard
from facewright.bulk.processes import Processes
from facewright.bulk.recipe import EmbedRecipe, embedding_of
from facewright.bulk.work import Finished, Task
from facewright.embedders.catalogue import load_embedder
from facewright.faces.detectors.stub import StubDetector
from facewright.system.files import write_bytes


def photo(seed: int) -> bytes:
    """Return a photo's file, another one for every seed; the detector `stub` finds one face."""
    pixels = np.random.default_rng(seed).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    return _png(pixels)


def blank() -> bytes:
    """Return a photo without a face."""
    return _png(np.zeros((40, 40, 3), np.uint8))


def _png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def fill(folder: Path, count: int) -> Path:
    """Write photos ``0/0.png``, ``1/1.png``, … into a folder, ten subfolders of them."""
    for seed in range(count):
        place = folder / str(seed % 10) / f"{seed}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(photo(seed))
    return folder


def stub_recipe(cache: Path) -> EmbedRecipe:
    """Return a recipe whose network is a fixed projection."""
    network = load_embedder("stub", weights=None, cache=cache)
    file = cache / "stub-for-bulk.onnx"
    if not file.exists():
        write_bytes(file, network.onnx_bytes())
    return embedding_of(network, StubDetector(), file)


class Counting:
    """An executor of this process that remembers what it did.

    Attributes:
        done: Digests of the photos, in order.
        fail_after: Shards after which it is interrupted; never when None.
    """

    def __init__(self, fail_after: int | None = None) -> None:
        self.done: list[str] = []
        self.fail_after = fail_after

    def run(self, task: Task, shards: Iterable[Shard]) -> Iterator[Finished]:
        """Do the shards."""
        for number, shard in enumerate(shards):
            if number == self.fail_after:
                raise KeyboardInterrupt
            self.done += [each.digest for each in shard.photos]
            yield from Processes(1).run(task, [shard])
