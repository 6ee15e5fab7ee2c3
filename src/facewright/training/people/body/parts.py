"""What belongs to a person besides the head: ears, neck, clothes, glasses."""

from dataclasses import dataclass

import numpy as np

from facewright.training.people.body.surface import Material, Surface, ellipsoid, stacked, tube
from facewright.training.people.fields import Floats, smoothstep, spline
from facewright.training.people.hairstyles import STYLES
from facewright.training.people.identity import Glasses, Person


@dataclass(frozen=True)
class Lens:
    """A lens and its rim.

    Attributes:
        squareness: 1 is an ellipse; smaller is squarer.
        half_width: Head units.
        half_height: Head units.
        rim: Radius of the wire.
        wing: How far the upper outer corner is drawn out.
    """

    squareness: float
    half_width: float
    half_height: float
    rim: float
    wing: float


NECK_FOLLOW = 0.4
"""The neck takes part in less than half of the head's turn."""

_SHOULDERS = -1.3
"""Height above which the torso is as wide as the neck."""

_RINGS = (
    (0.7, -0.8, 0.3),
    (0.85, -1.0, 0.36),
    (1.05, -1.21, 0.46),
    (0.85, -1.36, 0.52),
    (1.25, -1.49, 0.56),
    (1.66, -1.69, 0.6),
    (1.8, -2.1, 0.62),
    (1.84, -2.8, 0.64),
    (1.84, -4.4, 0.64),
)
"""Half width, height and half depth of the torso, from the neck down.

Above the shoulders the width is in half widths of the neck.
"""

_EAR_RADII = np.asarray((0.085, 0.2, 0.125), np.float32)

_LENSES = {
    "round": Lens(1.0, 0.20, 0.18, 0.012, 0.0),
    "square": Lens(0.55, 0.205, 0.145, 0.015, 0.0),
    "oval": Lens(0.85, 0.205, 0.13, 0.011, 0.0),
    "winged": Lens(0.75, 0.21, 0.145, 0.015, 0.35),
}


def body_surfaces(person: Person) -> list[Surface]:
    """Shape everything but the head and the loose hair."""
    surfaces = [_neck(person), _torso(person)]
    if STYLES[person.hair.style].fall is None:
        surfaces += [_ear(person, side) for side in (-1, 1)]
    if person.glasses is not None:
        surfaces += _glasses(person, person.glasses)
    return surfaces


def _plain(points: Floats) -> Floats:
    """Coordinates for a material that only needs to know where it lies."""
    columns = np.linspace(-np.pi, np.pi, points.shape[1], dtype=np.float32)[None]
    rows = np.linspace(0, 1, points.shape[0], dtype=np.float32)[:, None]
    return stacked(points[..., 0], points[..., 1], columns, rows)


def _ear(person: Person, side: int) -> Surface:
    centre = (side * person.skull.half_width * 0.99, -0.12, -0.12)
    ball = ellipsoid((0, 0, 0), (1, 1, 1), azimuth=(-3.1, 3.1))
    points = ball * _EAR_RADII + np.asarray(centre, np.float32)
    # The rim stands out and the middle is hollow, so that it catches light like an ear.
    rim: Floats = np.hypot(ball[..., 1] * 0.9 + 0.1, ball[..., 2])
    points[..., 0] -= side * 0.07 * smoothstep(0.75, 0.35, rim)
    return Surface(Material.EAR, points, stacked(ball[..., 1], ball[..., 2], rim, 0.0), follow=1.0)


def _neck(person: Person) -> Surface:
    radius = person.skull.half_width * (0.66 if person.feminine else 0.8)
    points = ellipsoid((0, -1.2, -0.22), (radius, 1.9, radius), (1.1, 2.2), grid=(50, 70))
    return Surface(Material.NECK, points, _plain(points), NECK_FOLLOW)


def _torso(person: Person) -> Surface:
    """Loft rings from inside the neck over the slope of the shoulders and down the chest."""
    neck = person.skull.half_width * (0.66 if person.feminine else 0.8)
    broad = 0.86 if person.feminine else 1.0
    profile = [(neck * width if y > _SHOULDERS else broad * width, y, z) for width, y, z in _RINGS]
    rings: Floats = spline(len(profile), 90) @ np.asarray(profile, np.float32)
    width, y, depth = (rings[:, axis, None] for axis in range(3))
    azimuth = np.linspace(-1.9, 1.9, 130, dtype=np.float32)[None]
    down = np.linspace(0, 1, 90, dtype=np.float32)[:, None]
    # The pit of the neck lies lower than its sides.
    dip = 0.2 * smoothstep(0.6, 0.1, down) * np.clip(np.cos(azimuth), 0, 1)
    cosine = np.cos(azimuth)
    front: Floats = np.sign(cosine) * np.abs(cosine) ** np.float32(0.8)  # a chest is rather flat
    points = stacked(width * np.sin(azimuth), y - dip, depth * front - 0.22)
    coordinates = stacked(points[..., 0], points[..., 1], azimuth, down)
    return Surface(Material.CLOTH, points, coordinates, follow=0.0)


def _glasses(person: Person, glasses: Glasses) -> list[Surface]:
    lens, eyes = _LENSES[glasses.shape], person.eyes
    angle = np.linspace(0, 2 * np.pi, 120, dtype=np.float32)
    across, along = np.cos(angle), np.sin(angle)
    outwards: Floats = np.sign(across) * np.abs(across) ** np.float32(lens.squareness)
    upwards: Floats = np.sign(along) * np.abs(along) ** np.float32(lens.squareness)
    upwards = upwards + lens.wing * np.clip(outwards, 0, 1) * np.clip(upwards, 0, 1)
    y = eyes.level - 0.02 + glasses.size * lens.half_height * upwards
    paths = [_bridge(person)]
    for side in (-1, 1):
        x = side * (eyes.spacing + glasses.size * lens.half_width * outwards)
        paths.append(stacked(x, y, 0.95 - 0.25 * np.clip(np.abs(x) - 0.1, 0, None)))
        paths.append(_temple(person, side))
    return [_wire(path, lens.rim) for path in paths]


def _bridge(person: Person) -> Floats:
    x = np.linspace(-1, 1, 40, dtype=np.float32) * (person.eyes.spacing - 0.19)
    return stacked(x, person.eyes.level + 0.05, 0.97)


def _temple(person: Person, side: int) -> Floats:
    back = np.linspace(0, 1, 80, dtype=np.float32)
    hinge = person.eyes.spacing + 0.2
    x = side * (hinge + back * (person.skull.half_width + 0.03 - hinge))
    return stacked(x, person.eyes.level + 0.03, 0.83 - 0.9 * back)


def _wire(path: Floats, radius: float) -> Surface:
    points = tube(path, radius)
    return Surface(Material.FRAME, points, _plain(points), follow=1.0, two_sided=True)
