"""A detector for tests: every photo that is not one flat colour holds one face, in its middle."""

from typing import Any

from facewright.faces.face import Box, Face, Pixels


class StubDetector:
    """Says that the centred square of a photo is a face, unless the photo is flat.

    Args:
        share: Edge of the square as a share of the photo's shorter side, 0–1.
    """

    name = "stub"

    def __init__(self, share: float = 0.6) -> None:
        self.settings: dict[str, Any] = {"share": share}

    def detect(self, pixels: Pixels) -> list[Face]:
        """Return the one face, or none for a flat photo."""
        if pixels.std() < 1:
            return []
        height, width = pixels.shape[:2]
        edge = round(min(height, width) * self.settings["share"])
        left, top = (width - edge) // 2, (height - edge) // 2
        return [Face(Box(left, top, left + edge, top + edge), 1.0)]
