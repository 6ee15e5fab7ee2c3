"""Bare skin: its mottling, the shade that its folds hold, wrinkles, freckles and a mole."""

import numpy as np

from facewright.training.people.fields import Floats, bump, ridge, sample, smoothstep
from facewright.training.people.identity import Person
from facewright.training.people.moment import Expression
from facewright.training.people.paint.canvas import Canvas
from facewright.training.people.palette import linear

SKIN_GLOSS = 0.2

_FLUSH = (1.0, 0.84, 0.84)
_FRECKLE = (0.72, 0.57, 0.47)
_DEEP = (0.15, 0.0, -0.05)
"""What is left of each colour where no light reaches: red scatters furthest, blue least."""
_FOLD_LIGHT = 0.62
"""Share of the light that reaches the bottom of a fold."""


def bare_skin(person: Person, coordinates: Floats, tile: Floats) -> Canvas:
    """Start a canvas with skin of the person's colour, faintly mottled."""
    x, y, azimuth, above_edge = np.ascontiguousarray(coordinates.T)
    patches = sample(tile, x * 0.5 + 0.5, y * 0.4 + 0.5)
    pores = sample(tile, x * 2.1 + 0.3, y * 2.1 + 0.1)
    mottle = 1 + 0.04 * patches + 0.035 * pores
    colour = linear(person.skin.colour)[None] * mottle[:, None]
    gloss = np.clip(SKIN_GLOSS * (1 + 0.3 * pores), 0.05, 1)
    return Canvas(x, y, azimuth, above_edge, colour, gloss, tile)


def paint_shade(canvas: Canvas, person: Person, expression: Expression) -> None:
    """Darken what the light of the room reaches badly, and redden cheeks and nose."""
    side, y, eyes, nose = canvas.side, canvas.y, person.eyes, person.nose
    mouth_level, nose_level = person.mouth_level, person.nose_level
    flush = 0.6 * bump(side, y, (0.38, -0.27), (0.18, 0.15))
    canvas.tint(flush + 0.5 * bump(side, y, (0, nose_level), (0.12, 0.1)), _FLUSH)
    hollows = (
        eyes.shadow * bump(side, y, (eyes.spacing - 0.04, eyes.level + 0.05), (0.19, 0.1)),
        0.7 * bump(side, y, (eyes.spacing - 0.13, eyes.level + 0.02), (0.06, 0.07)),
        0.2 * bump(side, y, (0, nose_level - 0.1), (0.1, 0.03)),
        0.55 * bump(side, y, (nose.width * 1.1, nose_level - 0.01), (0.025, 0.05)),
        0.75 * bump(side, y, (0, mouth_level - 0.16), (0.16, 0.035)),
        smoothstep(-0.8 * person.skull.half_height, -person.skull.half_height, y),
    )
    light = np.ones_like(y)
    for depth in (*hollows, *_wrinkles(canvas, person, expression)):
        light *= 1 - (1 - _FOLD_LIGHT) * depth
    canvas.tint(1 - light, _DEEP)
    nostrils = bump(side, y, (nose.width * 0.5, nose_level - 0.05), (0.036, 0.02))
    canvas.blend(nostrils, linear(person.skin.colour) * np.float32(0.16))


def paint_marks(canvas: Canvas, person: Person) -> None:
    """Add freckles and the mole."""
    x, y, skin = canvas.x, canvas.y, person.skin
    if skin.freckles:
        spots = smoothstep(1.0, 1.6, sample(canvas.tile, x * 3.3, y * 3.3))
        where = bump(canvas.side, y, (0.25, -0.2), (0.3, 0.2))
        canvas.tint(spots * where * skin.freckles, _FRECKLE)
    canvas.tint(1.3 * bump(x, y, skin.mole, (0.022, 0.022)), (0.32, 0.24, 0.2))


def _wrinkles(canvas: Canvas, person: Person, expression: Expression) -> list[Floats]:
    """How deep the folds of age and of laughing are, one field for each."""
    x, side, y, age = canvas.x, canvas.side, canvas.y, person.skin.age
    eyes, level = person.eyes, person.nose_level
    bags = bump(side, y, (eyes.spacing, eyes.level - 0.1), (0.14, 0.03))
    laughing = ridge(side - (person.nose.width + 0.03 + (level - y) * 0.55), 0.022)
    extent = smoothstep(level + 0.06, level - 0.03, y)
    extent = extent * smoothstep(person.mouth_level - 0.16, person.mouth_level - 0.02, y)
    depth = 0.12 + 0.6 * age + 0.5 * max(0.0, expression.smile)
    folds = [bags * (0.15 + 0.6 * age), laughing * extent * depth]
    if age > 0.35:
        strength = (age - 0.35) * 1.2 * (1 + 0.5 * expression.brow_raise)
        middle = smoothstep(0.42, 0.2, side) * strength
        bow = y - 0.02 * np.cos(5 * x)
        folds += [middle * ridge(bow - height, 0.012) for height in (0.36, 0.45, 0.54)]
    return folds
