"""A table of what nobody should send, and the status and code each gets from ``/score``.

The face routes have theirs in tests/face_api/test_face_api_hostile.py.
"""

import base64
import io
import json
import pickle
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from face_service import drawn_photo, face_service
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from facewright.serving.limits import Limits
from facewright.training.train import TrainingResult

JSON = {"content-type": "application/json"}
BODY_BYTES = 3_000_000


@pytest.fixture(scope="module")
def service(
    trained: TrainingResult, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("hostile")
    limits = Limits(body_bytes=BODY_BYTES)
    with (
        face_service(trained.files["my_model.onnx"], folder, limits) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=120) as client,
    ):
        yield client
        assert client.get("/").text == "Healthy"
        assert sorted(each.name for each in folder.iterdir()) == [
            "my_model.onnx",
            "outputs",
            "score.py",
        ]


class Executes:
    """Unpickling it would run a command."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        import os

        return os.system, ("touch executed",)


def ada() -> bytes:
    return drawn_photo("ada")


def png(width: int, height: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def npy(array: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npy_header(text: str, data: bytes = b"") -> bytes:
    padded = text.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded + data


def jpeg_with(segment: bytes, marker: int = 0xE1) -> bytes:
    photo = ada()
    return (
        photo[:2]
        + bytes([0xFF, marker])
        + struct.pack(">H", len(segment) + 2)
        + segment
        + photo[2:]
    )


def lying_length() -> bytes:
    photo = bytearray(ada())
    photo[4:6] = b"\xff\xff"
    return bytes(photo)


def animated_bomb() -> bytes:
    frames = [Image.new("P", (200, 200), each) for each in range(60)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


# What `input_bytes` holds, before base64; the status; the code.
PHOTOS: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "a bomb of 60 megapixels in 8 kB": (
        lambda: png(9000, 6600, bytes(1126 * 6600)),
        400,
        "no-face-found",
    ),
    "a bomb of 900 megapixels": (lambda: png(30_000, 30_000, bytes(1000)), 400, "photo-too-large"),
    "dimensions of 2^31": (lambda: png(2**31 - 1, 2**31 - 1, b""), 400, "photo-too-large"),
    "a width of 0": (lambda: png(0, 10, b""), 400, "photo-unreadable"),
    "more pixels than it says": (lambda: png(16, 16, bytes(100_000)), 400, "*"),
    "sixty frames": (animated_bomb, 400, "no-face-found"),
    "half a photo": (lambda: ada()[: len(ada()) // 2], 400, "photo-unreadable"),
    "two bytes of a photo": (lambda: ada()[:2], 400, "photo-unreadable"),
    "a segment as long as it lies": (lying_length, 400, "photo-unreadable"),
    "nothing": (lambda: b"", 400, "*"),
    "text": (lambda: b"hello", 400, "photo-unreadable"),
    "HTML": (lambda: b"<html><script>alert(1)</script></html>", 400, "photo-unreadable"),
    "SVG that reads a file": (
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        400,
        "photo-unreadable",
    ),
    "PostScript": (
        lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        400,
        "photo-unreadable",
    ),
    "a zip": (lambda: b"PK\x03\x04" + bytes(100), 400, "photo-unreadable"),
    "a pickle that runs a command": (lambda: pickle.dumps(Executes()), 400, "hostile-pickle"),
    "the same in protocol 0": (lambda: pickle.dumps(Executes(), 0), 400, "*"),
    "a pickle of a function": (lambda: pickle.dumps(print), 400, "hostile-pickle"),
    "a pickle of text": (lambda: pickle.dumps("text"), 400, "*"),
    "a pickle cut short": (lambda: pickle.dumps(np.zeros((1, 3, 96, 96)))[:-300], 400, "*"),
    "a pickle of another shape": (lambda: pickle.dumps(np.zeros((7, 5))), 400, "*"),
    "a pickle of memory": (lambda: b"\x80\x04\x8e" + b"\xff" * 8 + b".", 400, "*"),
    "an array of objects": (lambda: npy(np.array([Executes()]), allow_pickle=True), 400, "*"),
    "an array of NaN": (lambda: npy(np.full((1, 3, 96, 96), np.nan)), 400, "*"),
    "an array of infinities": (lambda: npy(np.full((1, 3, 96, 96), np.inf)), 400, "*"),
    "an array of text": (lambda: npy(np.array(["a"])), 400, "*"),
    "an array of another shape": (lambda: npy(np.zeros((2, 2))), 400, "*"),
    "an array without numbers": (lambda: npy(np.zeros((0, 0, 3), np.uint8)), 400, "*"),
    "an array of one pixel": (lambda: npy(np.zeros((1, 1, 3), np.uint8)), 400, "no-face-found"),
    "a strip of pixels": (lambda: npy(np.zeros((1, 60_000, 3), np.uint8)), 400, "no-face-found"),
    "an array of 10^18 numbers": (
        lambda: npy_header(
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000, 1000000), }"
        ),
        400,
        "*",
    ),
    "an array with a negative side": (
        lambda: npy_header(
            "{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 10, 3), }", bytes(30)
        ),
        400,
        "*",
    ),
    "an array whose header is code": (
        lambda: npy_header("__import__('os').system('touch executed')"),
        400,
        "*",
    ),
    "an array cut short": (lambda: npy(np.zeros((100, 100, 3), np.uint8))[:-1], 400, "*"),
}


@pytest.mark.parametrize("name", PHOTOS)
def test_hostile_photos_and_arrays(service: httpx.Client, name: str) -> None:
    make, status, code = PHOTOS[name]
    response = score(service, base64.b64encode(make()).decode())
    _check(response, status, code)


# Of a good photo; the answer is that of the photo.
TRICKS: dict[str, Callable[[], bytes]] = {
    "a zip behind it": lambda: ada() + b"PK\x03\x04" + bytes(500),
    "a script behind it": lambda: ada() + b"<script>alert(1)</script>",
    "a script in a comment": lambda: jpeg_with(b"<?php system('touch executed'); ?>", 0xFE),
    "EXIF that points outside": lambda: jpeg_with(b"Exif\0\0II*\0\xff\xff\xff\x7f" + bytes(20)),
    "EXIF that points at itself": lambda: jpeg_with(b"Exif\0\0II*\0\x08\0\0\0\0\0\x08\0\0\0"),
    "EXIF of 65,000 entries": lambda: jpeg_with(b"Exif\0\0II*\0\x08\0\0\0\xe8\xfd" + bytes(40)),
    "an orientation of 99": lambda: jpeg_with(
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0\0\0\0\0"
    ),
    "a broken colour profile": lambda: jpeg_with(b"ICC_PROFILE\0\x01\x01" + b"\xff" * 64, 0xE2),
}


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data", "ignore:Truncated File Read")
@pytest.mark.parametrize("name", TRICKS)
def test_tricks_around_a_good_photo_change_nothing(service: httpx.Client, name: str) -> None:
    response = score(service, base64.b64encode(TRICKS[name]()).decode())
    assert response.status_code == 200, response.text
    assert json.loads(response.json())["name"] == "ada"


BODIES: dict[str, tuple[dict[str, str], bytes, int, str]] = {
    "no JSON": (JSON, b"{", 400, "input"),
    "no object": (JSON, b"[]", 400, "input"),
    "nothing": (JSON, b"", 400, "input"),
    "deep JSON": (JSON, b'{"input_bytes":' + b"[" * 200_000 + b"]" * 200_000 + b"}", 400, "input"),
    "NaN": (JSON, b'{"input_bytes": NaN}', 400, "input"),
    "infinity": (JSON, b'{"input_bytes": 1e999}', 400, "input"),
    "a number of 5,000 digits": (JSON, b'{"input_bytes": ' + b"9" * 5000 + b"}", 400, "input"),
    "null": (JSON, b'{"input_bytes": null}', 400, "input"),
    "another name": (JSON, b'{"photo": "AAAA"}', 400, "input"),
    "one name too many": (JSON, b'{"input_bytes": "AAAA", "__class__": "x"}', 400, "input"),
    "half a surrogate": (JSON, b'{"input_bytes": "\\ud800"}', 400, "input"),
    "not UTF-8": (JSON, b'{"input_bytes": "\xff"}', 400, "input"),
    "not base64": (JSON, b'{"input_bytes": "%%%%"}', 400, "input"),
    "base64 of a wrong length": (JSON, b'{"input_bytes": "AAAAA"}', 400, "input"),
    "another type": ({"content-type": "application/x-pickle"}, b"x", 415, "unsupported-media-type"),
    "too long": (JSON, b" " * (BODY_BYTES + 1), 413, "body-too-large"),
}


@pytest.mark.parametrize("name", BODIES)
def test_hostile_bodies(service: httpx.Client, name: str) -> None:
    headers, body, status, code = BODIES[name]
    _check(service.post("/score", content=body, headers=headers), status, code)


_SEEDS: list[Callable[[], bytes]] = [
    ada,
    lambda: png(4, 4, bytes(10)),
    lambda: npy(np.zeros((4, 4, 3), np.uint8)),
]
_SEEDS += [lambda: pickle.dumps(np.zeros((1, 3, 96, 96), np.float32)), lambda: b""]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(st.sampled_from(range(len(_SEEDS))), st.data())
def test_any_input_bytes_get_an_answer_below_500(
    service: httpx.Client, seed: int, data: st.DataObject
) -> None:
    """Bytes, and files of every kind that is read with bytes of them changed, cut and put in."""
    good = bytearray(_SEEDS[seed]())
    changes = st.tuples(st.integers(0, max(0, min(len(good), 4000))), st.binary(max_size=8))
    for place, put in data.draw(st.lists(changes, max_size=6)):
        good[place : place + len(put)] = put
    tail = data.draw(st.integers(0, 3))
    sent = bytes(good) if tail else bytes(good[: len(good) // 2])
    response = score(service, base64.b64encode(sent).decode())
    assert response.status_code < 500, response.text
    assert "Traceback" not in response.text


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.text(max_size=60) | st.binary(max_size=200).map(lambda data: base64.b64encode(data).decode())
)
def test_any_text_gets_an_answer_below_500(service: httpx.Client, text: str) -> None:
    response = score(service, text)
    assert response.status_code in (200, 400), response.text


def test_nothing_was_executed(service: httpx.Client) -> None:
    for name in ("a pickle that runs a command", "an array whose header is code"):
        score(service, base64.b64encode(PHOTOS[name][0]()).decode())
    assert not Path("executed").exists()


def score(service: httpx.Client, text: str) -> httpx.Response:
    return service.post("/score", content=json.dumps({"input_bytes": text}), headers=JSON)


def _check(response: httpx.Response, status: int, code: str) -> None:
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert response.status_code == status, response.text
    assert code in ("*", problem["code"]), response.text
    assert "Traceback" not in response.text
    assert "/" + "site-packages" not in response.text
