"""The loop: every half second the newest frame is sent, and what comes back is shown."""

import importlib.util
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from facewright.errors import MissingLibrary, ServiceError, ServiceRefused
from facewright.system import files
from facewright.webcam.captions import captions
from facewright.wire.scoring import Recognition

if TYPE_CHECKING:
    from facewright.webcam.capture import Capture, Frame
    from facewright.webcam.screen import Screen

_NO_FACE = "no-face-found"
_PATIENCE = 0.2


class Recognizer(Protocol):
    """What answers; `facewright.client.Client` does."""

    def recognize(self, photo: bytes) -> Recognition:
        """Return who is on a JPEG."""
        ...


@dataclass(frozen=True)
class Sighting:
    """What came of one frame.

    Attributes:
        number: 1 for the first frame sent.
        frame: The frame as captured: BGR, uint8 [height, width, 3].
        recognition: Who is on it; None when no face was found or the call failed.
        error: Why the call failed, or None.
    """

    number: int
    frame: "Frame"
    recognition: Recognition | None
    error: ServiceError | None = None

    def __str__(self) -> str:
        if self.error is not None:
            said = self.error.message
        else:
            said = captions(self.recognition) if self.recognition else "no face"
        return f"frame {self.number}: {said}"


def watch(
    source: str,
    client: Recognizer,
    *,
    every: float = 0.5,
    show: bool | None = None,
    save: Path | None = None,
    on_result: Callable[[Sighting], None] | None = None,
    stop: threading.Event | None = None,
    say: Callable[[str], None] | None = None,
) -> int:
    """Watch a source until it ends, Escape is pressed, or `stop` is set.

    The first frame has to get an answer; later the service may fail for a while, and is asked
    again with the next frame.

    Args:
        source: ``0`` for the first camera, a video file, or a pattern such as ``photos/*.jpg``.
        client: Asked about each frame sent, as JPEG.
        every: Seconds from one frame sent to the next; the service's own time is part of them.
        show: Whether to open a window; None opens one if there can be one. Without a window each
            result is a line of text.
        save: Folder to write each frame sent to, with its faces named; None writes none.
        on_result: Called with each result.
        stop: Set it to end the loop.
        say: Takes the lines of text; None writes them to stdout.

    Returns:
        How many frames were sent.

    Raises:
        PhotoUnreadable: The source cannot be opened.
        ServiceError: The first frame got no answer.
        MissingLibrary: OpenCV is not installed, or a window was asked for and there can be none.
    """
    _need_opencv()
    from facewright.webcam.capture import Capture
    from facewright.webcam.screen import open_screen

    say = say or _to_stdout
    with Capture(source) as capture, open_screen(show) as screen:
        if screen.obstacle is not None:
            say(f"no window: {screen.obstacle}; writing lines instead (Ctrl+C ends)")
        loop = _Loop(capture, client, screen, stop or threading.Event(), every)
        for sighting in iter(loop.next, None):
            _present(sighting, screen, save)
            if not screen.is_window:
                say(str(sighting))
            if on_result is not None:
                on_result(sighting)
        return loop.number


def _present(sighting: Sighting, screen: "Screen", save: Path | None) -> None:
    from facewright.webcam import jpeg, overlay

    drawn = overlay.draw(sighting.frame, sighting.recognition)
    screen.show(drawn)
    if save is not None:
        files.write_bytes(save / f"{sighting.number:06}.jpg", jpeg.encode(drawn))


class _Loop:
    """Keeps the pace and the count."""

    def __init__(
        self,
        capture: "Capture",
        client: Recognizer,
        screen: "Screen",
        stop: threading.Event,
        every: float,
    ) -> None:
        self._capture = capture
        self._client = client
        self._screen = screen
        self._stop = stop
        self._every = every
        self._due = 0.0
        self.number = 0

    def next(self) -> Sighting | None:
        """Return the next result, or None at the end."""
        pause = max(0.0, self._due - time.monotonic())
        if (self.number or self._stop.is_set()) and self._screen.wait(pause, self._stop.wait):
            return None
        frame = self._take()
        if frame is None:
            return None
        self._due = time.monotonic() + self._every
        self.number += 1
        return self._ask(frame)

    def _take(self) -> "Frame | None":
        while not self._stop.is_set() and not self._capture.ended:
            frame = self._capture.take(_PATIENCE)
            if frame is not None:
                return frame
            if self._screen.wait(0, self._stop.wait):
                break
        return None

    def _ask(self, frame: "Frame") -> Sighting:
        from facewright.webcam import jpeg

        photo = jpeg.encode(frame)
        try:
            return Sighting(self.number, frame, self._client.recognize(photo))
        except ServiceError as error:
            if isinstance(error, ServiceRefused) and error.problem == _NO_FACE:
                return Sighting(self.number, frame, None)
            if self.number == 1:
                raise
            return Sighting(self.number, frame, None, error)


def _to_stdout(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _need_opencv() -> None:
    if importlib.util.find_spec("cv2") is None:
        raise MissingLibrary(
            "watching needs OpenCV, which is not installed",
            hint="run `pip install facewright[serve]`; opencv-python also opens windows",
        )
