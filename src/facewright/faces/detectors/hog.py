"""The default detector: dlib's histogram of oriented gradients.

Dalal & Triggs, *Histograms of Oriented Gradients for Human Detection* (CVPR 2005), as trained
and shipped in dlib. On LFW it found 774 of 776 faces where the Haar cascade found 716.
"""

from typing import Any

import dlib
import numpy as np
from numpy.typing import NDArray

from facewright.faces.face import Box, Face, Pixels, largest_first
from facewright.faces.resize import grey, to_longer_side

# A score below may be a pattern that only looks like a face.
_SURE = 0.5


class HogDetector:
    """Finds frontal faces with up to three looks, each closer and dearer than the one before.

    A look finds faces of 80 pixels and more, and its cost grows with the area. The first is at a
    small picture without colours; one sure, large face alone in it makes the photo a portrait, and
    the answer is ready. Anything else, a scene or no face at all, is looked at in a larger picture.
    Only when that shows nobody, a third look at up to twice the photo's size finds faces of 40
    pixels.

    Args:
        first_side: Longer side of the picture at the first look, in pixels; 0 leaves it out.
        longer_side: The same at the second look.
        closer_side: The same at the third look.
        portrait: Width of a portrait's face as a share of the photo's longer side, 0–1.
    """

    name = "hog"

    def __init__(
        self,
        first_side: int = 400,
        longer_side: int = 1000,
        closer_side: int = 1600,
        portrait: float = 0.2,
    ) -> None:
        self.settings: dict[str, Any] = {
            "first_side": first_side,
            "longer_side": longer_side,
            "closer_side": closer_side,
            "portrait": portrait,
        }
        self._find = dlib.get_frontal_face_detector()

    def detect(self, pixels: Pixels) -> list[Face]:
        """Return the faces of a photo, the largest first.

        Beside a portrait's face, those narrower than a fifth of the photo's longer side are not
        looked for; see `detect_small`.
        """
        first, side = self.settings["first_side"], max(pixels.shape[:2])
        # A quarter less time than in colours, which find a few more faces.
        faces = self._look(grey(pixels), first) if first else []
        # A photo no larger than the first look was seen at its full size by then.
        if side > first and not self._portrait(faces, side):
            faces = _joined(self._look(pixels, self.settings["longer_side"]), faces)
        return faces or self._look_closer(pixels)

    def detect_small(self, pixels: Pixels) -> list[Face]:
        """Return the faces of a photo, the small ones beside large ones too; the largest first."""
        return _joined(self._look_closer(pixels), self._look(pixels, self.settings["longer_side"]))

    def _portrait(self, faces: list[Face], side: int) -> bool:
        if len(faces) != 1:
            return False
        [face] = faces
        return face.score >= _SURE and face.box.width >= self.settings["portrait"] * side

    def _look_closer(self, pixels: Pixels) -> list[Face]:
        return self._look(pixels, self.settings["closer_side"], enlarge=2.0)

    def _look(self, picture: NDArray[np.uint8], side: int, enlarge: float = 1.0) -> list[Face]:
        smaller, back = to_longer_side(picture, side, enlarge=enlarge)
        rectangles, scores, _ = self._find.run(smaller, 0, 0.0)
        return largest_first(
            [
                Face(_box(rectangle).scaled(back), float(score))
                for rectangle, score in zip(rectangles, scores, strict=True)
            ]
        )


def _joined(closer: list[Face], others: list[Face]) -> list[Face]:
    """Return `closer` and those of `others` that are not among them."""
    new = [face for face in others if not any(face.box.same_face(each.box) for each in closer)]
    return largest_first([*closer, *new])


def _box(rectangle: Any) -> Box:
    # dlib's right and bottom are the last pixel, ours the one past it.
    return Box(rectangle.left(), rectangle.top(), rectangle.right() + 1, rectangle.bottom() + 1)
