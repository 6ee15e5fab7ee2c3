"""The original project's chip: the middle of the box, resized, without alignment."""

import numpy as np
from PIL import Image

from facewright.faces.face import Box, Landmarks, Pixels


def centre_crop_chip(pixels: Pixels, box: Box, landmarks: Landmarks, size: int) -> Pixels:
    """Cut the centred square of `box`, as large as its shorter side, and resize it.

    What lies past the photo's edge is black.

    Args:
        pixels: The photo, RGB, uint8 [height, width, 3].
        box: Where the face is.
        landmarks: Not looked at.
        size: Edge of the chip, in pixels.

    Returns:
        RGB, uint8 [size, size, 3].
    """
    edge = min(box.width, box.height)
    left = box.left + (box.width - edge) // 2
    top = box.top + (box.height - edge) // 2
    square = Image.fromarray(pixels).crop((left, top, left + edge, top + edge))
    return np.asarray(square.resize((size, size), Image.Resampling.BILINEAR), dtype=np.uint8)
