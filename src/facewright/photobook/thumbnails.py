"""Small pictures of photos for the report's page, with the face that training takes in a frame."""

import base64
import io
from pathlib import Path

from PIL import Image, ImageDraw

from facewright.errors import FacewrightError
from facewright.faces.face import Box
from facewright.faces.photo import decode_photo

EDGE = 160
_FRAME = (255, 200, 0)


class ThumbnailMaker:
    """Makes data URIs, each photo's once.

    Args:
        folder: The folder of people's folders.
        boxes: The face of each photo that has one, by the photo's name.
    """

    def __init__(self, folder: Path, boxes: dict[str, Box]) -> None:
        self._folder = folder
        self._boxes = boxes
        self._made: dict[str, str | None] = {}

    def __call__(self, name: str) -> str | None:
        """Return a JPEG of at most `EDGE` pixels as a data URI; None when it cannot be read."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> str | None:
        try:
            pixels = decode_photo((self._folder / name).read_bytes())
        except (FacewrightError, OSError):
            return None
        picture = Image.fromarray(pixels)
        width = picture.width
        picture.thumbnail((EDGE, EDGE))
        if box := self._boxes.get(name):
            _frame(picture, box.scaled(picture.width / width))
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=75)
        return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def _frame(picture: Image.Image, box: Box) -> None:
    edges = (box.left, box.top, max(box.right - 1, box.left), max(box.bottom - 1, box.top))
    ImageDraw.Draw(picture).rectangle(edges, outline=_FRAME)
