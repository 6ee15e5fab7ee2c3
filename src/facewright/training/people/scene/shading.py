"""How light makes colours of paint."""

import numpy as np

from facewright.training.people.body.surface import unit
from facewright.training.people.fields import Floats
from facewright.training.people.moment import Light
from facewright.training.people.palette import GAMMA

_SKIN_WRAP = (0.38, 0.24, 0.18)
"""How far red, green and blue light creep round into the shade, under skin."""

_PLAIN_WRAP = (0.2, 0.2, 0.2)

_TOWARDS_CAMERA = np.asarray((0, 0, 1), np.float32)

_EXPOSURE = 1.12


def shade(
    albedo: Floats, gloss: Floats, normals: Floats, soft: Floats, light: Light, room: Floats
) -> Floats:
    """Light painted points.

    Args:
        albedo: Linear, float32 [N, 3].
        gloss: Strength of the highlight, float32 [N].
        normals: Unit vectors, float32 [N, 3].
        soft: 1 where light scatters under the surface as in skin, else 0, float32 [N].
        light: The lamp and the room's strength.
        room: Linear tint of the room, float32 [3], about 1.

    Returns:
        sRGB, float32 [N, 3] in 0..255.
    """
    key = light.key * _key_colour(light)
    diffuse = _wrapped(normals @ light.direction, soft) * key
    ambient = light.ambient * (0.73 + 0.27 * normals[:, 1:2]) * room
    facing = np.clip(normals[:, 2:3], 0, 1)
    # Towards the outline less of the room is seen, except a thin rim of light from behind.
    ambient = ambient * (1 - 0.35 * (1 - facing) ** 3)
    colour = albedo * (ambient + diffuse) * _EXPOSURE
    colour += (gloss * _highlight(normals, light.direction))[:, None] * (0.25 * key)
    colour += 0.03 * light.ambient * ((1 - facing) ** 4) * room
    return encode(colour)


def shade_strands(
    colour: Floats, tangents: Floats, normals: Floats, light: Light, room: Floats
) -> Floats:
    """Light thin strands, which shine along their length; shapes as in `shade`."""
    along_light = tangents @ light.direction
    half = _half_way(light.direction)
    along_half = tangents @ half
    across_light = np.sqrt(np.clip(1 - along_light**2, 0, 1))
    shine = np.clip(1 - along_half**2, 0, 1) ** 18
    facing = np.clip((normals @ light.direction + 0.35) / 1.35, 0, 1)
    key = light.key * _key_colour(light)
    ambient = light.ambient * (0.7 + 0.3 * normals[:, 1:2]) * room
    lit = colour * (ambient + (facing * across_light)[:, None] * key * 1.1)
    return encode(lit + (0.07 * facing * shine)[:, None] * key * (0.4 + colour))


def encode(linear_colour: Floats) -> Floats:
    """Turn linear light into sRGB 0..255, rolling highlights off instead of clipping them."""
    clipped = np.clip(linear_colour, 0, 4)
    rolled = np.where(clipped < 0.7, clipped, 1 - 0.3 * np.exp(-(clipped - 0.7) / 0.3))
    return 255 * rolled ** np.float32(1 / GAMMA)


def _wrapped(cosine: Floats, soft: Floats) -> Floats:
    skin, plain = np.asarray(_SKIN_WRAP, np.float32), np.asarray(_PLAIN_WRAP, np.float32)
    wrap = plain + soft[:, None] * (skin - plain)
    lit: Floats = np.clip((cosine[:, None] + wrap) / (1 + wrap), 0, 1)
    return lit


def _highlight(normals: Floats, direction: Floats) -> Floats:
    cosine = np.clip(normals @ _half_way(direction), 0, 1)
    broad = cosine**16
    sharp = broad * broad
    return 0.7 * broad + 0.5 * sharp * sharp


def _half_way(direction: Floats) -> Floats:
    half = direction + _TOWARDS_CAMERA
    return unit(half)


def _key_colour(light: Light) -> Floats:
    return np.asarray((1.05 + 0.05 * light.warmth, 1.0, 0.95 - 0.08 * light.warmth), np.float32)
