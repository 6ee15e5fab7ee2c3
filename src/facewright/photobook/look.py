"""One photo looked at: its faces, its chip, its fingerprints."""

from dataclasses import dataclass
from pathlib import Path

from facewright.embedders.embedder import ChipFormat
from facewright.errors import FacewrightError
from facewright.faces.align import load_alignment
from facewright.faces.detector import Detector
from facewright.faces.face import Box, Face, Pixels
from facewright.faces.landmarks import find_landmarks
from facewright.faces.photo import decode_photo
from facewright.faces.quality import Quality, measure
from facewright.photobook.fingerprint import Fingerprint, fingerprint
from facewright.system import digest


@dataclass(frozen=True)
class SeenFace:
    """The face that training would take: the largest.

    Attributes:
        chip: Its chip, uint8 [size, size, 3].
        quality: How well it can be seen.
        fingerprint: Of the chip.
    """

    chip: Pixels
    quality: Quality
    fingerprint: Fingerprint


@dataclass(frozen=True)
class Look:
    """What a photo holds.

    Attributes:
        digest: SHA-256 of the file's bytes.
        unreadable: Why it cannot be read, or None.
        fingerprint: Of the whole photo; None when unreadable.
        boxes: Its faces, the largest first.
        face: The largest, or None.
    """

    digest: str
    unreadable: str | None = None
    fingerprint: Fingerprint | None = None
    boxes: tuple[Box, ...] = ()
    face: SeenFace | None = None


class Looker:
    """Looks at photos as training does.

    Args:
        detector: Finds the faces.
        chip: The chip that the embedder wants.
    """

    def __init__(self, detector: Detector, chip: ChipFormat) -> None:
        self._detector = detector
        self._size = chip.size
        self._align = load_alignment(chip.alignment)

    def look(self, path: Path) -> Look:
        """Look at one photo; one that cannot be read is an answer, not an error."""
        try:
            data = path.read_bytes()
        except OSError as error:
            return Look(digest.of_text(str(path)), f"the file cannot be read: {error.strerror}")
        known_as = digest.of_bytes(data)
        try:
            pixels = decode_photo(data)
        except FacewrightError as error:
            return Look(known_as, error.message)
        faces = self._detector.detect(pixels)
        boxes = tuple(face.box for face in faces)
        face = self._face(pixels, faces[0]) if faces else None
        return Look(known_as, None, fingerprint(pixels), boxes, face)

    def _face(self, pixels: Pixels, face: Face) -> SeenFace:
        landmarks = find_landmarks(pixels, face.box)
        chip = self._align(pixels, face.box, landmarks, self._size)
        return SeenFace(chip, measure(pixels, face, landmarks), fingerprint(chip))
