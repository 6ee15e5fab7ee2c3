"""What is painted on: the colour and gloss of points of a material."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facewright.training.people.fields import Floats


@dataclass
class Canvas:
    """Points of the head's material, and what has been painted on them so far.

    Attributes:
        x: To the picture's right, float32 [N], head units.
        y: Upwards.
        azimuth: From the front, radians.
        above_edge: Height above the edge of the hair.
        colour: Linear albedo, float32 [N, 3] in 0..1.
        gloss: Strength of the highlight, float32 [N].
        tile: The person's grain (see `fields.grain_tile`).
    """

    x: Floats
    y: Floats
    azimuth: Floats
    above_edge: Floats
    colour: Floats
    gloss: Floats
    tile: Floats

    @property
    def side(self) -> Floats:
        """Distance from the middle of the face, |x|."""
        return np.abs(self.x)

    def blend(self, mask: Floats, colour: Floats, strength: float = 1.0) -> None:
        """Paint `colour` ([3] or [N, 3]) over what is there, as opaque as `mask` × `strength`."""
        cover = (np.clip(mask, 0, 1) * strength)[:, None]
        self.colour += cover * (colour - self.colour)

    def tint(self, mask: Floats, factor: float | tuple[float, float, float]) -> None:
        """Multiply the colour by `factor` where `mask` is 1."""
        cover = np.clip(mask, 0, 1)[:, None]
        self.colour *= 1 + cover * (np.asarray(factor, np.float32) - 1)

    def cut(self, where: NDArray[np.bool_]) -> tuple[NDArray[np.intp], "Canvas"]:
        """Copy the points where `where` holds, to paint something small on few points.

        Returns:
            Their positions and the piece; `paste` puts it back.
        """
        chosen = np.flatnonzero(where)
        piece = Canvas(
            self.x[chosen],
            self.y[chosen],
            self.azimuth[chosen],
            self.above_edge[chosen],
            self.colour[chosen],
            self.gloss[chosen],
            self.tile,
        )
        return chosen, piece

    def paste(self, chosen: NDArray[np.intp], piece: "Canvas") -> None:
        """Put a painted piece back."""
        self.colour[chosen] = piece.colour
        self.gloss[chosen] = piece.gloss
