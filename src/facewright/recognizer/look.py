"""From a photo's file to its faces: decode, detect, align."""

from dataclasses import dataclass

from facewright.faces.align import Alignment
from facewright.faces.detector import CloseDetector, Detector
from facewright.faces.face import Box, Face, Landmarks, Pixels
from facewright.faces.landmarks import find_landmarks
from facewright.faces.photo import DecodedPhoto, PhotoLimits, decode_bounded
from facewright.faces.quality import Quality, measure
from facewright.recognizer.timings import Stopwatch, Timings


@dataclass(frozen=True)
class Wish:
    """What is wanted of a photo.

    Attributes:
        limit: How many faces at most, the largest first; 0 for all.
        small: Whether small faces are looked for beside large ones, which takes longer.
        quality: Whether the quality of each face is measured.
    """

    limit: int = 0
    small: bool = False
    quality: bool = False


EVERYTHING_QUICKLY = Wish()


@dataclass(frozen=True)
class SeenFace:
    """A face in a photo.

    Attributes:
        face: Box and score, in pixels of the upright photo itself.
        landmarks: float32 [5, 2], in the same pixels.
        chip: RGB, uint8 [size, size, 3].
        quality: What was measured, if it was.
    """

    face: Face
    landmarks: Landmarks
    chip: Pixels
    quality: Quality | None = None


@dataclass(frozen=True)
class Sight:
    """What was seen in a photo.

    Attributes:
        width: Of the upright photo, in pixels.
        height: The same.
        faces: The largest first.
        timings: How long it took.
    """

    width: int
    height: int
    faces: tuple[SeenFace, ...]
    timings: Timings


class Looker:
    """Looks at photos as a model's contract says.

    Args:
        detector: Finds the faces.
        alignment: Cuts the chips.
        chip_size: Their edge, in pixels.
        limits: The largest photo that is decoded.
    """

    def __init__(
        self, detector: Detector, alignment: Alignment, chip_size: int, limits: PhotoLimits
    ) -> None:
        self._detector = detector
        self._align = alignment
        self._size = chip_size
        self._limits = limits

    def look(self, data: bytes, wish: Wish = EVERYTHING_QUICKLY) -> Sight:
        """Find the faces of a photo; a photo without one is a sight without faces.

        Args:
            data: The photo's file.
            wish: What is wanted.

        Raises:
            PhotoError: The photo cannot be used.
        """
        watch = Stopwatch()
        photo = decode_bounded(data, self._limits)
        watch.lap("decode")
        faces = self._detect(photo.pixels, small=wish.small)
        watch.lap("detect")
        seen = tuple(self._seen(photo, face, wish) for face in faces[: wish.limit or None])
        watch.lap("align")
        return Sight(photo.width, photo.height, seen, watch.timings)

    def _detect(self, pixels: Pixels, *, small: bool) -> list[Face]:
        if small and isinstance(self._detector, CloseDetector):
            return self._detector.detect_small(pixels)
        return self._detector.detect(pixels)

    def _seen(self, photo: DecodedPhoto, face: Face, wish: Wish) -> SeenFace:
        # Landmarks and chip come from what was decoded, not from the detector's smaller picture.
        landmarks = find_landmarks(photo.pixels, face.box)
        chip = self._align(photo.pixels, face.box, landmarks, self._size)
        quality = measure(photo.pixels, face, landmarks) if wish.quality else None
        across, down = photo.back
        box = face.box
        there = Box(
            round(box.left * across),
            round(box.top * down),
            round(box.right * across),
            round(box.bottom * down),
        )
        points = (landmarks * (across, down)).astype(landmarks.dtype)
        return SeenFace(Face(there, face.score), points, chip, quality)
