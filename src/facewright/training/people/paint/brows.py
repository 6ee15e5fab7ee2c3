"""The eyebrows."""

import numpy as np

from facewright.training.people.fields import Floats, sample, smoothstep
from facewright.training.people.identity import Person
from facewright.training.people.moment import Expression
from facewright.training.people.paint.canvas import Canvas
from facewright.training.people.palette import linear

_START, _LENGTH = -0.17, 0.40
"""Where a brow begins, from above the eye's middle towards the nose, and how long it is."""


def paint_brows(canvas: Canvas, person: Person, expression: Expression) -> None:
    """Paint both brows, raised or knitted as the expression says."""
    near = np.abs(canvas.y - person.eyes.level - person.brows.height) < 0.2
    where, piece = canvas.cut(near)
    skin = linear(person.skin.colour)
    colour = np.minimum(linear(person.hair.colour), skin * np.float32(0.3)) * np.float32(0.7)
    for side in (-1, 1):
        outwards = (piece.x - side * person.eyes.spacing) * side
        mask = _brow_mask(piece, person, expression, outwards)
        piece.blend(mask, colour, 0.93)
    canvas.paste(where, piece)


def _brow_mask(canvas: Canvas, person: Person, expression: Expression, outwards: Floats) -> Floats:
    brows = person.brows
    along = (outwards - _START) / _LENGTH  # 0 beside the nose, 1 at the temple
    inner = np.clip(along, 0, 1)
    middle = (
        person.eyes.level
        + brows.height
        + 0.05 * expression.brow_raise
        + brows.slope * outwards
        + brows.arch * np.sin(2.6 * inner)
        - 0.04 * expression.frown * smoothstep(0.4, 0, along)
    )
    thickness = brows.thickness * (1 - 0.55 * inner * inner)
    # Hairs lean outwards, so the grain is sheared along the brow.
    hairs = sample(canvas.tile, outwards * 4 - canvas.y * 3, canvas.y * 1.2)
    band = smoothstep(1.3, 0.5, np.abs(canvas.y - middle) / thickness + 0.12 * hairs)
    ends = smoothstep(0, 0.12, along) * smoothstep(1.05, 0.8, along)
    mask: Floats = band * ends * np.clip(0.88 + 0.15 * hairs, 0, 1)
    return mask
