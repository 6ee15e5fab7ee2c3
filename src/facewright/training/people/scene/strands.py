"""Strands of hair before the camera, drawn point by point."""

import numpy as np

from facewright.training.people.body.strands import KNOTS, Strands
from facewright.training.people.body.surface import unit
from facewright.training.people.fields import Floats, spline
from facewright.training.people.moment import Light
from facewright.training.people.scene.camera import Camera
from facewright.training.people.scene.drawing import Drawing
from facewright.training.people.scene.raster import nearest
from facewright.training.people.scene.shading import shade_strands

_STRAND_POINTS = 110
"""Points drawn along a strand; about one for each pixel of the drawing."""


def draw_strands(
    group: Strands, colour: Floats, light: Light, camera: Camera, depth: Floats, room: Floats
) -> Drawing:
    """Draw strands where nothing nearer hides them.

    Args:
        group: The strands.
        colour: Linear, float32 [3].
        light: What falls on them.
        camera: What they are drawn for.
        depth: Distance of what is drawn already, float32 [height × width], infinite at nothing.
        room: Linear tint of the light of the room, float32 [3].
    """
    points = spline(KNOTS, _STRAND_POINTS) @ camera.place(group.knots, group.follow)
    tangents = np.gradient(points, axis=1).reshape(-1, 3)
    owner = np.repeat(np.arange(len(group.tint)), _STRAND_POINTS)
    points = points.reshape(-1, 3)
    projected = camera.project(points)
    x, y = np.rint(projected[:, :2]).astype(np.int64).T
    inside = np.flatnonzero((x >= 0) & (x < camera.width) & (y >= 0) & (y < camera.height))
    pixel, distance = y[inside] * camera.width + x[inside], projected[inside, 2]
    seen = np.flatnonzero(distance < depth[pixel])
    best = seen[nearest(pixel[seen], distance[seen])]
    chosen = inside[best]
    tangents, normals = unit(tangents[chosen]), unit(points[chosen])
    tinted = colour * group.tint[owner[chosen]][:, None]
    return Drawing(pixel[best], shade_strands(tinted, tangents, normals, light, room))
