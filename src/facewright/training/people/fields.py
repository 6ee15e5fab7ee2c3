"""Smooth functions of position, with which the people are sculpted and painted."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats: TypeAlias = NDArray[np.floating]
Indices: TypeAlias = NDArray[np.integer]

TILE = 256
"""Edge of a grain tile, in texels."""


def smoothstep(start: float, end: float, value: Floats) -> Floats:
    """Rise softly from 0 where `value` is `start` to 1 where it is `end`, whichever is larger."""
    ratio = np.clip((value - start) / (end - start), 0, 1)
    risen: Floats = ratio * ratio * (3 - 2 * ratio)
    return risen


def ridge(distance: Floats, width: float | Floats) -> Floats:
    """Fall off from 1 at distance 0 like a bell of the given width."""
    scaled = distance / width
    bell: Floats = np.exp(-scaled * scaled)
    return bell


def bump(x: Floats, y: Floats, centre: tuple[float, float], size: tuple[float, float]) -> Floats:
    """Draw a two-dimensional bell: 1 at `centre`, 1/e at `size` from it along each axis."""
    across, along = (x - centre[0]) / size[0], (y - centre[1]) / size[1]
    bell: Floats = np.exp(-across * across - along * along)
    return bell


def spline(knots: int, points: int) -> Floats:
    """Weights that turn knots into a smooth curve near them, float32 [points, knots]."""
    place = np.linspace(0, knots - 1, points, dtype=np.float32)[:, None]
    offset = np.abs(place - np.arange(knots, dtype=np.float32))
    # The cubic B-spline; at the ends its weights are made to sum to 1 again.
    near = 2 / 3 - offset**2 + offset**3 / 2
    far = np.clip(2 - offset, 0, None) ** 3 / 6
    weights: Floats = np.where(offset < 1, near, far)
    normalised: Floats = weights / weights.sum(1, keepdims=True)
    return normalised


def grain_tile(generator: np.random.Generator) -> Floats:
    """Make noise that repeats without a seam.

    Returns:
        float32 [TILE, TILE], mean about 0, standard deviation 1, detail at several scales.
    """
    tile = np.zeros((TILE, TILE), np.float32)
    for cells, strength in ((4, 1.0), (16, 0.6), (64, 0.4), (TILE, 0.25)):
        coarse = generator.standard_normal((cells, cells)).astype(np.float32)
        # Two cells of wrapped margin let the bicubic filter see across the seam.
        padded = Image.fromarray(np.pad(coarse, 2, mode="wrap"))
        box = (2, 2, 2 + cells, 2 + cells)
        tile += strength * np.asarray(padded.resize((TILE, TILE), Image.Resampling.BICUBIC, box))
    tile /= tile.std()
    return tile


def sample(tile: Floats, u: Floats, v: Floats) -> Floats:
    """Look a tile up between its texels; it repeats at every whole number of `u` and `v`."""
    across, left, right = _neighbours(u)
    down, top, bottom = _neighbours(v)
    texels = tile.ravel()
    top, bottom = top * TILE, bottom * TILE
    upper = _mix(texels.take(top + left), texels.take(top + right), across)
    lower = _mix(texels.take(bottom + left), texels.take(bottom + right), across)
    return _mix(upper, lower, down)


def _neighbours(place: Floats) -> tuple[Floats, Indices, Indices]:
    """Find the texels on both sides of a place, and how far from the first it lies."""
    texel = place * TILE
    floor = np.floor(texel)
    first = floor.astype(np.int32) % TILE
    return texel - floor, first, (first + 1) % TILE


def _mix(first: Floats, second: Floats, ratio: Floats) -> Floats:
    return first + ratio * (second - first)
