"""What changes from one photo of a person to the next."""

from dataclasses import dataclass

import numpy as np

from facewright.training.people.fields import Floats
from facewright.training.people.palette import CLOTHS, Colour

SIZES = ((400, 400), (400, 500), (520, 400), (420, 460))
"""Widths and heights of photos, in pixels."""

NECKLINES = ("round", "round", "vee", "high")
PATTERNS = ("plain", "plain", "stripes", "knit")

_STREAM = 5
"""Keeps the draws of moments apart from other draws with the same seed."""

_LEVEL_GAZE = -4.0
"""Neutral pitch, degrees: the detector misses faces that look down, so heads tilt up a little."""


@dataclass(frozen=True)
class Pose:
    """Turns of the head in degrees: to the side, down, and onto a shoulder."""

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True)
class Expression:
    """What the face does.

    Attributes:
        smile: −1 turns the corners of the mouth down, 1 up.
        mouth_open: 0 is shut, 1 wide open.
        brow_raise: In −1..1.
        frown: 0..1.
        lids: Opening of the eyes as a factor of the person's own.
        gaze: Shift of the irises, in head units.
    """

    smile: float
    mouth_open: float
    brow_raise: float
    frown: float
    lids: float
    gaze: tuple[float, float]


@dataclass(frozen=True)
class Light:
    """One large lamp or window, and what comes from all round.

    Attributes:
        direction: Unit vector towards the lamp, float32 [3].
        key: Strength of the lamp.
        ambient: Strength of the rest.
        warmth: −1 is bluish daylight, 1 a yellowish lamp.
    """

    direction: Floats
    key: float
    ambient: float
    warmth: float


@dataclass(frozen=True)
class Frame:
    """Where the head is in the picture, in pixels."""

    width: int
    height: int
    head_height: float
    centre_x: float
    centre_y: float


@dataclass(frozen=True)
class Outfit:
    """What the person wears."""

    neckline: str
    pattern: str
    colour: Colour


@dataclass(frozen=True)
class Film:
    """What the camera does to the picture.

    Attributes:
        blur: Standard deviation in pixels.
        contrast: Factor about middle grey.
        brightness: Added, in bytes.
        balance: Factor for each of red, green and blue.
        grain: Standard deviation of the noise, in bytes.
        quality: Of the JPEG file, 1..95.
    """

    blur: float
    contrast: float
    brightness: float
    balance: tuple[float, float, float]
    grain: float
    quality: int


@dataclass(frozen=True)
class Moment:
    """Everything about a photo except who is in it."""

    pose: Pose
    expression: Expression
    light: Light
    frame: Frame
    outfit: Outfit
    film: Film


def moment(generator: np.random.Generator) -> Moment:
    """Draw the circumstances of a photo."""
    return Moment(
        pose=_pose(generator),
        expression=_expression(generator),
        light=_light(generator),
        frame=_frame(generator),
        outfit=_outfit(generator),
        film=_film(generator),
    )


def photo_generator(seed: int, number: int) -> np.random.Generator:
    """Start the stream of draws that belongs to photo `number` of the person of `seed`."""
    return np.random.default_rng([_STREAM, seed, number])


def _pose(generator: np.random.Generator) -> Pose:
    return Pose(
        yaw=float(generator.uniform(-18, 18)),
        pitch=_LEVEL_GAZE + float(generator.uniform(-7, 8)),
        roll=float(generator.uniform(-8, 8)),
    )


def _expression(generator: np.random.Generator) -> Expression:
    return Expression(
        smile=float(generator.uniform(-0.3, 0.9)),
        mouth_open=max(0.0, float(generator.uniform(-0.6, 0.7))),
        brow_raise=float(generator.uniform(-0.5, 0.8)),
        frown=max(0.0, float(generator.uniform(-0.8, 0.8))),
        lids=float(generator.uniform(0.85, 1.12)),
        gaze=(float(generator.uniform(-0.025, 0.025)), float(generator.uniform(-0.01, 0.01))),
    )


def _light(generator: np.random.Generator) -> Light:
    azimuth = np.radians(generator.uniform(-45, 45))
    elevation = np.radians(generator.uniform(5, 50))
    level = np.cos(elevation)
    direction = (np.sin(azimuth) * level, np.sin(elevation), np.cos(azimuth) * level)
    return Light(
        direction=np.asarray(direction, np.float32),
        key=float(generator.uniform(0.6, 0.95)),
        ambient=float(generator.uniform(0.32, 0.55)),
        warmth=float(generator.uniform(-1, 1)),
    )


def _frame(generator: np.random.Generator) -> Frame:
    width, height = SIZES[int(generator.integers(len(SIZES)))]
    return Frame(
        width=width,
        height=height,
        head_height=float(generator.uniform(0.47, 0.58)) * min(width, height),
        centre_x=width * (0.5 + float(generator.uniform(-0.08, 0.08))),
        centre_y=height * (0.45 + float(generator.uniform(-0.05, 0.05))),
    )


def _outfit(generator: np.random.Generator) -> Outfit:
    return Outfit(
        neckline=NECKLINES[int(generator.integers(len(NECKLINES)))],
        pattern=PATTERNS[int(generator.integers(len(PATTERNS)))],
        colour=CLOTHS[int(generator.integers(len(CLOTHS)))],
    )


def _film(generator: np.random.Generator) -> Film:
    red, green, blue = generator.uniform(-0.05, 0.05, 3)
    return Film(
        blur=float(generator.uniform(0.35, 0.8)),
        contrast=float(generator.uniform(0.9, 1.1)),
        brightness=float(generator.uniform(-10, 14)),
        balance=(1 + float(red), 1 + float(green), 1 + float(blue)),
        grain=float(generator.uniform(1.5, 4.5)),
        quality=int(generator.integers(80, 96)),
    )
