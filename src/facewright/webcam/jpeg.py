"""A frame as the bytes of a JPEG file."""

import cv2

from facewright.errors import PhotoUnreadable
from facewright.webcam.capture import Frame

_QUALITY = 90


def encode(frame: Frame) -> bytes:
    """Return a frame as JPEG.

    Args:
        frame: BGR, uint8 [height, width, 3].

    Raises:
        PhotoUnreadable: The frame is empty or of a size JPEG does not have.
    """
    try:
        done, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    except cv2.error as error:
        raise PhotoUnreadable(f"a frame of shape {frame.shape} is no JPEG") from error
    if not done:
        raise PhotoUnreadable(f"a frame of shape {frame.shape} is no JPEG")
    return bytes(data)
