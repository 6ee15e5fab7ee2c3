"""Hair that does not lie on the head: what hangs beside the face, and the bun."""

import numpy as np

from facewright.training.people.body.surface import Material, Surface, ellipsoid, stacked
from facewright.training.people.fields import Floats, smoothstep
from facewright.training.people.hairstyles import STYLES
from facewright.training.people.identity import Person

CURTAIN_FOLLOW = 0.9
"""Hair that lies on the shoulders lags a little behind the head."""


def hair_surfaces(person: Person) -> list[Surface]:
    """Shape the hair that does not lie on the head: a fall behind the face, or a bun."""
    style = STYLES[person.hair.style]
    if person.hair.style == "tied":
        return [_bun(person)]
    return [] if style.fall is None else [_fall(person, style.fall, side) for side in (-1, 1)]


def _fall(person: Person, fall: float, side: int) -> Surface:
    y = np.linspace(0.75, fall, 80, dtype=np.float32)[:, None]
    behind = np.linspace(0, 1, 60, dtype=np.float32)[None]
    points = fall_points(person, y, side, behind, 0.0)
    if side > 0:  # columns must run to the right as they are seen from the front
        points = points[:, ::-1]
        behind = behind[:, ::-1]
    coordinates = stacked(0.0, y, side * (1.1 + 1.9 * behind), 1.0)
    return Surface(Material.HAIR, points, coordinates, CURTAIN_FOLLOW, two_sided=True)


def fall_points(
    person: Person, y: Floats, side: Floats | float, behind: Floats, stray: Floats | float
) -> Floats:
    """Find points of loose hair at heights `y`, `behind` 0 (beside the face) .. 1 (the nape)."""
    style, skull = STYLES[person.hair.style], person.skull
    front = 1.12 + 0.1 * smoothstep(0.4, -0.2, y) - 0.12 * smoothstep(-0.5, -1.3, y)
    azimuth = side * (front + (3.0 - front) * behind)
    dome = np.sqrt(np.clip(1 - (np.clip(y - 0.1, 0, 2) / 0.98) ** 2, 0, 1))
    wave = 0.025 * person.hair.waviness * np.sin(9 * y + 5 * azimuth + person.seed)
    reach = dome + 0.10 * smoothstep(0.2, -1.2, y) + wave
    width = (skull.half_width + 0.6 * style.volume + 0.03) * reach + stray
    return stacked(width * np.sin(azimuth), y, -0.08 + (0.8 + stray) * np.cos(azimuth))


def _bun(person: Person) -> Surface:
    points = ellipsoid((0.0, person.skull.half_height + 0.1, -0.3), (0.3, 0.26, 0.3))
    azimuth = np.linspace(-1.9, 1.9, 40, dtype=np.float32)[None]
    coordinates = stacked(points[..., 0], points[..., 1], azimuth, 1.0)
    return Surface(Material.HAIR, points, coordinates, follow=1.0)
