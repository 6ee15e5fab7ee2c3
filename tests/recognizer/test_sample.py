"""The sample photo of a service's example."""

import base64

import pytest

from facewright.faces.detector import load_detector
from facewright.faces.photo import decode_photo
from facewright.recognizer.sample import SAMPLE_PHOTO


@pytest.mark.parametrize("name", ["hog", "haar", "hog+haar"])
def test_every_detector_finds_the_face_of_the_sample_photo(name: str) -> None:
    photo = decode_photo(base64.b64decode(SAMPLE_PHOTO, validate=True))
    assert len(load_detector(name).detect(photo)) == 1
