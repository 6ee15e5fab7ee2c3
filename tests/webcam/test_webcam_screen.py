from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from facewright.errors import MissingLibrary
from facewright.webcam import screen
from facewright.webcam.screen import open_screen

FRAME = np.zeros((4, 4, 3), np.uint8)


class Desktop:
    """The part of OpenCV that opens windows, with keys pressed in advance."""

    def __init__(self, *keys: int, gui: str = "QT5", visible: float = 1) -> None:
        self.keys = list(keys)
        self.visible = visible
        self.shown: list[Any] = []
        self.closed = False
        self.cv2 = SimpleNamespace(
            WINDOW_NORMAL=0,
            WINDOW_KEEPRATIO=0,
            WND_PROP_VISIBLE=4,
            getBuildInformation=lambda: f"  Other: x\n  GUI:                           {gui}\n",
            namedWindow=lambda title, flags: None,
            imshow=lambda title, frame: self.shown.append(frame),
            waitKey=lambda milliseconds: self.keys.pop(0) if self.keys else -1,
            getWindowProperty=lambda title, prop: self.visible,
            destroyAllWindows=lambda: setattr(self, "closed", True),
        )


@pytest.fixture(autouse=True)
def _display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")


def never(seconds: float) -> bool:
    return False


def test_a_window_shows_frames_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    desktop = Desktop()
    monkeypatch.setattr(screen, "cv2", desktop.cv2)

    with open_screen(None) as opened:
        opened.show(FRAME)
        assert opened.is_window
        assert opened.obstacle is None
        assert not opened.wait(0, never)

    assert desktop.shown == [FRAME]
    assert desktop.closed


@pytest.mark.parametrize("desktop", [Desktop(-1, ord("a"), 27), Desktop(visible=0)])
def test_escape_or_closing_the_window_ends_the_wait(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "cv2", desktop.cv2)

    with open_screen(True) as opened:
        assert opened.wait(60, never)


def test_the_wait_ends_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "cv2", Desktop().cv2)

    with open_screen(True) as opened:
        assert opened.wait(60, lambda seconds: True)


def test_no_window_is_opened_when_ruled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "cv2", Desktop().cv2)

    with open_screen(False) as opened:
        assert not opened.is_window
        assert opened.obstacle is None


def test_opencv_without_windows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "cv2", Desktop(gui="NONE").cv2)

    with open_screen(None) as opened:
        assert opened.obstacle == "this OpenCV is built without windows"
    with pytest.raises(MissingLibrary), open_screen(True):
        pass


def test_a_machine_without_a_display_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "cv2", Desktop().cv2)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)

    with open_screen(None) as opened:
        assert opened.obstacle == "there is no display"
