"""Chips turned upright by a similarity: rotation, one scale and a shift, from the landmarks."""

import dlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.faces.face import Box, Landmarks, Pixels

_PADDING = 0.25
_TEMPLATE_SIZE = 112
# Where ArcFace-style networks saw the middles of the eyes and the base of the nose in chips of
# 112 pixels. Eyes as in Deng et al., *ArcFace* (CVPR 2019); that template has the nose's tip,
# while the landmarks give its base, which lies a little lower.
_TEMPLATE = np.array([(73.53, 51.50), (38.29, 51.70), (56.03, 77.0)])


def dlib_chip(pixels: Pixels, box: Box, landmarks: Landmarks, size: int) -> Pixels:
    """Cut an upright chip with dlib's own sampling, as its embedder was trained.

    Other samplings move embeddings: half-pixel centres by 0.06–0.10 of L2 distance.

    Args:
        pixels: The photo, RGB, uint8 [height, width, 3].
        box: Where the face is.
        landmarks: Its five landmarks, float32 [5, 2].
        size: Edge of the chip, in pixels.

    Returns:
        RGB, uint8 [size, size, 3].
    """
    points = [dlib.point(round(x), round(y)) for x, y in landmarks.tolist()]
    rectangle = dlib.rectangle(box.left, box.top, box.right - 1, box.bottom - 1)
    shape = dlib.full_object_detection(rectangle, points)
    chip: Pixels = dlib.get_face_chip(pixels, shape, size=size, padding=_PADDING)
    return chip


def arcface_chip(pixels: Pixels, box: Box, landmarks: Landmarks, size: int) -> Pixels:
    """Cut an upright chip with the eyes and the nose where ArcFace-style networks expect them.

    Args:
        pixels: The photo, RGB, uint8 [height, width, 3].
        box: Where the face is.
        landmarks: Its five landmarks, float32 [5, 2].
        size: Edge of the chip, in pixels.

    Returns:
        RGB, uint8 [size, size, 3].
    """
    seen = _eyes_and_nose(landmarks)
    matrix = similarity(_TEMPLATE * (size / _TEMPLATE_SIZE), seen)
    warped = Image.fromarray(pixels).transform(
        (size, size), Image.Transform.AFFINE, tuple(matrix.ravel()), Image.Resampling.BILINEAR
    )
    return np.asarray(warped, dtype=np.uint8)


def similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the similarity that brings `source` points closest to `target` points.

    Least squares over rotation, one scale and a shift, without reflection: Umeyama, *Least-squares
    estimation of transformation parameters between two point patterns* (PAMI 1991). In the plane
    it is one complex division.

    Args:
        source: Points, float [N, 2], N ≥ 2, not all the same.
        target: Points, float [N, 2].

    Returns:
        Matrix [2, 3] that maps (x, y, 1).
    """
    from_points, to_points = (points[:, 0] + 1j * points[:, 1] for points in (source, target))
    from_middle, to_middle = from_points.mean(), to_points.mean()
    spread = from_points - from_middle
    turn = np.vdot(spread, to_points - to_middle) / np.vdot(spread, spread)
    shift = to_middle - turn * from_middle
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def _eyes_and_nose(landmarks: Landmarks) -> NDArray[np.float64]:
    left_eye, right_eye = landmarks[0:2].mean(axis=0), landmarks[2:4].mean(axis=0)
    return np.array([left_eye, right_eye, landmarks[4]], dtype=np.float64)
