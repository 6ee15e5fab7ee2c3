"""Draws boxes and names on a copy of a frame."""

import unicodedata

import cv2

from facewright.webcam.captions import caption
from facewright.webcam.capture import Frame
from facewright.wire.scoring import FaceAnswer, Recognition

GREEN = (0, 160, 0)
RED = (0, 0, 220)
_WHITE = (255, 255, 255)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_MARGIN = 4


def draw(frame: Frame, recognition: Recognition | None) -> Frame:
    """Return a copy of a frame with its faces named, known ones green and unknown ones red.

    Args:
        frame: BGR, uint8 [height, width, 3].
        recognition: Who is on it; None leaves the copy as it is. An answer without faces, as the
            original's, is written into the corner.
    """
    drawn = frame.copy()
    if recognition is None:
        return drawn
    for face in recognition.faces:
        _draw_face(drawn, face)
    if not recognition.faces:
        _write(drawn, caption(recognition), 0, 0, _colour(recognition))
    return drawn


def _draw_face(frame: Frame, face: FaceAnswer) -> None:
    box = face.box
    left, top, right, bottom = map(round, (box.left, box.top, box.right, box.bottom))
    cv2.rectangle(frame, (left, top), (right, bottom), _colour(face), _thickness(frame))
    _write(frame, caption(face), left, top, _colour(face))


def _write(frame: Frame, text: str, left: int, bottom: int, colour: tuple[int, int, int]) -> None:
    """Write white text on a plate that stands on `bottom`, moved into the frame."""
    text, scale, thickness = _drawable(text), max(0.5, frame.shape[1] / 1200), _thickness(frame)
    (width, height), below = cv2.getTextSize(text, _FONT, scale, thickness)
    left = max(0, min(left, frame.shape[1] - width - 2 * _MARGIN))
    top = max(0, bottom - height - below - 2 * _MARGIN)
    corner = (left + width + 2 * _MARGIN, top + height + below + 2 * _MARGIN)
    cv2.rectangle(frame, (left, top), corner, colour, cv2.FILLED)
    where = (left + _MARGIN, top + height + _MARGIN)
    cv2.putText(frame, text, where, _FONT, scale, _WHITE, thickness, cv2.LINE_AA)


def _colour(answer: Recognition | FaceAnswer) -> tuple[int, int, int]:
    return RED if answer.unknown else GREEN


def _thickness(frame: Frame) -> int:
    return max(1, int(frame.shape[1]) // 600)


def _drawable(text: str) -> str:
    """Return text in the ASCII that OpenCV's font has: accents go, the rest becomes ``?``."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(c if " " <= c <= "~" else "?" for c in bare)
