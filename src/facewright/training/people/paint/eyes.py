"""The eyes: lids, lashes, the white, the iris and the light in it."""

from dataclasses import dataclass

import numpy as np

from facewright.training.people.fields import Floats, ridge, sample, smoothstep
from facewright.training.people.identity import Person
from facewright.training.people.moment import Expression
from facewright.training.people.paint.canvas import Canvas
from facewright.training.people.palette import linear

IRIS_RADIUS = 0.064
PUPIL_RADIUS = 0.029

_WHITE = (232, 226, 220)
_INNER_CORNER = (196, 128, 116)
_RIM = (20, 16, 14)
_PUPIL = (8, 6, 6)


@dataclass(frozen=True)
class _Opening:
    """An eye in its own axes, at the canvas's points.

    Attributes:
        outwards: From the eye's middle towards the temple.
        height: Above the line through its corners.
        across: `outwards` in half widths.
        upper: Height of the upper lid's edge.
        lower: Of the lower lid's.
        open: 1 between the lids, 0 elsewhere.
    """

    outwards: Floats
    height: Floats
    across: Floats
    upper: Floats
    lower: Floats
    open: Floats


def paint_eyes(canvas: Canvas, person: Person, expression: Expression) -> None:
    """Paint both eyes."""
    eyes = person.eyes
    for side in (-1, 1):
        outwards = (canvas.x - side * eyes.spacing) * side
        near = (np.abs(outwards) < eyes.half_width * 1.4) & (np.abs(canvas.y - eyes.level) < 0.2)
        where, piece = canvas.cut(near)
        opening = _opening(piece, person, expression, side)
        _paint_lids(piece, person, opening)
        _paint_ball(piece, person, expression, opening, side)
        _paint_lashes(piece, person, opening)
        canvas.paste(where, piece)


def _opening(canvas: Canvas, person: Person, expression: Expression, side: int) -> _Opening:
    eyes = person.eyes
    outwards = (canvas.x - side * eyes.spacing) * side
    height = canvas.y - eyes.level - eyes.slant * outwards
    across = outwards / eyes.half_width
    clipped = np.clip(across, -1, 1)
    fullness = 1 - clipped * clipped
    half_height = eyes.half_height * expression.lids
    upper = half_height * fullness**eyes.arch * (1 + eyes.peak * clipped)
    lower = -0.72 * half_height * fullness**0.75
    soft = 0.006
    between = smoothstep(-soft, soft, upper - height) * smoothstep(-soft, soft, height - lower)
    return _Opening(outwards, height, across, upper, lower, between * (np.abs(across) < 1))


def _paint_lids(canvas: Canvas, person: Person, eye: _Opening) -> None:
    extent = smoothstep(1.15, 0.8, np.abs(eye.across))
    canvas.tint(0.6 * ridge(eye.height - eye.upper - 0.045, 0.014) * extent, (0.5, 0.4, 0.36))
    if person.feminine:  # a little shadow of make-up on the lid
        canvas.tint(0.35 * ridge(eye.height - eye.upper - 0.02, 0.03) * extent, (0.62, 0.5, 0.5))
    waterline = ridge(eye.height - eye.lower + 0.006, 0.008) * extent
    canvas.blend(waterline, linear(person.skin.colour) * np.float32(1.05), 0.35)


def _paint_ball(
    canvas: Canvas, person: Person, expression: Expression, eye: _Opening, side: int
) -> None:
    """Paint what is seen between the lids."""
    # The ball turns away at the corners, and the upper lid casts a shadow on it.
    shade = (0.55 + 0.45 * smoothstep(0, 0.05, eye.upper - eye.height)) * (1 - 0.35 * eye.across**2)
    canvas.blend(eye.open, linear(_WHITE)[None] * shade[:, None])
    canvas.blend(eye.open * smoothstep(-0.8, -0.98, eye.across), linear(_INNER_CORNER), 0.8)
    right = eye.outwards - expression.gaze[0] * side
    up = eye.height - expression.gaze[1] - 0.004
    radius = np.hypot(right, up)
    _paint_iris(canvas, person, eye.open, radius, np.arctan2(up, right), shade)
    canvas.gloss += 0.3 * eye.open
    lamp = np.hypot(canvas.x - side * person.eyes.spacing - expression.gaze[0] + 0.02, up - 0.022)
    canvas.blend(eye.open * smoothstep(0.017, 0.009, lamp), np.ones(3, np.float32))


def _paint_iris(
    canvas: Canvas, person: Person, mask: Floats, radius: Floats, angle: Floats, shade: Floats
) -> None:
    fibres = sample(canvas.tile, angle * np.float32(1.5 / np.pi), radius * 1.5)
    glow = 0.75 + 0.35 * smoothstep(0.3, -1, np.sin(angle))  # light gathers in the lower half
    colour = linear(person.eyes.iris)[None] * ((1 + 0.2 * fibres) * glow * shade)[:, None]
    soft = 0.005
    canvas.blend(mask * smoothstep(IRIS_RADIUS + soft, IRIS_RADIUS - soft, radius), colour)
    canvas.blend(mask * ridge(radius - IRIS_RADIUS, 0.01), linear(_RIM), 0.7)
    canvas.blend(
        mask * smoothstep(PUPIL_RADIUS + 0.003, PUPIL_RADIUS - 0.003, radius), linear(_PUPIL)
    )


def _paint_lashes(canvas: Canvas, person: Person, eye: _Opening) -> None:
    skin = linear(person.skin.colour)
    thickness = 0.02 if person.feminine else 0.014
    reach = np.abs(eye.across)
    upper = ridge(eye.height - eye.upper, thickness * (0.8 + 0.3 * np.clip(eye.across, -1, 1)))
    canvas.blend(upper * smoothstep(1.2, 0.95, reach), skin * np.float32(0.05), 0.92)
    lower = ridge(eye.height - eye.lower, 0.008) * smoothstep(1.1, 0.9, reach)
    canvas.blend(lower, skin * np.float32(0.25), 0.6)
