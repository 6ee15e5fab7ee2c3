"""The mouth: lips, the dark between them, teeth."""

import numpy as np

from facewright.training.people.body.head import JAW_DROP
from facewright.training.people.fields import Floats, bump, ridge, sample, smoothstep
from facewright.training.people.identity import Person
from facewright.training.people.moment import Expression
from facewright.training.people.paint.canvas import Canvas
from facewright.training.people.palette import linear

_EDGE = 0.008
"""Half the softness of an edge, head units."""

_LIPSTICK = (170, 40, 50)
_INSIDE = (60, 16, 18)
_TEETH = (225, 218, 205)
_BARE_LIP = (0.78, 0.48, 0.46)
"""The colour of a lip as a share of the skin's."""


def paint_mouth(canvas: Canvas, person: Person, expression: Expression) -> None:
    """Paint the mouth, smiling and open as the expression says."""
    level, half_width = person.mouth_level, person.mouth.half_width
    near = (canvas.side < half_width * 1.4) & (np.abs(canvas.y - level) < 0.3)
    where, piece = canvas.cut(near)
    _paint_mouth(piece, person, expression)
    canvas.paste(where, piece)


def _paint_mouth(canvas: Canvas, person: Person, expression: Expression) -> None:
    mouth, smile, y = person.mouth, expression.smile, canvas.y
    half_width = mouth.half_width * (1 + 0.16 * smile)
    across = np.clip(canvas.side / half_width, 0, 1)  # 0 in the middle, 1 at the corner
    fullness = 1 - across * across
    within = smoothstep(1.02, 0.96, canvas.side / half_width)
    centre = person.mouth_level + 0.07 * smile * (across * across - 0.35)
    gap = expression.mouth_open * JAW_DROP * fullness**0.8
    upper, lower = centre + 0.25 * gap, centre - 0.75 * gap
    bow = 1 - 0.25 * ridge(canvas.x, 0.045)
    top = upper + mouth.upper_lip * fullness**0.8 * bow
    bottom = lower - mouth.lower_lip * fullness**0.75
    lips = _between(y, bottom, top) * within
    _paint_lips(canvas, person, lips, (y > upper).astype(np.float32))
    inside = _between(y, lower, upper) * within
    canvas.blend(inside, linear(_INSIDE))
    if expression.mouth_open > 0.25:
        _paint_teeth(canvas, inside * smoothstep(0.75, 0.6, across), upper - y)
    line = ridge(y - upper, 0.012) * within * (1 - 0.5 * min(1.0, 2 * expression.mouth_open))
    canvas.blend(line, linear(person.skin.colour) * np.float32(0.08), 0.85)
    corner = (half_width, person.mouth_level + 0.045 * smile)
    canvas.tint(bump(canvas.side, y, corner, (0.03, 0.025)), 0.5)


def _paint_lips(canvas: Canvas, person: Person, lips: Floats, upper: Floats) -> None:
    skin, redness = linear(person.skin.colour), np.float32(person.mouth.redness)
    bare = skin * np.asarray(_BARE_LIP, np.float32)
    painted = skin * np.float32(0.35) + linear(_LIPSTICK) * np.float32(0.65)
    creases = 1 + 0.06 * sample(canvas.tile, canvas.x * 6, canvas.y * 0.8)
    colour = bare * (1 - redness) + painted * redness
    canvas.blend(lips, colour[None] * creases[:, None], 0.88)
    canvas.gloss += lips * (0.3 - 0.15 * upper)
    canvas.tint(lips * upper * 0.5, 0.75)  # the upper lip faces down


def _paint_teeth(canvas: Canvas, mask: Floats, below_lip: Floats) -> None:
    gaps = 1 - 0.12 * ridge(np.sin(canvas.x * np.float32(np.pi / 0.05)), 0.25)
    shadow = 0.6 + 0.4 * smoothstep(0.0, 0.02, below_lip)
    colour = linear(_TEETH)[None] * (gaps * shadow)[:, None]
    canvas.blend(mask * smoothstep(0.045, 0.03, below_lip), colour)


def _between(y: Floats, low: Floats, high: Floats) -> Floats:
    return smoothstep(-_EDGE, _EDGE, high - y) * smoothstep(-_EDGE, _EDGE, y - low)
