"""The colours people come in, as sRGB bytes, and the way to linear light."""

from typing import TypeAlias

import numpy as np

from facewright.training.people.fields import Floats

Colour: TypeAlias = tuple[float, float, float]

GAMMA = 2.2

SKINS: tuple[Colour, ...] = (
    (244, 208, 184),
    (236, 192, 160),
    (222, 172, 136),
    (205, 150, 112),
    (176, 120, 84),
    (140, 92, 62),
    (116, 76, 54),
    (96, 64, 48),
)
"""From the palest to the darkest."""

DARK_SKIN = 5
"""Index in `SKINS` from which hair and eyes are drawn dark."""

HAIRS: dict[str, Colour] = {
    "black": (28, 22, 20),
    "dark brown": (52, 36, 26),
    "brown": (92, 60, 36),
    "light brown": (140, 98, 56),
    "blond": (196, 156, 96),
    "red": (134, 68, 42),
    "grey": (128, 125, 122),
    "white": (186, 183, 178),
}

IRISES: tuple[Colour, ...] = (
    (70, 44, 26),
    (96, 62, 34),
    (110, 100, 50),
    (80, 120, 90),
    (90, 130, 170),
    (120, 135, 145),
)

RIMS: tuple[Colour, ...] = (
    (28, 28, 30),
    (28, 28, 30),
    (92, 52, 34),
    (150, 116, 62),
    (112, 116, 122),
    (120, 36, 44),
)
"""Of glasses: horn, tortoise shell, gold, steel, red."""

CLOTHS: tuple[Colour, ...] = (
    (36, 44, 66),
    (60, 64, 70),
    (128, 132, 136),
    (222, 220, 212),
    (112, 42, 44),
    (58, 84, 66),
    (74, 104, 140),
    (166, 138, 96),
    (120, 92, 112),
    (30, 30, 32),
    (186, 96, 62),
    (202, 178, 86),
)


def linear(colour: Colour) -> Floats:
    """Turn sRGB bytes into linear light, float32 [3] in 0..1."""
    return (np.asarray(colour, np.float32) / 255) ** np.float32(GAMMA)
