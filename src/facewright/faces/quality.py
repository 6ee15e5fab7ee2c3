"""Whether a photo of a face is good enough to know somebody by.

What is measured is named after what it is, and a photo that is refused gets a reason code that
programs can act on. The thresholds were measured; `docs/people.md` holds the table.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.faces.face import Face, Landmarks, Pixels

Gate = Literal["off", "standard", "strict"]
"""How much is asked of a photo: a single face, a usable one, a good one."""

Reason = Literal[
    "no-face",
    "several-faces",
    "too-small",
    "blurred",
    "dark",
    "blown-out",
    "extreme-pose",
    "low-detection-score",
]

REASONS: dict[str, str] = {
    "no-face": "no face was found",
    "several-faces": "several faces were found",
    "too-small": "the face is too small",
    "blurred": "the face is blurred",
    "dark": "the face is too dark",
    "blown-out": "the face is overexposed",
    "extreme-pose": "the face is turned too far away",
    "low-detection-score": "the detector is not sure that this is a face",
    "conflicts-with-another-person": "the face looks more like another person's",
}
"""Each reason code in words."""

# Sharpness is measured on a face of this edge, so that it does not depend on the camera.
_EDGE = 96
# How far the base of the nose stands out from the plane of the eyes, in distances between the
# middles of the eyes: where a turned face's nose goes. So chosen that the widest turns at which a
# frontal detector still finds a face, about 50 degrees, come out as such.
_NOSE_DEPTH = 0.45


@dataclass(frozen=True)
class Quality:
    """What was measured about one face.

    Attributes:
        face_pixels: Shorter side of its box, in pixels of the photo.
        sharpness: Strength of fine detail relative to contrast, 0 and up; about 0.1–0.5.
        brightness: Mean luminance, 0–1.
        contrast: Standard deviation of the luminance, 0–0.5.
        yaw_estimate: Turn to the side in degrees, −90 to 90; positive when the nose points to
            the right side of the photo. From five landmarks: rough beyond 40.
        roll: Turn in the plane of the photo in degrees, −180 to 180; 0 is upright.
        score: The detector's own confidence, on its own scale.
    """

    face_pixels: int
    sharpness: float
    brightness: float
    contrast: float
    yaw_estimate: float
    roll: float
    score: float


@dataclass(frozen=True)
class Limits:
    """What a gate lets pass.

    Attributes:
        face_pixels: At least so many.
        sharpness: At least so much.
        brightness: Between these.
        yaw: At most so many degrees to either side.
        roll: At most so many degrees; alignment turns a face upright, so this is generous.
        scores: At least so sure, for each detector whose scale is known.
    """

    face_pixels: int
    sharpness: float
    brightness: tuple[float, float]
    yaw: float
    roll: float
    scores: dict[str, float]


STANDARD = Limits(
    face_pixels=40,
    sharpness=0.08,
    brightness=(0.06, 0.94),
    yaw=45.0,
    roll=60.0,
    scores={"hog": 0.05, "yunet": 0.6},
)
STRICT = Limits(
    face_pixels=80,
    sharpness=0.12,
    brightness=(0.15, 0.85),
    yaw=30.0,
    roll=30.0,
    scores={"hog": 0.5, "yunet": 0.8},
)


def measure(pixels: Pixels, face: Face, landmarks: Landmarks) -> Quality:
    """Measure a face in its photo.

    Args:
        pixels: The photo, RGB, uint8 [height, width, 3].
        face: The face.
        landmarks: Its five landmarks, float32 [5, 2].
    """
    luminance = _luminance(pixels, face)
    yaw, roll = _pose(landmarks)
    return Quality(
        face_pixels=min(face.box.width, face.box.height),
        sharpness=_sharpness(luminance),
        brightness=float(luminance.mean()),
        contrast=float(luminance.std()),
        yaw_estimate=yaw,
        roll=roll,
        score=face.score,
    )


def judge(quality: Quality, gate: Gate, *, detector: str = "hog") -> Reason | None:
    """Say why a face is not good enough; None when it is.

    Args:
        quality: What was measured.
        gate: ``off`` lets every face pass.
        detector: Name of the detector, which gives the score its scale; other scores than those
            of known detectors are not judged.
    """
    if gate == "off":
        return None
    limits = STANDARD if gate == "standard" else STRICT
    low, high = limits.brightness
    failed: dict[Reason, bool] = {
        "too-small": quality.face_pixels < limits.face_pixels,
        "low-detection-score": quality.score < limits.scores.get(detector, -math.inf),
        "dark": quality.brightness < low,
        "blown-out": quality.brightness > high,
        "extreme-pose": abs(quality.yaw_estimate) > limits.yaw or abs(quality.roll) > limits.roll,
        "blurred": quality.sharpness < limits.sharpness,
    }
    return next((reason for reason, fails in failed.items() if fails), None)


def judge_count(faces: int) -> Reason | None:
    """Say why a photo cannot be one person's: it must show exactly one face."""
    if faces == 1:
        return None
    return "several-faces" if faces else "no-face"


def _luminance(pixels: Pixels, face: Face) -> NDArray[np.float32]:
    """Return the part of the box inside the photo, at most `_EDGE` on the shorter side; 0–1."""
    height, width = pixels.shape[:2]
    box = face.box
    left, right = max(0, min(box.left, width - 1)), min(width, max(box.right, 1))
    top, bottom = max(0, min(box.top, height - 1)), min(height, max(box.bottom, 1))
    crop = Image.fromarray(pixels[top:bottom, left:right]).convert("L")
    factor = min(1.0, _EDGE / min(crop.size))
    size = max(1, round(crop.width * factor)), max(1, round(crop.height * factor))
    smaller = crop.resize(size, Image.Resampling.BOX)
    return np.asarray(smaller, dtype=np.float32) / np.float32(255)


def _sharpness(luminance: NDArray[np.float32]) -> float:
    """Return the spread of the Laplacian relative to that of the pixels.

    A mean over 3 × 3 pixels goes first, so that a camera's noise does not pass for detail.
    """
    if min(luminance.shape) < 5:
        return 0.0
    rows = luminance[:-2] + luminance[1:-1] + luminance[2:]
    smooth = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9)
    around = smooth[:-2, 1:-1] + smooth[2:, 1:-1] + smooth[1:-1, :-2] + smooth[1:-1, 2:]
    detail = around - 4 * smooth[1:-1, 1:-1]
    return float(detail.std() / max(float(smooth.std()), 1e-3))


def _pose(landmarks: Landmarks) -> tuple[float, float]:
    """Return yaw and roll in degrees."""
    points = landmarks.astype(np.float64)
    # The person's right eye is on the left side of the photo.
    left, right, nose = points[2:4].mean(axis=0), points[0:2].mean(axis=0), points[4]
    axis = right - left
    distance = max(float(np.hypot(*axis)), 1e-6)
    sideways = float((nose - (left + right) / 2) @ axis) / distance**2
    yaw = math.degrees(math.atan(sideways / _NOSE_DEPTH))
    return yaw, math.degrees(math.atan2(axis[1], axis[0]))
