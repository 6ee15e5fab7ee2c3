"""The original project's detector: OpenCV's Haar cascade.

Viola & Jones, *Rapid Object Detection using a Boosted Cascade of Simple Features* (CVPR 2001).
"""

from pathlib import Path
from typing import Any

import cv2

from facewright.errors import WeightsMissing
from facewright.faces.face import Box, Face, Pixels, largest_first

_CASCADE = "haarcascade_frontalface_default.xml"


class HaarDetector:
    """Finds frontal faces with the cascade that OpenCV ships, as the original project did.

    Args:
        scale: Step between the sizes looked at.
        neighbours: How many overlapping hits make a face.
    """

    name = "haar"

    def __init__(self, scale: float = 1.3, neighbours: int = 5) -> None:
        self.settings: dict[str, Any] = {"scale": scale, "neighbours": neighbours}
        self._cascade = cv2.CascadeClassifier(str(_cascade_file()))

    def detect(self, pixels: Pixels) -> list[Face]:
        """Return the faces of a photo, the largest first; the score is the count of stages."""
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        boxes, _, weights = self._cascade.detectMultiScale3(
            grey, self.settings["scale"], self.settings["neighbours"], outputRejectLevels=True
        )
        return largest_first(
            [
                Face(_box(*map(int, box)), float(weight))
                for box, weight in zip(boxes, weights, strict=True)
            ]
        )


def _box(left: int, top: int, width: int, height: int) -> Box:
    return Box(left, top, left + width, top + height)


def _cascade_file() -> Path:
    data = getattr(cv2, "data", None)
    file = Path(data.haarcascades if data else "") / _CASCADE
    if not file.is_file():
        raise WeightsMissing(
            f"OpenCV {cv2.__version__} does not ship {_CASCADE}; version 5 dropped it",
            hint="run `pip install 'opencv-python-headless<5'`, or use the detector `hog`",
        )
    return file
