"""How closely the default detector looks, and that old settings go on meaning what they did."""

from typing import Any

import numpy as np
import pytest

from facewright.faces.detector import CloseDetector, load_detector
from facewright.faces.detectors.hog import HogDetector
from facewright.faces.face import Box, Face, Pixels
from facewright.faces.resize import grey, to_longer_side
from facewright.faces.stored_settings import completed
from facewright.training.people import draw_photo, member


@pytest.fixture(scope="module")
def portrait() -> Pixels:
    return draw_photo(member("ada"), 20)


class Watched(HogDetector):
    """Remembers the longer side of every picture it looked at."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.sides: list[int] = []

    def _look(self, picture: Any, side: int, enlarge: float = 1.0) -> list[Face]:
        self.sides.append(max(to_longer_side(picture, side, enlarge=enlarge)[0].shape))
        return super()._look(picture, side, enlarge)


def _scene(portrait: Pixels, *sides: int, width: int = 1000, height: int = 600) -> Pixels:
    scene = np.full((height, width, 3), 120, np.uint8)
    left = 0
    for side in sides:
        small, _ = to_longer_side(portrait, side, enlarge=4)
        rows, columns = small.shape[:2]
        scene[:rows, left : left + columns] = small
        left += columns
    return scene


def test_a_portrait_takes_one_small_look(portrait: Pixels) -> None:
    detector = Watched()
    large, _ = to_longer_side(portrait, 1000, enlarge=4)
    assert len(detector.detect(large)) == 1
    assert detector.sides == [400]


def test_a_scene_takes_a_second_look(portrait: Pixels) -> None:
    detector = Watched()
    faces = detector.detect(_scene(portrait, 480, 260))
    assert len(faces) == 2
    assert detector.sides == [400, 1000]


def test_only_an_empty_photo_takes_three_looks() -> None:
    detector = Watched()
    noise = np.random.default_rng(3).integers(0, 255, (500, 900, 3), dtype=np.uint8)
    assert detector.detect(noise) == []
    assert detector.sides == [400, 900, 1600]


def test_small_faces_beside_a_large_one_are_found_when_asked_for(portrait: Pixels) -> None:
    detector = HogDetector()
    scene = _scene(portrait, 600, 150)
    assert len(detector.detect(scene)) == 1
    faces = detector.detect_small(scene)
    assert len(faces) == 2
    assert faces[0].box.area > faces[1].box.area


def test_the_first_look_gives_the_box_that_a_full_look_gives(portrait: Pixels) -> None:
    large, _ = to_longer_side(portrait, 900, enlarge=4)
    [quick] = HogDetector().detect(large)
    [full] = HogDetector(first_side=0).detect(large)
    assert quick.box.same_face(full.box)


def test_the_same_face_is_not_listed_twice(portrait: Pixels) -> None:
    faces = HogDetector().detect_small(portrait)
    assert len(faces) == 1


@pytest.mark.parametrize(
    ("name", "stored", "meant"),
    [
        ("hog", {"longer_side": 800}, {"first_side": 0, "longer_side": 800}),
        ("hog", {"first_side": 400}, {"first_side": 400}),
        ("hog+haar", {"hog": {"longer_side": 800}}, {"hog": {"first_side": 0, "longer_side": 800}}),
        ("haar", {"scale": 1.3}, {"scale": 1.3}),
    ],
)
def test_what_old_settings_leave_unsaid_is_said(
    name: str, stored: dict[str, Any], meant: dict[str, Any]
) -> None:
    assert completed(name, stored) == meant


def test_old_settings_look_as_they_did(portrait: Pixels) -> None:
    large, _ = to_longer_side(portrait, 1600, enlarge=4)
    old = load_detector("hog", {"longer_side": 800, "closer_side": 1600})
    smaller, back = to_longer_side(large, 800)
    [expected] = HogDetector(first_side=0, longer_side=10_000).detect(smaller)
    [face] = old.detect(large)
    assert face.box == expected.box.scaled(back)


def test_which_detectors_can_look_more_closely() -> None:
    assert isinstance(load_detector("hog"), CloseDetector)
    assert not isinstance(load_detector("haar"), CloseDetector)


def test_two_boxes_are_one_face_when_they_share_a_third() -> None:
    box = Box(0, 0, 100, 100)
    assert box.same_face(Box(20, 20, 110, 110))
    assert not box.same_face(Box(60, 60, 160, 160))
    assert not box.same_face(Box(200, 200, 300, 300))


def test_grey_is_the_luminance() -> None:
    pixels = np.zeros((2, 2, 3), np.uint8)
    pixels[..., 1] = 100
    assert grey(pixels).tolist() == [[58, 58], [58, 58]] or grey(pixels).tolist() == [[59] * 2] * 2
