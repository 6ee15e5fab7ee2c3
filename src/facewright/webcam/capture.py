"""Frames from a camera, a video file or several files, only the newest of them kept."""

import threading
import time
from collections.abc import Generator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from facewright.errors import PhotoUnreadable

Frame = NDArray[np.uint8]
"""Video pixels: BGR, uint8 [height, width, 3]."""

_PHOTO_SUFFIXES = frozenset([".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"])
_WILDCARDS = frozenset("*?[")
_DEFAULT_RATE = 25.0


class Capture:
    """Reads a source in a thread of its own, so that the newest frame is always at hand.

    A camera and a video go by at their own pace: frames nobody took in time are gone. Photos wait
    to be taken.

    Args:
        source: ``0`` for the first camera, ``1`` for the second …; a file; or a pattern such as
            ``photos/*.jpg``.

    Raises:
        PhotoUnreadable: There is no such camera or file, or it cannot be opened.
    """

    def __init__(self, source: str) -> None:
        self._frames = _frames(source)
        # The first frame is read here, so that a source that cannot be opened fails at once.
        self._newest: Frame | None = next(self._frames, None)
        if self._newest is None:
            raise _unreadable(source, "it holds no frame")
        self._changed = threading.Condition()
        self._waits = _waits(source)
        self._ended = self._closed = False
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._read, name="capture", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def take(self, timeout: float) -> Frame | None:
        """Return the newest frame that was not taken yet, or None when none comes in time.

        Raises:
            PhotoUnreadable: The source failed on its way.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._newest is not None or self._ended, timeout)
            frame, self._newest = self._newest, None
            self._changed.notify_all()
            if frame is None and self._failure is not None:
                raise self._failure
            return frame

    @property
    def ended(self) -> bool:
        """Whether the source has no frame left to take."""
        with self._changed:
            return self._ended and self._newest is None and self._failure is None

    def close(self) -> None:
        """Let go of the camera or file."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _read(self) -> None:
        try:
            for frame in self._frames:
                if not self._put(frame):
                    break
        except PhotoUnreadable as error:
            self._failure = error
        finally:
            self._frames.close()
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, frame: Frame) -> bool:
        with self._changed:
            if self._waits:
                self._changed.wait_for(lambda: self._newest is None or self._closed)
            if not self._closed:
                self._newest = frame
                self._changed.notify_all()
            return not self._closed


def _frames(source: str) -> Generator[Frame, None, None]:
    """Return a generator of the source's frames."""
    if source.isdecimal():
        return _video(int(source), source, rate=None)
    if _is_pattern(source):
        return _files(source)
    return _file(Path(source))


def _waits(source: str) -> bool:
    return not source.isdecimal() and (_is_pattern(source) or _is_photo(Path(source)))


def _is_pattern(source: str) -> bool:
    return bool(_WILDCARDS & set(source)) and not Path(source).exists()


def _is_photo(path: Path) -> bool:
    return path.suffix.lower() in _PHOTO_SUFFIXES


def _files(pattern: str) -> Generator[Frame, None, None]:
    anchor = Path(Path(pattern).anchor or ".")
    paths = sorted(anchor.glob(str(Path(pattern).relative_to(Path(pattern).anchor))))
    for path in paths:
        if path.is_file():
            yield from _file(path)


def _file(path: Path) -> Generator[Frame, None, None]:
    if not path.is_file():
        raise _unreadable(str(path), "there is no such file")
    if not _is_photo(path):
        yield from _video(str(path), str(path), rate=_DEFAULT_RATE)
        return
    # Not imread: it prints a warning of its own, and cannot open every path on every system.
    try:
        photo = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        photo = None
    if photo is None:
        raise _unreadable(str(path), "it is not a photo")
    yield photo


def _video(opened: int | str, source: str, rate: float | None) -> Generator[Frame, None, None]:
    """Yield frames, at the video's own rate where `rate` is the one to assume without it."""
    video = cv2.VideoCapture(opened)
    try:
        if not video.isOpened():
            raise _unreadable(source, "it cannot be opened as a video")
        interval = 1 / _rate(video, rate) if rate else 0.0
        due = time.monotonic()
        while True:
            found, frame = video.read()
            if not found:
                return
            yield frame
            due += interval
            time.sleep(max(0.0, due - time.monotonic()))
    finally:
        video.release()


def _rate(video: Any, otherwise: float) -> float:
    rate = float(video.get(cv2.CAP_PROP_FPS))
    return rate if 1 <= rate <= 240 else otherwise


def _unreadable(source: str, reason: str) -> PhotoUnreadable:
    what = f"camera {source}" if source.isdecimal() else source
    return PhotoUnreadable(
        f"no frames from {what}: {reason}",
        hint="give 0 for the first camera, a video file, or a pattern such as 'photos/*.jpg'",
    )
