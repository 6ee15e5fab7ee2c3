import json
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from facewright.client import Client
from facewright.errors import (
    MissingLibrary,
    PhotoUnreadable,
    ServiceError,
    ServiceRefused,
    ServiceUnreachable,
)
from facewright.scoring import DataTypes, SampleDefinition, Script, generate_schema, parse_inputs
from facewright.scoring.schema import read_schema
from facewright.serving.app import create_app
from facewright.serving.thread import serving_in_thread
from facewright.webcam import Sighting, watch
from facewright.webcam.capture import Capture, Frame
from facewright.wire.scoring import Box, FaceAnswer, Recognition

RATE = 20
COUNT = 20


class Stub:
    """Answers with the brightness of the photo, or fails as told."""

    def __init__(self, *failures: ServiceError | None) -> None:
        self.photos: list[bytes] = []
        self._failures = list(failures)

    def recognize(self, photo: bytes) -> Recognition:
        self.photos.append(photo)
        failure = self._failures.pop(0) if self._failures else None
        if failure is not None:
            raise failure
        grey = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert grey is not None
        face = FaceAnswer(
            box=Box(left=8, top=8, right=40, bottom=40), index="1", name="Ada", probability=1
        )
        return Recognition(index=str(round(float(grey.mean()))), faces=(face,))


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """One second of frames that get brighter by ten each."""
    path = tmp_path / "video.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, (64, 48))
    for number in range(COUNT):
        writer.write(np.full((48, 64, 3), 10 * number, np.uint8))
    writer.release()
    return path


@pytest.fixture
def photos(tmp_path: Path) -> str:
    for number in range(3):
        path = tmp_path / f"photo{number}.png"
        cv2.imwrite(str(path), np.full((48, 64, 3), 100 * number, np.uint8))
    return str(tmp_path / "photo*.png")


def brightness(frame: Frame) -> int:
    return round(float(frame.mean()))


def test_a_video_goes_by_at_its_own_pace_and_only_the_newest_frame_is_kept(video: Path) -> None:
    with Capture(str(video)) as capture:
        first = capture.take(5)
        time.sleep(0.5)
        later = capture.take(5)
        soon = capture.take(5)

    assert first is not None
    assert later is not None
    assert soon is not None
    assert brightness(first) <= 20
    assert 60 <= brightness(later) <= 140
    assert 5 <= brightness(soon) - brightness(later) <= 25


def test_the_last_frame_of_a_video_is_not_lost(video: Path) -> None:
    with Capture(str(video)) as capture:
        time.sleep(1.5)
        last = capture.take(5)
        assert capture.ended
        assert capture.take(0) is None

    assert last is not None
    assert brightness(last) == pytest.approx(10 * (COUNT - 1), abs=3)


def test_photos_wait_to_be_taken(photos: str) -> None:
    seen = []
    with Capture(photos) as capture:
        while not capture.ended:
            time.sleep(0.05)
            frame = capture.take(0.2)
            if frame is not None:
                seen.append(brightness(frame))

    assert seen == [0, 100, 200]


def test_a_capture_is_closed_in_the_middle(video: Path, photos: str) -> None:
    for source in (str(video), photos):
        Capture(source).close()
    assert "capture" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize(
    "source", ["no.avi", "no-*.jpg", "text.avi", "text.jpg", "empty.jpg", "97"]
)
def test_a_source_that_gives_no_frame_says_so(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.avi").write_text("text")
    (tmp_path / "text.jpg").write_text("text")
    (tmp_path / "empty.jpg").touch()

    with pytest.raises(PhotoUnreadable, match="no frames from") as caught:
        Capture(source)
    assert caught.value.hint


def test_a_broken_photo_among_others_ends_the_watching(photos: str, tmp_path: Path) -> None:
    (tmp_path / "photo1.png").write_text("broken")
    sightings: list[Sighting] = []

    with pytest.raises(PhotoUnreadable, match=r"photo1\.png: it is not a photo"):
        watch(photos, Stub(), every=0, show=False, on_result=sightings.append)
    assert len(sightings) == 1


def test_a_frame_is_sent_every_so_often(video: Path) -> None:
    stub, sightings = Stub(), list[Sighting]()

    sent = watch(str(video), stub, every=0.3, show=False, on_result=sightings.append)

    assert sent == len(stub.photos) == len(sightings)
    assert 3 <= sent <= 6
    assert [sighting.number for sighting in sightings] == list(range(1, sent + 1))
    for sighting in sightings:
        assert sighting.recognition is not None
        assert int(sighting.recognition.index) == pytest.approx(brightness(sighting.frame), abs=3)


def test_each_result_is_a_line_and_a_saved_frame(photos: str, tmp_path: Path) -> None:
    lines: list[str] = []

    watch(photos, Stub(), every=0, show=False, save=tmp_path / "saved", say=lines.append)

    assert lines == ["frame 1: Ada 100%", "frame 2: Ada 100%", "frame 3: Ada 100%"]
    saved = sorted((tmp_path / "saved").iterdir())
    assert [path.name for path in saved] == ["000001.jpg", "000002.jpg", "000003.jpg"]
    drawn = cv2.imread(str(saved[0]))
    assert drawn is not None
    blue, green, red = (int(value) for value in drawn[40, 24])
    assert green > blue + 50
    assert green > red + 50


def test_lines_go_to_stdout_unless_told_otherwise(
    photos: str, capsys: pytest.CaptureFixture[str]
) -> None:
    watch(photos, Stub(), every=0, show=False)

    assert capsys.readouterr().out.splitlines()[0] == "frame 1: Ada 100%"


def test_without_a_screen_it_says_so_and_writes_lines(
    photos: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    lines: list[str] = []

    watch(photos, Stub(), every=0, say=lines.append)

    assert lines[0].startswith("no window: ")
    assert lines[1:] == ["frame 1: Ada 100%", "frame 2: Ada 100%", "frame 3: Ada 100%"]
    with pytest.raises(MissingLibrary, match="no window can be opened") as caught:
        watch(photos, Stub(), show=True)
    assert "opencv-python" in str(caught.value.hint)


def test_a_photo_without_a_face_is_a_result(photos: str) -> None:
    nobody = ServiceRefused("no face", status=400, problem="no-face-found")
    lines: list[str] = []

    watch(photos, Stub(nobody), every=0, show=False, say=lines.append)

    assert lines[:2] == ["frame 1: no face", "frame 2: Ada 100%"]


def test_a_service_that_fails_for_a_while_is_asked_again(photos: str) -> None:
    gone = ServiceUnreachable("nobody answers")
    sightings: list[Sighting] = []

    watch(photos, Stub(None, gone), every=0, show=False, on_result=sightings.append)

    assert [str(sighting) for sighting in sightings] == [
        "frame 1: Ada 100%",
        "frame 2: nobody answers",
        "frame 3: Ada 100%",
    ]
    assert sightings[1].error is gone


def test_a_service_that_fails_from_the_start_is_an_error(photos: str) -> None:
    with pytest.raises(ServiceUnreachable):
        watch(photos, Stub(ServiceUnreachable("nobody answers")), show=False)


def test_it_stops_when_told(video: Path) -> None:
    stop, sightings = threading.Event(), list[Sighting]()

    def at_once(sighting: Sighting) -> None:
        sightings.append(sighting)
        stop.set()

    started = time.monotonic()
    sent = watch(str(video), Stub(), every=60, show=False, on_result=at_once, stop=stop)

    assert sent == len(sightings) == 1
    assert time.monotonic() - started < 5
    assert watch(str(video), Stub(), show=False, stop=stop) == 0


def test_a_video_is_watched_through_a_live_service(video: Path) -> None:
    stub = Stub()

    def run(input_bytes: bytes) -> str:
        return stub.recognize(input_bytes).model_dump_json()

    inputs = {"input_bytes": SampleDefinition(DataTypes.STANDARD, b"photo")}
    schema = read_schema(json.loads(json.dumps(generate_schema(run, inputs))))
    assert parse_inputs(schema, {"input_bytes": "AA=="}) == {"input_bytes": b"\x00"}
    lines: list[str] = []

    app = create_app(Script(Path("score.py"), run), schema)
    with serving_in_thread(app) as url, Client(url) as client:
        sent = watch(str(video), client, every=0.2, show=False, say=lines.append)

    assert sent >= 3
    assert lines == [f"frame {number}: Ada 100%" for number in range(1, sent + 1)]
    assert all(photo.startswith(b"\xff\xd8") for photo in stub.photos)
