"""Curved sheets of points: what bodies are made of before they are drawn."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from facewright.training.people.fields import Floats


class Material(IntEnum):
    """What a surface is made of; decides how it is painted."""

    HEAD = 0
    EAR = 1
    NECK = 2
    CLOTH = 3
    HAIR = 4
    FRAME = 5


@dataclass(frozen=True)
class Surface:
    """A grid of points; rows run downwards and columns to the right on the side that is seen.

    Attributes:
        material: What it is made of.
        points: Positions at rest, float32 [rows, columns, 3], head units.
        coordinates: Where each point lies on its material, float32 [rows, columns, 4]: x, y,
            azimuth in radians and, on the head, the height above the edge of the hair.
        follow: How much of the head's turn it takes part in, 0..1.
        two_sided: Whether its back is drawn too.
    """

    material: Material
    points: Floats
    coordinates: Floats
    follow: float
    two_sided: bool = False

    def normals(self) -> Floats:
        """Unit normals of the side that is seen, float32 [rows, columns, 3]."""
        down, right = np.gradient(self.points, axis=0), np.gradient(self.points, axis=1)
        normals = np.cross(down, right)
        return unit(normals)


def unit(vectors: Floats) -> Floats:
    """Scale vectors, [..., 3], to length 1; a zero vector stays one."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Floats = vectors / (lengths + 1e-9)
    return scaled


def stacked(*fields: Floats | float) -> Floats:
    """Join numbers and arrays that broadcast together into one array with a last axis."""
    return np.stack(np.broadcast_arrays(*fields), -1).astype(np.float32)


def ellipsoid(
    centre: tuple[float, float, float],
    radii: tuple[float, float, float],
    polar: tuple[float, float] = (0.02, 3.12),
    azimuth: tuple[float, float] = (-1.9, 1.9),
    grid: tuple[int, int] = (40, 40),
) -> Floats:
    """Lay a grid of points on part of an ellipsoid, float32 [rows, columns, 3].

    Args:
        centre: Its middle.
        radii: Along x, y and z.
        polar: From and to, in radians from the top.
        azimuth: From and to, in radians from the front.
        grid: Rows and columns.
    """
    theta = np.linspace(*polar, grid[0], dtype=np.float32)[:, None]
    phi = np.linspace(*azimuth, grid[1], dtype=np.float32)[None]
    return stacked(
        centre[0] + radii[0] * np.sin(theta) * np.sin(phi),
        centre[1] + radii[1] * np.cos(theta),
        centre[2] + radii[2] * np.sin(theta) * np.cos(phi),
    )


def tube(path: Floats, radius: float, sides: int = 7) -> Floats:
    """Wrap a ring of points round each point of a path in the plane of the face.

    Args:
        path: float32 [length, 3].
        radius: Of the tube.
        sides: Points in a ring.
    """
    angle = np.linspace(0, 2 * np.pi, sides, dtype=np.float32)
    ring = radius * stacked(np.cos(angle), np.sin(angle), np.sin(angle))
    return path[:, None] + ring[None]
