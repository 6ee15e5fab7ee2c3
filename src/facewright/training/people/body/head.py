"""The head: a skull that is the same every day, and the relief of a face upon it."""

import numpy as np

from facewright.training.people.body.surface import Material, Surface, stacked, unit
from facewright.training.people.fields import Floats, bump, ridge, smoothstep
from facewright.training.people.hairstyles import AZIMUTHS, STYLES
from facewright.training.people.identity import Person, Skull
from facewright.training.people.moment import Expression

ROWS, COLUMNS = 170, 190
"""Grid of the head; a cell is about two pixels of the drawing."""

JAW_DROP = 0.12
"""How far the chin sinks when the mouth is wide open."""

_BEHIND = 2.3
"""Azimuth, radians, beyond which the back of the head is left out."""

_FRONT_DEPTH, _BACK_DEPTH = 0.82, 0.95


def head_surface(person: Person, expression: Expression) -> Surface:
    """Sculpt the head of a person with an expression, hair included."""
    theta = np.linspace(0.02, np.pi - 0.02, ROWS, dtype=np.float32)[:, None]
    spread = np.linspace(-1, 1, COLUMNS, dtype=np.float32)[None]
    phi = _BEHIND * np.sign(spread) * np.abs(spread) ** 1.15  # the face has the denser columns
    skull = skull_points(person.skull, theta, phi)
    x, y = skull[..., 0], skull[..., 1]
    front = smoothstep(0.1, 0.5, np.cos(phi))
    points = skull.copy()
    points[..., 2] += _relief(person, expression, np.abs(x), y) * front
    jaw = smoothstep(person.mouth_level, person.mouth_level - 0.2, y) * front
    points[..., 1] -= expression.mouth_open * JAW_DROP * jaw
    above_edge = y - hair_edge(person, phi)
    points += outward(person.skull, skull) * hair_lift(person, phi, above_edge)[..., None]
    return Surface(Material.HEAD, points, stacked(x, y, phi, above_edge), follow=1.0)


def skull_points(skull: Skull, theta: Floats, phi: Floats) -> Floats:
    """Find points of the bare skull, without a face on it.

    Args:
        skull: Whose.
        theta: Radians from the crown.
        phi: Radians from the front; must broadcast with `theta`.

    Returns:
        float32 [..., 3].
    """
    up, sine, cosine = np.cos(theta), np.sin(theta), np.cos(phi)
    y = skull.half_height * up
    # A lower exponent makes the brain case rounder than the egg of the face.
    width = skull.half_width * sine ** (0.93 - 0.14 * smoothstep(0.1, 0.7, up))
    width = width * (1 + skull.jaw * ridge(y + 0.62, 0.28) - 0.05 * ridge(y - 0.25, 0.3))
    facing = np.clip(cosine, 0, 1) ** skull.roundness
    depth = np.where(cosine > 0, _FRONT_DEPTH * sine**0.62 * facing, _BACK_DEPTH * sine * cosine)
    return stacked(width * np.sin(phi), y, depth)


def outward(skull: Skull, points: Floats) -> Floats:
    """Unit vectors that lead straight out of the skull at points of it."""
    radii = np.asarray((skull.half_width, skull.half_height, 0.85), np.float32)
    direction = points / radii**2
    return unit(direction)


def hair_edge(person: Person, phi: Floats) -> Floats:
    """Lowest height at which hair grows, by azimuth in radians."""
    style = STYLES[person.hair.style]
    start = 0.0 if style.fringe else person.hair.line
    heights = [start + step for step in style.front] + list(style.side)
    edge = np.interp(np.abs(np.degrees(phi)), AZIMUTHS, heights)
    wave = 0.05 * person.hair.waviness * np.sin(3 * phi + person.seed)
    return (edge + wave).astype(np.float32)


def hair_lift(person: Person, phi: Floats, above_edge: Floats) -> Floats:
    """How far hair stands out from the skull, at heights above the edge of the hair."""
    style = STYLES[person.hair.style]
    locks = 1 + 0.1 * np.sin(7 * phi + person.seed) + 0.05 * np.sin(17 * phi + 2 * person.seed)
    return style.volume * smoothstep(0, 0.16, above_edge) * locks


def _relief(person: Person, expression: Expression, x: Floats, y: Floats) -> Floats:
    return (
        _nose(person, x, y)
        + _eye_region(person, x, y)
        + _cheeks(person, expression, x, y)
        + _mouth_and_chin(person, expression, x, y)
    )


def _nose(person: Person, x: Floats, y: Floats) -> Floats:
    nose, level, eyes = person.nose, person.nose_level, person.eyes.level
    down = np.clip((eyes + 0.06 - y) / (eyes + 0.06 - level), 0, 1)  # 0 between the eyes, 1 at tip
    profile = nose.bridge * (1 - down) + nose.projection * down**1.3
    extent = smoothstep(eyes + 0.22, eyes - 0.02, y) * smoothstep(level - 0.075, level + 0.055, y)
    relief: Floats = (
        profile * extent * ridge(x, 0.065 + 0.05 * down)
        + 0.06 * bump(x, y, (0, level + 0.035), (nose.tip, 0.075))
        + 0.10 * bump(x, y, (nose.width * 0.72, level + 0.005), (0.055, 0.055))
    )
    return relief


def _eye_region(person: Person, x: Floats, y: Floats) -> Floats:
    eyes, brows = person.eyes, person.brows
    brow_level = eyes.level + brows.height - 0.01
    relief: Floats = (
        -eyes.socket * bump(x, y, (eyes.spacing - 0.02, eyes.level + 0.03), (0.15, 0.10))
        + 0.06 * bump(x, y, (eyes.spacing, eyes.level), (0.10, 0.07))
        + person.skull.brow_ridge * bump(x, y, (eyes.spacing - 0.05, brow_level), (0.2, 0.07))
    )
    return relief


def _cheeks(person: Person, expression: Expression, x: Floats, y: Floats) -> Floats:
    hollow = 0.04 * (1 - expression.smile * 0.5)
    relief: Floats = (
        person.skull.cheekbone * bump(x, y, (0.42, -0.20), (0.16, 0.13))
        + 0.05 * expression.smile * bump(x, y, (0.36, -0.33), (0.13, 0.10))
        - hollow * bump(x, y, (0.3, person.mouth_level), (0.09, 0.20))
    )
    return relief


def _mouth_and_chin(person: Person, expression: Expression, x: Floats, y: Floats) -> Floats:
    mouth, skull, level = person.mouth, person.skull, person.mouth_level
    lower = level - 0.065 - expression.mouth_open * 0.1
    relief: Floats = (
        0.05 * bump(x, y, (0, level), (0.28, 0.17))
        + 0.04 * bump(x, y, (0, level + 0.045), (mouth.half_width * 0.8, 0.045))
        + 0.05 * bump(x, y, (0, lower), (mouth.half_width * 0.65, 0.045))
        - 0.035 * bump(x, y, (0, level - 0.01), (mouth.half_width, 0.022))
        - 0.05 * bump(x, y, (0, level - 0.17), (0.16, 0.05))
        + skull.chin * bump(x, y, (0, -0.9 * skull.half_height), (skull.chin_width, 0.12))
    )
    return relief
