"""Hair as a material: streaks of lighter and darker locks."""

import numpy as np

from facewright.training.people.fields import Floats, sample, smoothstep
from facewright.training.people.hairstyles import STYLES
from facewright.training.people.identity import Person
from facewright.training.people.paint.canvas import Canvas
from facewright.training.people.palette import linear

HAIR_GLOSS = 0.3


def paint_hair(canvas: Canvas, person: Person) -> None:
    """Paint the part of the head on which hair grows, ragged at its edge."""
    style = STYLES[person.hair.style]
    ragged = 0.022 * sample(canvas.tile, canvas.azimuth * 4, canvas.y * 0.5)
    ragged += 0.02 * sample(canvas.tile, canvas.azimuth * 1.3 + 0.4, canvas.y * 0.2)
    above = canvas.above_edge + ragged
    # Short hair thins out towards its edge; a fringe ends in a line and throws a shadow.
    softness = 0.03 if style.fringe else 0.07
    mask = smoothstep(-softness, softness, above)
    canvas.tint(smoothstep(-0.12, 0, above), 0.75)
    colour = lock_colour(person, canvas.azimuth, canvas.y, canvas.tile)
    canvas.blend(mask, colour)
    canvas.gloss += mask * (HAIR_GLOSS - canvas.gloss)


def lock_colour(person: Person, azimuth: Floats, y: Floats, tile: Floats) -> Floats:
    """Linear colour of the hair's locks, float32 [N, 3]."""
    curl = STYLES[person.hair.style].curl
    if curl > 0.5:
        streaks = sample(tile, azimuth * 1.2, y * 1.2) + 0.6 * sample(tile, azimuth * 3, y * 3)
    else:
        bend = azimuth + 0.05 * person.hair.waviness * np.sin(7 * y)
        streaks = sample(tile, bend * 2.5, y * 0.15) + 0.6 * sample(tile, bend * 9, y * 0.3)
    brightness = np.clip(0.9 + 0.25 * streaks, 0.3, 2)
    return linear(person.hair.colour)[None] * brightness[:, None]
