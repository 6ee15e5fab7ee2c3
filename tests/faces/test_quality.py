"""The quality gate: what passes, and which reason is given for what does not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from facewright.faces.detector import load_detector
from facewright.faces.face import Box, Face, Landmarks, Pixels
from facewright.faces.landmarks import find_landmarks
from facewright.faces.photo import decode_photo
from facewright.faces.quality import (
    REASONS,
    STANDARD,
    STRICT,
    Quality,
    judge,
    judge_count,
    measure,
)
from facewright.training.people import draw_photo, person

GOOD = Quality(
    face_pixels=150,
    sharpness=0.2,
    brightness=0.5,
    contrast=0.2,
    yaw_estimate=0.0,
    roll=0.0,
    score=1.5,
)
FACE = Face(Box(10, 10, 110, 110), 1.0)
UPRIGHT = np.array([(90, 50), (70, 50), (30, 50), (50, 50), (60, 75)], np.float32)


def flat(value: int) -> Pixels:
    return np.full((120, 120, 3), value, np.uint8)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"face_pixels": 39}, "too-small"),
        ({"face_pixels": 40}, None),
        ({"sharpness": 0.079}, "blurred"),
        ({"brightness": 0.059}, "dark"),
        ({"brightness": 0.941}, "blown-out"),
        ({"yaw_estimate": -46.0}, "extreme-pose"),
        ({"roll": 61.0}, "extreme-pose"),
        ({"score": 0.01}, "low-detection-score"),
        ({"face_pixels": 1, "sharpness": 0.0, "brightness": 0.0}, "too-small"),
    ],
)
def test_each_fault_has_its_reason(change: dict[str, float], reason: str | None) -> None:
    assert judge(replace(GOOD, **change), "standard") == reason  # type: ignore[arg-type]
    assert judge(replace(GOOD, **change), "off") is None  # type: ignore[arg-type]
    assert reason is None or reason in REASONS


@pytest.mark.parametrize(
    "change",
    [
        {"face_pixels": 60},
        {"sharpness": 0.1},
        {"brightness": 0.1},
        {"brightness": 0.9},
        {"yaw_estimate": 35.0},
        {"roll": -40.0},
        {"score": 0.3},
    ],
)
def test_strict_asks_for_more(change: dict[str, float]) -> None:
    quality = replace(GOOD, **change)  # type: ignore[arg-type]
    assert judge(quality, "standard") is None
    assert judge(quality, "strict") is not None
    assert judge(GOOD, "strict") is None


def test_the_score_is_judged_on_the_scale_of_its_detector() -> None:
    quality = replace(GOOD, score=0.55)
    assert judge(quality, "standard", detector="hog") is None
    assert judge(quality, "standard", detector="yunet") == "low-detection-score"
    assert judge(replace(GOOD, score=-5.0), "strict", detector="haar") is None


@pytest.mark.parametrize(("faces", "reason"), [(0, "no-face"), (1, None), (2, "several-faces")])
def test_a_photo_must_show_exactly_one_face(faces: int, reason: str | None) -> None:
    assert judge_count(faces) == reason


def test_brightness_is_that_of_the_face_alone() -> None:
    pixels = flat(255)
    pixels[10:110, 10:110] = 51
    assert measure(pixels, FACE, UPRIGHT).brightness == pytest.approx(0.2, abs=0.005)
    assert measure(pixels, FACE, UPRIGHT).sharpness == 0


def test_a_box_past_the_edge_is_measured_where_there_are_pixels() -> None:
    outside = Face(Box(-50, -50, 40, 40), 1.0)
    quality = measure(flat(51), outside, UPRIGHT)
    assert quality.face_pixels == 90
    assert quality.brightness == pytest.approx(0.2, abs=0.005)
    gone = Face(Box(500, 500, 600, 600), 1.0)
    assert judge(measure(flat(51), gone, UPRIGHT), "standard") == "blurred"


def test_pose_is_that_of_the_eyes_and_the_nose() -> None:
    upright = measure(flat(9), FACE, UPRIGHT)
    assert (upright.yaw_estimate, upright.roll) == (0, 0)
    turned = UPRIGHT.copy()
    turned[4, 0] += 18  # 0.45 of the distance between the eyes: as far as the nose stands out
    assert measure(flat(9), FACE, turned).yaw_estimate == pytest.approx(45)
    mirrored = turned.copy()
    mirrored[:, 0] = 120 - turned[[2, 3, 0, 1, 4], 0]
    assert measure(flat(9), FACE, mirrored).yaw_estimate == pytest.approx(-45)


@pytest.mark.parametrize("degrees", [-90, -30, 10, 90])
def test_roll_does_not_change_the_estimate_of_yaw(degrees: int) -> None:
    turned = UPRIGHT.copy()
    turned[4, 0] += 10
    angle = np.radians(degrees)
    matrix = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    rolled: Landmarks = ((turned - 60) @ matrix.T + 60).astype(np.float32)
    quality = measure(flat(9), FACE, rolled)
    assert quality.roll == pytest.approx(degrees, abs=0.1)
    expected = measure(flat(9), FACE, turned).yaw_estimate
    assert quality.yaw_estimate == pytest.approx(expected, abs=0.1)


def test_landmarks_in_one_point_have_some_pose() -> None:
    assert np.isfinite(measure(flat(9), FACE, np.zeros((5, 2), np.float32)).yaw_estimate)


def _blurred(pixels: Pixels, face: Face) -> Pixels:
    radius = 4 * face.box.width / 150
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))


def _dark(pixels: Pixels, face: Face) -> Pixels:
    box = face.box
    mean = pixels[box.top : box.bottom, box.left : box.right].mean()
    darker: Pixels = (pixels * (0.045 * 255 / mean)).astype(np.uint8)
    return darker


def _bright(pixels: Pixels, face: Face) -> Pixels:
    inverted: Pixels = 255 - _dark(255 - pixels, face)
    return inverted


SPOILT: list[tuple[Callable[[Pixels, Face], Pixels], str]] = [
    (_blurred, "blurred"),
    (_dark, "dark"),
    (_bright, "blown-out"),
]


def test_drawn_people_pass_and_spoilt_photos_do_not() -> None:
    detector = load_detector("hog")
    for seed in range(4):
        pixels = draw_photo(person(seed), 0)
        face = detector.detect(pixels)[0]
        landmarks = find_landmarks(pixels, face.box)
        assert judge(measure(pixels, face, landmarks), "standard") is None
        for spoil, reason in SPOILT:
            assert judge(measure(spoil(pixels, face), face, landmarks), "standard") == reason


@pytest.mark.shared_faces
def test_real_photos_pass_and_blurred_ones_do_not(
    shared_folder: Path,
) -> None:
    photos = sorted((shared_folder / "faces" / "lfw-view1").rglob("*.jpg"))
    detector = load_detector("hog")
    passed, caught, seen = 0, 0, 0
    for path in photos[::50]:
        pixels = decode_photo(path.read_bytes())
        for face in detector.detect(pixels)[:1]:
            landmarks = find_landmarks(pixels, face.box)
            seen += 1
            passed += judge(measure(pixels, face, landmarks), "standard") is None
            blurred = measure(_blurred(pixels, face), face, landmarks)
            caught += judge(blurred, "standard") is not None
    assert seen >= 95
    assert passed >= 0.97 * seen
    assert caught >= 0.97 * seen


def test_strict_is_nowhere_milder_than_standard() -> None:
    assert STRICT.face_pixels > STANDARD.face_pixels
    assert STRICT.sharpness > STANDARD.sharpness
    assert STRICT.brightness[0] > STANDARD.brightness[0]
    assert STRICT.brightness[1] < STANDARD.brightness[1]
    assert (STRICT.yaw, STRICT.roll) < (STANDARD.yaw, STANDARD.roll)
    assert all(STRICT.scores[name] > least for name, least in STANDARD.scores.items())
