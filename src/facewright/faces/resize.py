"""Photos made smaller, larger or grey for a detector, and boxes brought back.

By Pillow: OpenCV takes a fifth of its time, but images whose detector is `hog` hold no OpenCV.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.faces.face import Pixels


def grey(pixels: Pixels) -> NDArray[np.uint8]:
    """Return the luminance of a photo, uint8 [height, width]."""
    return np.asarray(Image.fromarray(pixels).convert("L"), dtype=np.uint8)


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
    filter_ = Image.Resampling.BOX if factor < 1 else Image.Resampling.BICUBIC
    resized = Image.fromarray(pixels).resize(size, filter_)
    return np.asarray(resized, dtype=np.uint8), 1 / factor
