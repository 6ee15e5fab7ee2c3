"""Chips: where the eyes end up, and that turned faces come out upright."""

import dlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from facewright.errors import WeightsError
from facewright.faces.align import ALIGNMENT_NAMES, load_alignment
from facewright.faces.alignments.upright import similarity
from facewright.faces.detector import load_detector
from facewright.faces.face import Box, Landmarks, Pixels
from facewright.faces.landmarks import find_landmarks
from facewright.training.people import draw_photo, member


@pytest.fixture(scope="module")
def portrait() -> Pixels:
    return draw_photo(member("ada"), 20)


def _located(pixels: Pixels) -> tuple[Box, Landmarks]:
    [face] = load_detector("hog").detect(pixels)
    return face.box, find_landmarks(pixels, face.box)


def _turned(pixels: Pixels, degrees: float) -> Pixels:
    return np.asarray(Image.fromarray(pixels).rotate(degrees, Image.Resampling.BICUBIC))


@pytest.mark.parametrize("name", ALIGNMENT_NAMES)
@pytest.mark.parametrize("size", [96, 112, 150, 160])
def test_chips_have_the_wanted_size(name: str, size: int, portrait: Pixels) -> None:
    chip = load_alignment(name)(portrait, *_located(portrait), size)
    assert chip.shape == (size, size, 3)
    assert chip.dtype == np.uint8
    assert chip.std() > 10


def test_the_landmarks_are_eyes_and_a_nose(portrait: Pixels) -> None:
    box, points = _located(portrait)
    assert points.shape == (5, 2)
    left_outer, left_inner, right_outer, right_inner, nose = points
    assert right_outer[0] < right_inner[0] < left_inner[0] < left_outer[0]
    assert nose[1] > max(left_inner[1], right_inner[1])
    assert box.left < right_outer[0]
    assert left_outer[0] < box.right


def test_the_default_chip_is_dlibs_own(portrait: Pixels) -> None:
    box, points = _located(portrait)
    rectangle = dlib.rectangle(box.left, box.top, box.right - 1, box.bottom - 1)
    shape = dlib.full_object_detection(rectangle, [dlib.point(*map(int, p)) for p in points])
    expected = dlib.get_face_chip(portrait, shape, 150, 0.25)
    assert np.array_equal(load_alignment("dlib")(portrait, box, points, 150), expected)


@pytest.mark.parametrize("name", ["dlib", "arcface"])
def test_a_turned_face_comes_out_upright(name: str, portrait: Pixels) -> None:
    align = load_alignment(name)
    straight = align(portrait, *_located(portrait), 112).astype(float)
    turned_photo = _turned(portrait, 12)
    turned = align(turned_photo, *_located(turned_photo), 112).astype(float)
    middle = (slice(30, 90), slice(20, 92))
    assert np.abs(straight[middle] - turned[middle]).mean() < 12


def test_a_centre_crop_is_the_box_itself() -> None:
    photo = np.zeros((100, 100, 3), np.uint8)
    photo[20:60, 30:70] = 200
    chip = load_alignment("centre-crop")(
        photo, Box(30, 10, 70, 70), np.zeros((5, 2), np.float32), 40
    )
    assert np.array_equal(chip, np.full((40, 40, 3), 200, np.uint8))


def test_a_box_past_the_edge_is_filled_with_black() -> None:
    photo = np.full((50, 50, 3), 255, np.uint8)
    chip = load_alignment("centre-crop")(
        photo, Box(-25, 0, 25, 50), np.zeros((5, 2), np.float32), 50
    )
    assert chip[:, :24].max() == 0
    assert chip[:, 26:].min() == 255


@given(st.floats(0.1, 10), st.floats(-3.1, 3.1), st.floats(-500, 500), st.floats(-500, 500))
def test_a_similarity_is_recovered_exactly(
    scale: float, angle: float, right: float, down: float
) -> None:
    points = np.array([(0.0, 0.0), (10.0, 1.0), (4.0, 9.0)])
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    matrix = np.array([[cosine, -sine, right], [sine, cosine, down]])
    moved = points @ matrix[:, :2].T + matrix[:, 2]
    assert np.allclose(similarity(points, moved), matrix, atol=1e-6)


def test_an_unknown_alignment_is_refused() -> None:
    with pytest.raises(WeightsError) as caught:
        load_alignment("square")
    assert caught.value.message == (
        "no such alignment: expected one of dlib, arcface, centre-crop, received 'square'"
    )
