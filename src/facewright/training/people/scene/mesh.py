"""Surfaces, placed before the camera and cut into triangles."""

from dataclasses import dataclass

import numpy as np

from facewright.training.people.body.surface import Surface
from facewright.training.people.fields import Floats, Indices
from facewright.training.people.scene.camera import Camera
from facewright.training.people.scene.raster import grid_triangles


@dataclass(frozen=True)
class Mesh:
    """One or more surfaces with common numbers for their vertices.

    Attributes:
        projected: x and y in pixels and the distance from the camera, float32 [V, 3].
        normals: Unit vectors, float32 [V, 3].
        coordinates: As in `Surface`, float32 [V, 4].
        material: Of each vertex, int64 [V].
        triangles: Those that may be seen, int64 [T, 3].
    """

    projected: Floats
    normals: Floats
    coordinates: Floats
    material: Indices
    triangles: Indices


def assemble(surfaces: list[Surface], camera: Camera) -> Mesh:
    """Turn surfaces with the head, project them, and join them."""
    meshes = [_placed(surface, camera) for surface in surfaces]
    counts = [len(mesh.projected) for mesh in meshes]
    first = np.cumsum([0, *counts[:-1]])
    return Mesh(
        np.concatenate([mesh.projected for mesh in meshes]),
        np.concatenate([mesh.normals for mesh in meshes]),
        np.concatenate([mesh.coordinates for mesh in meshes]),
        np.concatenate([mesh.material for mesh in meshes]),
        np.concatenate([mesh.triangles + at for mesh, at in zip(meshes, first, strict=True)]),
    )


def _placed(surface: Surface, camera: Camera) -> Mesh:
    rows, columns = surface.points.shape[:2]
    points = camera.project(camera.place(surface.points, surface.follow)).reshape(-1, 3)
    normals = (surface.normals() @ camera.rotation(surface.follow).T).reshape(-1, 3)
    triangles = grid_triangles(rows, columns)
    if surface.two_sided:
        normals = normals * np.where(normals[:, 2:] < 0, -1, 1)
    else:
        triangles = triangles[_facing(points, triangles)]
    return Mesh(
        points.astype(np.float32),
        normals.astype(np.float32),
        surface.coordinates.reshape(-1, 4),
        np.full(rows * columns, surface.material),
        triangles,
    )


def _facing(projected: Floats, triangles: Indices) -> Indices:
    """Positions of the triangles that turn their seen side to the camera."""
    origin, right, down = (projected[triangles[:, corner], :2] for corner in range(3))
    first, second = right - origin, down - origin
    return np.flatnonzero(first[:, 0] * second[:, 1] > first[:, 1] * second[:, 0])
