"""YuNet, a small convolutional detector, through OpenCV; its file is given by the user.

Wu, Peng & Yu, *YuNet: A Tiny Millisecond-level Face Detector* (Machine Intelligence Research,
2023). The file `face_detection_yunet_2023mar.onnx` of OpenCV's model zoo (MIT licence) is 0.2 MB,
so it travels inside the model file: one file stays enough to recognise.
"""

import base64
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from facewright.errors import WeightsMismatch, WeightsMissing
from facewright.faces.face import Box, Face, Pixels, largest_first
from facewright.faces.resize import to_longer_side

_FILE = "face_detection_yunet_2023mar.onnx"
_LARGEST_FILE = 4_000_000


class YunetDetector:
    """Finds faces from 10 to 300 pixels, also turned ones.

    Args:
        longer_side: Longer side of the photo that is looked at, in pixels.
        score: Least confidence of a face, 0–1.
        network: The ONNX file in base64, as a model file keeps it.
        file: The ONNX file instead.
        folder: Folder that holds the file, itself or in `weights` or `train`, instead.
    """

    name = "yunet"

    def __init__(
        self,
        longer_side: int = 800,
        score: float = 0.7,
        network: str | None = None,
        *,
        file: Path | None = None,
        folder: Path | None = None,
    ) -> None:
        data = base64.b64decode(network) if network else _read(_found(file, folder))
        self.settings: dict[str, Any] = {
            "longer_side": longer_side,
            "score": score,
            "network": base64.b64encode(data).decode(),
        }
        self._network = _load(data, score)
        self._lock = threading.Lock()  # the network keeps its input size between two calls

    def detect(self, pixels: Pixels) -> list[Face]:
        """Return the faces of a photo, the largest first."""
        small, back = to_longer_side(pixels, self.settings["longer_side"])
        with self._lock:
            self._network.setInputSize((small.shape[1], small.shape[0]))
            _, rows = self._network.detect(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
        return largest_first([] if rows is None else [_face(row, back) for row in rows])


def _face(row: Any, back: float) -> Face:
    left, top, width, height = (float(value) for value in row[:4])
    box = Box(round(left), round(top), round(left + width), round(top + height))
    return Face(box.scaled(back), float(row[14]))


def _load(data: bytes, score: float) -> Any:
    buffer, nothing = np.frombuffer(data, np.uint8), np.empty(0, np.uint8)
    try:
        return cv2.FaceDetectorYN.create("onnx", buffer, nothing, (320, 320), score)
    except cv2.error as error:
        raise WeightsMismatch(
            "not YuNet's network: OpenCV cannot read it",
            hint=f"give the file {_FILE} of OpenCV's model zoo",
        ) from error


def _read(path: Path) -> bytes:
    size = path.stat().st_size
    if size > _LARGEST_FILE:
        raise WeightsMismatch(
            f"not YuNet's network: expected at most {_LARGEST_FILE:,} bytes, {path} has {size:,}",
            hint=f"give the file {_FILE} of OpenCV's model zoo",
        )
    return path.read_bytes()


def _found(file: Path | None, folder: Path | None) -> Path:
    places = [file] if file else []
    if folder and not file:
        places = [folder / place / _FILE for place in ("", "weights", "train")]
    for place in places:
        if place.is_file():
            return place
    looked = ", ".join(map(str, places)) or "no folder was given"
    raise WeightsMissing(
        f"the detector yunet needs its file: expected {_FILE}, looked at {looked}",
        hint="name the file, as in `--detector yunet:<file>`, or use the detector `hog`",
    )
