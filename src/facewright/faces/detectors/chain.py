"""Two detectors in a row: the cascade looks only where HOG found nobody.

On LFW's development lists it finds faces in photos that either one alone misses; a cascade alone
takes more for faces that are none, so it never gets to add to what HOG found.
"""

from typing import Any

from facewright.faces.detectors.haar import HaarDetector
from facewright.faces.detectors.hog import HogDetector
from facewright.faces.face import Face, Pixels


class HogThenHaarDetector:
    """Finds faces with `HogDetector`, and in photos without one with `HaarDetector`.

    Args:
        hog: Settings of the first.
        haar: Settings of the second; finer steps between sizes than the original project's.
    """

    name = "hog+haar"

    def __init__(
        self, hog: dict[str, Any] | None = None, haar: dict[str, Any] | None = None
    ) -> None:
        self._hog = HogDetector(**(hog or {}))
        self._haar = HaarDetector(**(haar or {"scale": 1.1, "neighbours": 5}))
        self.settings: dict[str, Any] = {
            "hog": self._hog.settings,
            "haar": self._haar.settings,
        }

    def detect(self, pixels: Pixels) -> list[Face]:
        """Return the faces of a photo, the largest first."""
        return self._hog.detect(pixels) or self._haar.detect(pixels)
