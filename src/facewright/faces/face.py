"""A face in a photo: box, landmarks, score."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""RGB pixels of an upright photo or a chip, uint8 [height, width, 3]."""

Landmarks = NDArray[np.float32]
"""x and y in pixels of the upright photo, float32 [5, 2]: outer and inner corner of the person's
left eye, outer and inner corner of the right eye, base of the nose."""


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels of the upright photo; it may reach past the edges.

    Attributes:
        left: First column.
        top: First row.
        right: Column just past the last.
        bottom: Row just past the last.
    """

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Columns covered."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Rows covered."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Pixels covered."""
        return self.width * self.height

    def scaled(self, factor: float) -> "Box":
        """Return this box in a photo resized by `factor`."""
        edges = (self.left, self.top, self.right, self.bottom)
        return Box(*(round(edge * factor) for edge in edges))

    def same_face(self, other: "Box") -> bool:
        """Whether two boxes share a third of what they cover together, as those of one face do."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        shared = max(0, width) * max(0, height)
        return 3 * shared >= self.area + other.area - shared


@dataclass(frozen=True)
class Face:
    """A face found by a detector.

    Attributes:
        box: Where it is.
        score: The detector's own confidence; larger is surer, the scale is the detector's.
    """

    box: Box
    score: float


def largest_first(faces: list[Face]) -> list[Face]:
    """Return the faces by falling area, ties from left to right."""
    return sorted(faces, key=lambda face: (-face.box.area, face.box.left, face.box.top))
