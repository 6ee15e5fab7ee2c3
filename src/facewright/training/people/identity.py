"""What stays the same from one photo of a person to the next.

Lengths are in head units: the face is about 2.1 high, x grows to the picture's right, y upwards,
z towards the camera; the origin lies between the ears at about the height of the eyes.
"""

from dataclasses import dataclass

import numpy as np

from facewright.training.people.hairstyles import FEMININE_STYLES, MASCULINE_STYLES
from facewright.training.people.palette import DARK_SKIN, HAIRS, IRISES, RIMS, SKINS, Colour

BEARDS = ("none", "stubble", "moustache", "goatee", "full")
GLASSES = ("round", "square", "oval", "winged")

_YOUNG_HAIR = tuple(name for name in HAIRS if name not in ("grey", "white"))

_WEARS_GLASSES = 0.4

_GREYING = 0.85
"""Age above which hair is grey or white."""

_STREAM = 77
"""Keeps the draws of identities apart from other draws with the same seed."""


@dataclass(frozen=True)
class Skull:
    """The large shapes of the head."""

    half_width: float
    half_height: float
    jaw: float  # how much wider (or narrower) the jaw is than an egg's
    chin: float
    chin_width: float
    cheekbone: float
    roundness: float  # 0.7 has a flat face, 0.9 a round one
    brow_ridge: float


@dataclass(frozen=True)
class Eyes:
    """The eyes.

    Attributes:
        level: Height of their middle.
        spacing: Of each from the middle of the face.
        half_width: Of the opening.
        half_height: Of the opening when awake.
        slant: Rise of the outer corner per unit of width.
        peak: How far outwards the upper lid is highest; negative is inwards.
        arch: How square the upper lid's curve is; 0.5 is nearly flat, 0.85 pointed.
        socket: Depth of the socket.
        shadow: Darkness of the socket, as a factor.
        iris: Colour.
    """

    level: float
    spacing: float
    half_width: float
    half_height: float
    slant: float
    peak: float
    arch: float
    socket: float
    shadow: float
    iris: Colour


@dataclass(frozen=True)
class Brows:
    """The eyebrows; `height` is above the eyes."""

    height: float
    thickness: float
    arch: float
    slope: float


@dataclass(frozen=True)
class Nose:
    """The nose; `length` is from the level of the eyes to its base."""

    length: float
    width: float
    projection: float
    bridge: float
    tip: float


@dataclass(frozen=True)
class Mouth:
    """The mouth; `drop` is from the base of the nose."""

    drop: float
    half_width: float
    upper_lip: float
    lower_lip: float
    redness: float


@dataclass(frozen=True)
class Hair:
    """The hair; `line` is the height of the hairline above the forehead's middle."""

    style: str
    colour: Colour
    line: float
    waviness: float


@dataclass(frozen=True)
class Skin:
    """The skin; `age` runs from 0 (smooth) to 1 (deep folds), `freckles` from 0 to 1."""

    colour: Colour
    age: float
    freckles: float
    mole: tuple[float, float]


@dataclass(frozen=True)
class Glasses:
    """A pair of glasses; `shape` is one of `GLASSES`, `size` a factor."""

    shape: str
    size: float
    colour: Colour


@dataclass(frozen=True)
class Person:
    """A person who never lived.

    Attributes:
        seed: What the person was drawn from; equal seeds are equal people.
        feminine: Drawn with the features more usual in women.
        beard: One of `BEARDS`.
        glasses: What is always worn, or None.
    """

    seed: int
    feminine: bool
    skull: Skull
    eyes: Eyes
    brows: Brows
    nose: Nose
    mouth: Mouth
    hair: Hair
    skin: Skin
    beard: str
    glasses: Glasses | None

    @property
    def nose_level(self) -> float:
        """Height of the base of the nose."""
        return self.eyes.level - self.nose.length

    @property
    def mouth_level(self) -> float:
        """Height of the line between the lips."""
        return self.nose_level - self.mouth.drop


class _Draw:
    """Named draws from one stream."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng([_STREAM, seed])

    def between(self, low: float, high: float) -> float:
        return float(self.generator.uniform(low, high))

    def one_of(self, options: tuple[str, ...]) -> str:
        return options[int(self.generator.integers(len(options)))]

    def chance(self, probability: float) -> bool:
        return bool(self.generator.random() < probability)


def person(seed: int) -> Person:
    """Draw a person.

    Args:
        seed: Any number from 0; the same seed always gives the same person.
    """
    draw = _Draw(seed)
    feminine = draw.chance(0.5)
    tone = int(draw.generator.integers(len(SKINS)))
    dark = tone >= DARK_SKIN
    age = draw.between(0, 1)
    return Person(
        seed=seed,
        feminine=feminine,
        skull=_skull(draw, feminine),
        eyes=_eyes(draw, dark),
        brows=_brows(draw, feminine),
        nose=_nose(draw, dark),
        mouth=_mouth(draw, feminine, dark),
        hair=_hair(draw, feminine, dark, age),
        skin=_skin(draw, SKINS[tone], age),
        beard="none" if feminine else draw.one_of(BEARDS),
        glasses=_glasses(draw) if draw.chance(_WEARS_GLASSES) else None,
    )


def _skull(draw: _Draw, feminine: bool) -> Skull:
    narrower = 0.03 if feminine else 0.0
    return Skull(
        half_width=draw.between(0.59, 0.76) - narrower / 2,
        half_height=draw.between(0.96, 1.12),
        jaw=draw.between(-0.18, 0.2) - narrower,
        chin=draw.between(0.05, 0.16),
        chin_width=draw.between(0.09, 0.21),
        cheekbone=draw.between(0.0, 0.09),
        roundness=draw.between(0.7, 0.9),
        brow_ridge=draw.between(0.0, 0.03 if feminine else 0.08),
    )


def _eyes(draw: _Draw, dark: bool) -> Eyes:
    iris = int(draw.generator.integers(len(IRISES)))
    return Eyes(
        level=draw.between(-0.05, 0.08),
        spacing=draw.between(0.23, 0.33),
        half_width=draw.between(0.11, 0.165),
        half_height=draw.between(0.042, 0.076),
        slant=draw.between(-0.28, 0.34),
        peak=draw.between(-0.2, 0.4),
        arch=draw.between(0.5, 0.85),
        socket=draw.between(0.08, 0.17),
        shadow=draw.between(0.45, 1.0),
        iris=IRISES[0 if dark else iris],
    )


def _brows(draw: _Draw, feminine: bool) -> Brows:
    return Brows(
        height=draw.between(0.15, 0.245),
        thickness=draw.between(0.026, 0.045) if feminine else draw.between(0.035, 0.078),
        arch=draw.between(-0.01, 0.055),
        slope=draw.between(-0.12, 0.14),
    )


def _nose(draw: _Draw, dark: bool) -> Nose:
    return Nose(
        length=draw.between(0.34, 0.53),
        width=draw.between(0.15, 0.205) if dark else draw.between(0.095, 0.18),
        projection=draw.between(0.19, 0.34),
        bridge=draw.between(0.03, 0.12),
        tip=draw.between(0.055, 0.125),
    )


def _mouth(draw: _Draw, feminine: bool, dark: bool) -> Mouth:
    return Mouth(
        drop=draw.between(0.16, 0.24),
        half_width=draw.between(0.16, 0.275),
        upper_lip=draw.between(0.055, 0.085) if dark else draw.between(0.028, 0.075),
        lower_lip=draw.between(0.07, 0.1) if dark else draw.between(0.038, 0.095),
        redness=draw.between(0.2, 1.0) if feminine else draw.between(0.05, 0.35),
    )


def _hair(draw: _Draw, feminine: bool, dark: bool, age: float) -> Hair:
    colour = draw.one_of(_YOUNG_HAIR)
    if dark:
        colour = draw.one_of(("black", "black", "dark brown"))
    if age > _GREYING:
        colour = draw.one_of(("grey", "white"))
    return Hair(
        style=draw.one_of(FEMININE_STYLES if feminine else MASCULINE_STYLES),
        colour=HAIRS[colour],
        line=draw.between(0.5, 0.74),
        waviness=draw.between(0.0, 1.0),
    )


def _glasses(draw: _Draw) -> Glasses:
    return Glasses(
        shape=draw.one_of(GLASSES),
        size=draw.between(0.9, 1.12),
        colour=RIMS[int(draw.generator.integers(len(RIMS)))],
    )


def _skin(draw: _Draw, colour: Colour, age: float) -> Skin:
    return Skin(
        colour=colour,
        age=age,
        freckles=draw.between(0.3, 1.0) if draw.chance(0.3) else 0.0,
        mole=(draw.between(-0.4, 0.4), draw.between(-0.7, -0.2)),
    )
