import base64
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.errors import ServiceError
from facewright.wire.scoring import Box, FaceAnswer, Recognition, decode_answer, encode_input_bytes

FACE = FaceAnswer(
    box=Box(left=10, top=20, right=110.5, bottom=120),
    landmarks=((1.0, 2.0), (3.0, 4.5)),
    index="1",
    name="Grace",
    probability=0.91,
    similarity=0.8,
    score=1.7,
)


def test_the_original_projects_answer_is_read() -> None:
    answer = decode_answer(json.dumps(json.dumps({"index": "3"})))

    assert answer == Recognition(index="3")
    assert answer.name is None
    assert answer.probability is None
    assert not answer.unknown
    assert answer.faces == ()


@pytest.mark.parametrize("encode", [str, json.dumps], ids=["once", "twice"])
def test_a_whole_answer_survives_the_journey(encode: object) -> None:
    whole = Recognition(
        index="1", name="Grace", probability=0.91, unknown=False, similarity=0.8, faces=(FACE,)
    )
    text = whole.model_dump_json()

    assert decode_answer(text if encode is str else json.dumps(text)) == whole


def test_a_box_travels_with_the_names_of_its_edges() -> None:
    assert FACE.model_dump(mode="json")["box"] == {
        "left": 10.0,
        "top": 20.0,
        "right": 110.5,
        "bottom": 120.0,
    }


def test_members_of_a_newer_service_are_left_out() -> None:
    assert decode_answer('{"index": 3, "mood": "good"}') == Recognition(index="3")


def test_an_answer_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Recognition(index="1").name = "Ada"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<html>", "it is not JSON"),
        ('"<html>"', "it is not JSON"),
        ("", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("{}", "index: Field required"),
        ("[]", "the answer: "),
        ("null", "the answer: "),
        ('{"index": "1", "faces": [{"box": [1]}]}', r"faces\.0\.box"),
    ],
)
def test_what_is_no_answer_says_why(text: str, reason: str) -> None:
    with pytest.raises(ServiceError, match=reason) as caught:
        decode_answer(text)
    assert caught.value.hint


@given(st.text())
def test_any_text_is_an_answer_or_a_service_error(text: str) -> None:
    with contextlib.suppress(ServiceError):
        decode_answer(text)


@given(st.binary())
def test_input_bytes_are_base64(photo: bytes) -> None:
    assert base64.b64decode(encode_input_bytes(photo), validate=True) == photo
