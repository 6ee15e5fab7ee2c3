"""Photos made smaller, larger or grey for a detector, and boxes brought back.

By OpenCV, which takes a fifth of Pillow's time; that was a tenth of a portrait's whole answer.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from facewright.faces.face import Pixels


def grey(pixels: Pixels) -> NDArray[np.uint8]:
    """Return the luminance of a photo, uint8 [height, width]."""
    luminance: Any = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return luminance  # type: ignore[no-any-return]


def to_longer_side(
    pixels: NDArray[np.uint8], side: int, *, enlarge: float = 1.0
) -> tuple[NDArray[np.uint8], float]:
    """Resize a photo so that its longer side is at most `side` pixels.

    Args:
        pixels: RGB, uint8 [height, width, 3], or grey, uint8 [height, width].
        side: Wanted longer side, in pixels.
        enlarge: How far a smaller photo may be enlarged; 1 leaves it as it is.

    Returns:
        The resized photo and the factor that brings its coordinates back to the original's.
    """
    height, width = pixels.shape[:2]
    factor = min(side / max(height, width), enlarge)
    if factor == 1:
        return pixels, 1.0
    size = max(1, round(width * factor)), max(1, round(height * factor))
    resized: Any = cv2.resize(pixels, size, interpolation=_sampling(factor))
    return resized, 1 / factor


def _sampling(factor: float) -> int:
    if factor > 1:
        return cv2.INTER_CUBIC
    # Down to a half, the two nearest pixels of each row and column leave none out.
    return cv2.INTER_LINEAR if factor >= 0.5 else cv2.INTER_AREA
