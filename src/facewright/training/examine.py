"""From a photo's file to the chip of its largest face."""

import json
from dataclasses import asdict

from facewright.embedders.embedder import ChipFormat
from facewright.errors import NoFaceFound
from facewright.faces.align import load_alignment
from facewright.faces.detector import Detector
from facewright.faces.face import Pixels
from facewright.faces.landmarks import find_landmarks
from facewright.faces.photo import decode_photo
from facewright.system import digest

_FORMAT = 1  # raised whenever the same photo would give another chip


class Examiner:
    """Decodes a photo, finds its largest face and cuts the chip.

    Args:
        detector: Finds the faces.
        chip: The chip wanted.
    """

    def __init__(self, detector: Detector, chip: ChipFormat) -> None:
        self._detector = detector
        self._chip = chip
        self._align = load_alignment(chip.alignment)

    @property
    def digest(self) -> str:
        """Digest of all that decides what the chip looks like."""
        parts = [_FORMAT, self._detector.name, self._detector.settings, asdict(self._chip)]
        return digest.of_text(json.dumps(parts, sort_keys=True))

    def cut(self, data: bytes) -> Pixels:
        """Return the chip of the largest face, uint8 [size, size, 3].

        Args:
            data: The photo's file.

        Raises:
            PhotoError: The photo cannot be used.
            NoFaceFound: It holds no face.
        """
        pixels = decode_photo(data)
        faces = self._detector.detect(pixels)
        if not faces:
            raise NoFaceFound(f"no face found by the detector {self._detector.name}")
        box = faces[0].box
        return self._align(pixels, box, find_landmarks(pixels, box), self._chip.size)
