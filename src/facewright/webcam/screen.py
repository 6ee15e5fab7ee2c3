"""A window to watch in, or none."""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Protocol

import cv2

from facewright.errors import MissingLibrary
from facewright.webcam.capture import Frame

_TITLE = "facewright"
_ESCAPE = 27


class Screen(Protocol):
    """Where frames are shown.

    Attributes:
        is_window: Whether anybody can see them.
        obstacle: Why it is no window although one was not ruled out, or None.
    """

    is_window: bool
    obstacle: str | None

    def show(self, frame: Frame) -> None:
        """Show a frame."""
        ...

    def wait(self, seconds: float, stopped: Callable[[float], bool]) -> bool:
        """Wait; return True as soon as the watcher wants to stop."""
        ...


class Window:
    """A window on the desktop; Escape, or closing it, ends the watching."""

    is_window = True
    obstacle: str | None = None

    def __init__(self) -> None:
        cv2.namedWindow(_TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO)

    def show(self, frame: Frame) -> None:
        """Show a frame."""
        cv2.imshow(_TITLE, frame)

    def wait(self, seconds: float, stopped: Callable[[float], bool]) -> bool:
        """Wait, watching the keyboard."""
        end = time.monotonic() + seconds
        while True:
            if cv2.waitKey(20) & 0xFF == _ESCAPE or stopped(0):
                return True
            if cv2.getWindowProperty(_TITLE, cv2.WND_PROP_VISIBLE) < 1:
                return True
            if time.monotonic() >= end:
                return False


class NoScreen:
    """Shows nothing."""

    is_window = False

    def __init__(self, obstacle: str | None = None) -> None:
        self.obstacle = obstacle

    def show(self, frame: Frame) -> None:
        """Show nothing."""

    def wait(self, seconds: float, stopped: Callable[[float], bool]) -> bool:
        """Wait, unless told to stop."""
        return stopped(seconds)


@contextlib.contextmanager
def open_screen(show: bool | None) -> Iterator[Screen]:
    """Open a window where there can be one, for the length of the block.

    Args:
        show: True for a window, False for none, None for one if possible.

    Raises:
        MissingLibrary: A window was asked for and there can be none.
    """
    obstacle = None if show is False else _obstacle()
    if show is False or (obstacle and not show):
        yield NoScreen(obstacle)
        return
    if obstacle:
        raise MissingLibrary(
            f"no window can be opened: {obstacle}",
            hint="install opencv-python in place of opencv-python-headless, and use a desktop",
        )
    try:
        yield Window()
    finally:
        cv2.destroyAllWindows()


def _obstacle() -> str | None:
    """Return why no window can be opened; asked before trying, since Qt aborts the process."""
    gui = [line for line in cv2.getBuildInformation().splitlines() if "GUI:" in line]
    if not gui or "NONE" in gui[0]:
        return "this OpenCV is built without windows"
    if sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
        return "there is no display"
    return None
