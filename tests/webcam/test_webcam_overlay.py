import numpy as np
import pytest

from facewright.webcam.captions import caption, captions
from facewright.webcam.overlay import GREEN, RED, draw
from facewright.wire.scoring import Box, FaceAnswer, Recognition

FRAME = np.full((240, 320, 3), 128, np.uint8)


def face(left: float, unknown: bool = False, name: str | None = "Ada") -> FaceAnswer:
    box = Box(left=left, top=100, right=left + 60, bottom=180)
    return FaceAnswer(box=box, index="1", name=name, probability=0.9, unknown=unknown)


def colour_at(frame: object, x: int, y: int) -> tuple[int, ...]:
    return tuple(int(value) for value in np.asarray(frame)[y, x])


def test_known_faces_are_green_and_unknown_ones_red() -> None:
    answer = Recognition(index="1", faces=(face(20), face(200, unknown=True)))

    drawn = draw(FRAME, answer)

    assert colour_at(drawn, 50, 180) == GREEN
    assert colour_at(drawn, 230, 180) == RED
    assert colour_at(drawn, 50, 150) == (128, 128, 128)
    assert (drawn[80:98, 20:80] != FRAME[80:98, 20:80]).any(), "the name stands on the box"


def test_the_frame_itself_is_left_alone() -> None:
    before = FRAME.copy()

    draw(FRAME, Recognition(index="1", faces=(face(20),)))

    np.testing.assert_array_equal(FRAME, before)


def test_nobody_draws_nothing() -> None:
    np.testing.assert_array_equal(draw(FRAME, None), FRAME)


def test_an_answer_without_faces_stands_in_the_corner() -> None:
    drawn = draw(FRAME, Recognition(index="3"))

    assert colour_at(drawn, 1, 1) == GREEN
    np.testing.assert_array_equal(drawn[60:], FRAME[60:])


@pytest.mark.parametrize(
    "box",
    [
        Box(left=-50, top=-50, right=900, bottom=900),
        Box(left=310, top=0, right=330, bottom=5),
        Box(left=1e6, top=0, right=2e6, bottom=1),
    ],
)
def test_boxes_outside_the_frame_do_no_harm(box: Box) -> None:
    answer = Recognition(index="1", faces=(FaceAnswer(box=box, index="1", name="x" * 200),))

    assert draw(FRAME, answer).shape == FRAME.shape


def test_names_outside_ascii_are_drawn_as_well_as_may_be() -> None:
    accented = draw(FRAME, Recognition(index="1", faces=(face(20, name="Zoë"),)))
    plain = draw(FRAME, Recognition(index="1", faces=(face(20, name="Zoe"),)))

    np.testing.assert_array_equal(accented, plain)


def test_captions_say_who_and_how_surely() -> None:
    assert caption(face(0)) == "Ada 90%"
    assert caption(face(0, unknown=True)) == "unknown"
    assert caption(Recognition(index="3")) == "3"
    both = Recognition(index="1", faces=(face(0), face(9, unknown=True)))
    assert captions(both) == "Ada 90%, unknown"
    assert captions(Recognition(index="3")) == "3"
