"""What is worn, and the skin that shows in its neckline."""

import numpy as np

from facewright.training.people.fields import Floats, ridge, sample, smoothstep
from facewright.training.people.identity import Person
from facewright.training.people.moment import Outfit
from facewright.training.people.palette import linear

CLOTH_GLOSS = 0.03


def paint_torso(person: Person, outfit: Outfit, coordinates: Floats, tile: Floats) -> Floats:
    """Paint points of the torso.

    Args:
        person: Whose skin shows.
        outfit: What is worn.
        coordinates: float32 [N, 4]: x, y, azimuth, and 0 at the neck .. 1 at the chest.
        tile: The person's grain.

    Returns:
        Linear albedo, float32 [N, 3].
    """
    x, y, azimuth, down = coordinates.T
    below = _below_neckline(outfit, x, y, azimuth, down)
    worn = smoothstep(-0.01, 0.01, below)[:, None]
    hem = 1 - 0.3 * ridge(below - 0.06, 0.01)
    folds = 1 + 0.07 * sample(tile, x * 0.35, y * 0.2) + 0.03 * sample(tile, x * 2, y * 2)
    cloth = linear(outfit.colour)[None] * (_pattern(outfit, x, y) * hem * folds)[:, None]
    shadow = 1 - 0.4 * smoothstep(0.06, 0.0, -below)
    skin = linear(person.skin.colour)[None] * (0.8 * shadow)[:, None]
    colour: Floats = skin + worn * (cloth - skin)
    return colour


def paint_neck(person: Person, coordinates: Floats) -> Floats:
    """Paint points of the neck, which lie in the shadow of the chin above, float32 [N, 3]."""
    x, y = coordinates[:, 0], coordinates[:, 1]
    chin = -0.86 * person.skull.half_height
    light = 0.5 + 0.5 * smoothstep(chin - 0.1, chin - 0.6, y + 0.35 * np.abs(x))
    base = linear(person.skin.colour) * np.asarray((0.92, 0.87, 0.85), np.float32)
    return base[None] * light[:, None]


def paint_ears(person: Person, coordinates: Floats) -> Floats:
    """Paint points of an ear, redder and darker towards its hollow, float32 [N, 3]."""
    hollow = smoothstep(0.75, 0.3, coordinates[:, 2])
    base = linear(person.skin.colour) * np.asarray((0.92, 0.76, 0.72), np.float32)
    return base[None] * (1 - 0.5 * hollow)[:, None]


def _below_neckline(outfit: Outfit, x: Floats, y: Floats, azimuth: Floats, down: Floats) -> Floats:
    """How far below the edge of the cloth points lie, roughly in head units."""
    if outfit.neckline == "high":
        return 2.0 * (down - 0.17)
    round_the_neck = 2.0 * (down - 0.25 - 0.07 * np.cos(azimuth))
    if outfit.neckline == "round":
        return round_the_neck
    vee: Floats = 0.55 * (1.6 * np.abs(x) - (y + 1.94))
    return np.minimum(round_the_neck, np.where(np.abs(azimuth) < 1.2, vee, 9.0))


def _pattern(outfit: Outfit, x: Floats, y: Floats) -> Floats:
    if outfit.pattern == "stripes":
        return 1 - 0.35 * smoothstep(-0.2, 0.2, np.sin(y * 42))
    if outfit.pattern == "knit":
        return 1 + 0.08 * np.sin(x * 90) * np.sin(y * 90)
    return np.ones_like(x)
