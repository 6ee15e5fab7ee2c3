"""Which point of which surface each pixel sees: a rasteriser of many small triangles."""

from dataclasses import dataclass

import numpy as np

from facewright.training.people.fields import Floats, Indices

_SEAM = -1e-3
"""Pixels this far outside a triangle still count, so that no gaps open between neighbours."""


@dataclass(frozen=True)
class Hits:
    """Pixels covered by triangles, the nearest triangle of each.

    Attributes:
        pixel: Index into the flattened picture, int64 [N], each at most once.
        corners: The three vertices of the triangle, int64 [N, 3].
        weights: Of the three vertices at the pixel, float32 [N, 3], summing to 1.
        distance: From the camera, float32 [N].
    """

    pixel: Indices
    corners: Indices
    weights: Floats
    distance: Floats

    def blend(self, values: Floats) -> Floats:
        """Interpolate values at vertices, float32 [V, K], to the pixels, float32 [N, K]."""
        blended = np.zeros((len(self.pixel), values.shape[1]), np.float32)
        for corner in range(3):
            blended += values.take(self.corners[:, corner], 0) * self.weights[:, corner, None]
        return blended


def grid_triangles(rows: int, columns: int) -> Indices:
    """Split the cells of a grid in two, int64 [T, 3]; vertices are numbered row by row."""
    index = np.arange(rows * columns).reshape(rows, columns)
    top_left, top_right = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
    low_left, low_right = index[1:, :-1].ravel(), index[1:, 1:].ravel()
    upper = np.stack([top_left, top_right, low_left], -1)
    lower = np.stack([top_right, low_right, low_left], -1)
    return np.concatenate([upper, lower])


def rasterise(vertices: Floats, triangles: Indices, size: tuple[int, int]) -> Hits:
    """Find the nearest triangle at each pixel.

    Args:
        vertices: x and y in pixels and the distance from the camera, float32 [V, 3].
        triangles: Vertices of each, int64 [T, 3]; any winding.
        size: Width and height of the picture.
    """
    corners = vertices[triangles]
    low, extent = _boxes(corners[..., :2], size)
    drawn = np.flatnonzero((extent[:, 0] > 0) & (extent[:, 1] > 0))
    owner, x, y = _candidates(low[drawn], extent[drawn])
    second, third = _weights(corners[drawn], owner, x, y)
    inside = np.flatnonzero((second >= _SEAM) & (third >= _SEAM) & (second + third <= 1 - _SEAM))
    owner, second, third = owner[inside], second[inside], third[inside]
    weights = np.stack([1 - second - third, second, third], -1)
    near, right, down = corners[drawn, :, 2].T
    distance = near[owner] * weights[:, 0] + right[owner] * second + down[owner] * third
    pixel = y[inside].astype(np.int64) * size[0] + x[inside]
    best = nearest(pixel, distance)
    return Hits(pixel[best], triangles[drawn[owner[best]]], weights[best], distance[best])


def nearest(pixel: Indices, distance: Floats) -> Indices:
    """Choose, among candidates, the nearest one at each pixel.

    Args:
        pixel: Where each candidate lies, int64 [N].
        distance: Of each, float32 [N].

    Returns:
        Positions of the chosen, int64 [M], M ≤ N.
    """
    # Positive floats sort like their bits, so one number can hold distance and position.
    bits = np.ascontiguousarray(distance, np.float32).view(np.int32).astype(np.int64)
    keys = (bits << 32) | np.arange(len(pixel))
    best = np.full(int(pixel.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(best, pixel, keys)
    chosen: Indices = best[best != np.iinfo(np.int64).max] & 0xFFFFFFFF
    return chosen


def _boxes(corners: Floats, size: tuple[int, int]) -> tuple[Indices, Indices]:
    """First pixel of the box round each triangle and the box's extent, int32 [T, 2] each."""
    first, second, third = corners[:, 0], corners[:, 1], corners[:, 2]
    lowest = np.minimum(np.minimum(first, second), third)
    highest = np.maximum(np.maximum(first, second), third)
    low = np.maximum(np.ceil(lowest), 0).astype(np.int32)
    high = np.minimum(np.floor(highest), np.asarray(size) - 1).astype(np.int32)
    return low, high - low + 1


def _candidates(low: Indices, extent: Indices) -> tuple[Indices, Indices, Indices]:
    """List all pixels of all boxes: which box, x and y."""
    count = extent.prod(1, dtype=np.int32)
    owner = np.repeat(np.arange(len(count), dtype=np.int32), count)
    step = np.arange(len(owner), dtype=np.int32) - (np.cumsum(count, dtype=np.int32) - count)[owner]
    width = extent[:, 0][owner]
    row = step // width
    column = step - row * width
    return owner, low[owner, 0] + column, low[owner, 1] + row


def _weights(corners: Floats, owner: Indices, x: Indices, y: Indices) -> tuple[Floats, Floats]:
    """Barycentric weights of pixels in their triangles, for the second and third corner."""
    origin, right, down = corners[:, 0, :2], corners[:, 1, :2], corners[:, 2, :2]
    first, second = right - origin, down - origin
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    scale = 1 / np.where(np.abs(area) < 1e-6, 1e-6, area)
    # The weights are linear in the pixel: two gradients for each triangle.
    offset_x = x.astype(np.float32) - origin[owner, 0]
    offset_y = y.astype(np.float32) - origin[owner, 1]
    right_weight = (second[:, 1] * scale)[owner] * offset_x
    right_weight -= (second[:, 0] * scale)[owner] * offset_y
    down_weight = (first[:, 0] * scale)[owner] * offset_y
    down_weight -= (first[:, 1] * scale)[owner] * offset_x
    return right_weight, down_weight
