"""Beards: where they grow, and what they look like close by."""

import numpy as np

from facewright.training.people.fields import Floats, sample, smoothstep
from facewright.training.people.identity import Person
from facewright.training.people.paint.canvas import Canvas
from facewright.training.people.palette import linear

_DENSITY = {"stubble": 0.35}


def paint_beard(canvas: Canvas, person: Person) -> None:
    """Paint the person's beard, if there is one."""
    if person.beard == "none":
        return
    hairs = sample(canvas.tile, canvas.x * 5.0, canvas.y * 1.6)
    ragged = np.clip(beard_mask(person, canvas.side, canvas.y) * (1 + 0.12 * hairs), 0, 1)
    skin = linear(person.skin.colour)
    hair = linear(person.hair.colour)
    colour = hair * min(1.0, 0.5 * float(skin.mean() / hair.mean()))
    canvas.blend(ragged, colour * np.clip(1 + 0.35 * hairs, 0.3, 2)[:, None], 0.88)
    canvas.gloss *= 1 - 0.8 * ragged


def beard_mask(person: Person, side: Floats, y: Floats) -> Floats:
    """How densely the beard grows at points of the face, 0..1."""
    lip = _moustache(person, side, y)
    if person.beard == "moustache":
        return lip
    goatee = person.beard == "goatee"
    below = _goatee(person, side, y) if goatee else _jaw(person, side, y)
    mask: Floats = np.maximum(below, 0.8 * lip if goatee else lip)
    return mask * np.float32(_DENSITY.get(person.beard, 1.0))


def _jaw(person: Person, side: Floats, y: Floats) -> Floats:
    level = person.mouth_level
    below_cheek = smoothstep(-0.25, -0.42, y - 0.75 * (side - 0.42))
    beside_mouth = y - 0.9 * np.clip(side - person.mouth.half_width * 0.95, 0, None)
    chin = below_cheek * smoothstep(level - 0.02, level - 0.1, beside_mouth)
    return chin + smoothstep(0.36, 0.5, side) * smoothstep(-0.15, -0.35, y)


def _moustache(person: Person, side: Floats, y: Floats) -> Floats:
    middle = (person.nose_level + person.mouth_level) / 2
    width = person.mouth.half_width
    band = smoothstep(0.075, 0.045, np.abs(y - middle + side * side))
    return band * smoothstep(width + 0.06, width - 0.02, side)


def _goatee(person: Person, side: Floats, y: Floats) -> Floats:
    level, width = person.mouth_level, person.mouth.half_width * 1.1
    middle = (level - person.skull.half_height) / 2 - 0.04
    across, along = side / width, (y - middle) / (level - middle)
    rounded = smoothstep(1.15, 0.8, across**2 + along**2)
    return rounded * smoothstep(level - 0.09, level - 0.15, y)
