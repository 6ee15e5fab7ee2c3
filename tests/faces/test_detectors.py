"""What every detector promises, and what each one finds."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facewright.errors import MissingLibrary, WeightsError, WeightsMismatch, WeightsMissing
from facewright.faces.detector import DETECTOR_NAMES, Detector, load_detector
from facewright.faces.detectors.hog import HogDetector
from facewright.faces.face import Box, Pixels
from facewright.faces.photo import decode_photo
from facewright.faces.resize import to_longer_side
from facewright.training.people import draw_photo, member

FOUND_WITHOUT_FILES = [name for name in DETECTOR_NAMES if name != "yunet"]


@pytest.fixture(params=FOUND_WITHOUT_FILES)
def detector(request: pytest.FixtureRequest) -> Detector:
    return load_detector(request.param)


@pytest.fixture(scope="module")
def portrait() -> Pixels:
    return draw_photo(member("ada"), 20)


def test_one_face_of_a_portrait_is_found_in_its_middle(
    detector: Detector, portrait: Pixels
) -> None:
    faces = detector.detect(portrait)
    assert len(faces) == 1
    box = faces[0].box
    height, width = portrait.shape[:2]
    assert abs((box.left + box.right) / 2 - width / 2) < width / 5
    assert 0.2 * width < box.width < 0.8 * width


def test_a_flat_photo_has_no_face(detector: Detector) -> None:
    assert detector.detect(np.full((200, 200, 3), 128, np.uint8)) == []


def test_a_detector_made_from_its_own_settings_finds_the_same(
    detector: Detector, portrait: Pixels
) -> None:
    again = load_detector(detector.name, detector.settings)
    assert again.settings == detector.settings
    assert again.detect(portrait) == detector.detect(portrait)


def test_tiny_photos_are_looked_at_without_error(detector: Detector) -> None:
    for shape in [(1, 1, 3), (2, 300, 3), (300, 2, 3), (20, 20, 3)]:
        noise = np.random.default_rng(1).integers(0, 255, shape, dtype=np.uint8)
        detector.detect(noise)


def test_faces_come_largest_first(portrait: Pixels) -> None:
    large, _ = to_longer_side(portrait, 480, enlarge=2)
    small, _ = to_longer_side(portrait, 300)
    scene = np.full((600, 1000, 3), 120, np.uint8)
    scene[: small.shape[0], : small.shape[1]] = small
    scene[-large.shape[0] :, -large.shape[1] :] = large
    faces = load_detector("hog").detect(scene)
    assert len(faces) == 2
    assert faces[0].box.area > faces[1].box.area
    assert faces[0].box.left > 500


def test_hog_looks_closer_when_it_sees_no_face(portrait: Pixels) -> None:
    far, _ = to_longer_side(portrait, 150)
    assert HogDetector(closer_side=150).detect(far) == []
    [face] = HogDetector().detect(far)
    assert 25 < face.box.width < 90


def test_boxes_are_in_pixels_of_the_photo_that_was_given(portrait: Pixels) -> None:
    [near] = HogDetector().detect(portrait)
    [bounded] = HogDetector(longer_side=350).detect(portrait)
    for edge in ("left", "top", "right", "bottom"):
        assert abs(getattr(near.box, edge) - getattr(bounded.box, edge)) < near.box.width / 5


def test_an_unknown_detector_is_refused_with_the_known_ones() -> None:
    with pytest.raises(WeightsError) as caught:
        load_detector("hogg")
    assert caught.value.message == (
        "no such detector: expected one of hog, haar, hog+haar, yunet, stub, received 'hogg'"
    )


def test_yunet_without_its_file_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing) as caught:
        load_detector("yunet", weights=tmp_path)
    name = "face_detection_yunet_2023mar.onnx"
    assert caught.value.message == (
        f"the detector yunet needs its file: expected {name}, looked at "
        f"{tmp_path / name}, {tmp_path / 'weights' / name}, {tmp_path / 'train' / name}"
    )


def test_yunet_refuses_another_file(tmp_path: Path) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(b"not a network")
    with pytest.raises(WeightsMismatch) as caught:
        load_detector(f"yunet:{other}")
    assert caught.value.message == "not YuNet's network: OpenCV cannot read it"


@pytest.mark.shared_faces
def test_yunet_travels_in_its_settings(shared_folder: Path) -> None:
    detector = load_detector("yunet", weights=shared_folder)
    photo = sorted((shared_folder / "faces/six/probes/blair").iterdir())[0]
    pixels = decode_photo(photo.read_bytes())
    faces = detector.detect(pixels)
    assert len(faces) >= 1
    assert load_detector("yunet", detector.settings).detect(pixels) == faces


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> Any:
        raise ModuleNotFoundError(name="dlib")

    monkeypatch.setattr("facewright.faces.detector.import_module", refuse)
    with pytest.raises(MissingLibrary) as caught:
        load_detector("hog")
    assert caught.value.hint == "run `pip install 'facewright[serve]'`"


def test_a_box_knows_its_size() -> None:
    box = Box(2, 3, 12, 8)
    assert (box.width, box.height, box.area) == (10, 5, 50)
    assert box.scaled(2) == Box(4, 6, 24, 16)


def test_the_cascade_looks_only_where_hog_found_nobody(portrait: Pixels) -> None:
    both = load_detector("hog+haar")
    assert both.detect(portrait) == load_detector("hog").detect(portrait)
    # Upside down there is no face for HOG; whatever the cascade says is the answer.
    turned = np.ascontiguousarray(portrait[::-1])
    assert load_detector("hog").detect(turned) == []
    cascade = load_detector("haar", {"scale": 1.1, "neighbours": 5})
    assert both.detect(turned) == cascade.detect(turned)
