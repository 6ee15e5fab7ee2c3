"""Whatever is sent, the answer is a status below 500 with a stable code."""

import asyncio
import io
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from starlette.applications import Starlette

from facewright.serving.limits import Limits
from facewright.serving.thread import serving_in_thread
from facewright.training.train import TrainingResult
from facewright.wire.faces import RecognizeAnswer

JPEG = {"content-type": "image/jpeg"}
Photo = Callable[[str, int], bytes]


@pytest.fixture(scope="module")
def hardened(
    trained: TrainingResult,
    app_of: Callable[..., Starlette],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[httpx.Client]:
    """A service with small limits, shared by these tests: none of them may harm it."""
    model = tmp_path_factory.mktemp("hardened") / "my_model.onnx"
    model.write_bytes(trained.files["my_model.onnx"].read_bytes())
    app = app_of(model, Limits(photos=4, body_bytes=2_000_000))
    with (
        serving_in_thread(app) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=120) as client,
    ):
        yield client


def png(width: int, height: int, data: bytes = b"") -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def with_exif(photo: bytes, exif: bytes) -> bytes:
    segment = b"Exif\0\0" + exif
    return photo[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + photo[2:]


def webp_of(photo: bytes) -> bytes:
    file = io.BytesIO()
    Image.open(io.BytesIO(photo)).save(file, "WEBP")
    return file.getvalue()


BAD: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "bomb of zeros": (lambda _: png(8000, 7999, zlib.compress(b"\0" * 2000)), "photo-unreadable"),
    "huge dimensions": (lambda _: png(2**31 - 1, 2**31 - 1), "photo-too-large"),
    "over 64 megapixels": (lambda _: png(9000, 9000), "photo-too-large"),
    "no dimensions": (lambda _: png(0, 0), "photo-unreadable"),
    "truncated": (lambda photo: photo[: len(photo) // 2], "photo-unreadable"),
    "header alone": (lambda photo: photo[:30], "photo-unreadable"),
    "text": (lambda _: b"GET / HTTP/1.1\r\n\r\n", "photo-unreadable"),
    "svg": (lambda _: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo-unreadable"),
    "postscript": (
        lambda _: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "photo-unreadable",
    ),
    "pickle": (lambda _: b"\x80\x04cos\nsystem\n(S'true'\ntR.", "photo-unreadable"),
    "gif bomb": (
        lambda _: b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x02L\x01\0;",
        "photo-too-large",
    ),
    "tiff loop": (lambda _: b"II*\0\x08\0\0\0\0\0\x08\0\0\0" + b"\0" * 40, "photo-unreadable"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("path", ["/v1/recognize", "/v1/detect", "/v1/embed"])
def test_bad_photos_are_the_clients_fault(
    hardened: httpx.Client, photo_of: Photo, path: str, name: str
) -> None:
    make, code = BAD[name]
    response = hardened.post(path, content=make(photo_of("ada", 20)), headers=JPEG)
    assert (response.status_code, response.json()["code"]) == (400, code), response.text
    assert "Traceback" not in response.text


HARMLESS: dict[str, Callable[[bytes], bytes]] = {
    "a zip behind it": lambda photo: photo + b"PK\x03\x04" + b"\0" * 500,
    "a script behind it": lambda photo: photo + b"<script>alert(1)</script>",
    "broken EXIF": lambda photo: with_exif(photo, b"II*\0\xff\xff\xff\xff" + b"\0" * 20),
    "an impossible orientation": lambda photo: with_exif(
        photo, b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0\0\0\0\0"
    ),
    "an orientation of text": lambda photo: with_exif(
        photo, b"II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\x04\0\0\0abc\0\0\0\0\0"
    ),
    "another type than it says": webp_of,
}


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.filterwarnings("ignore:Truncated File Read")
@pytest.mark.parametrize("name", HARMLESS)
def test_tricks_around_a_good_photo_change_nothing(
    hardened: httpx.Client, photo_of: Photo, name: str
) -> None:
    photo = HARMLESS[name](photo_of("ada", 20))
    response = hardened.post("/v1/recognize", content=photo, headers=JPEG)
    answer = RecognizeAnswer.model_validate_json(response.content)
    assert [face.name for face in answer.photos[0].faces] == ["ada"], response.text


BOUNDARY = {"content-type": "multipart/form-data; boundary=x"}


def form(*parts: tuple[bytes, bytes]) -> bytes:
    return b"".join(b"--x\r\n" + head + b"\r\n\r\n" + body + b"\r\n" for head, body in parts)


FILE = b'Content-Disposition: form-data; name="a"; filename="a.jpg"'
REFUSED: dict[str, tuple[dict[str, str], bytes, int, str]] = {
    "nothing": (JPEG, b"", 400, "no-photo"),
    "another type": ({"content-type": "text/html"}, b"x", 415, "unsupported-media-type"),
    "too long": (JPEG, b"\xff\xd8\xff" + b"\0" * 2_000_001, 413, "body-too-large"),
    "no boundary": ({"content-type": "multipart/form-data"}, b"x", 400, "multipart"),
    "a boundary without end": (
        {"content-type": "multipart/form-data; boundary=" + "y" * 300},
        b"x",
        400,
        "multipart",
    ),
    "not multipart": (BOUNDARY, b"hello", 400, "multipart"),
    "cut short": (BOUNDARY, form((FILE, b"abc")), 400, "multipart"),
    "cut in a header": (BOUNDARY, b"--x\r\nContent-Dispo", 400, "multipart"),
    "an empty form": (BOUNDARY, b"--x--\r\n", 400, "no-photo"),
    "an empty file": (BOUNDARY, form((FILE, b"")) + b"--x--\r\n", 400, "no-photo"),
    "fields alone": (
        BOUNDARY,
        form((b'Content-Disposition: form-data; name="a"', b"text")) + b"--x--\r\n",
        400,
        "no-photo",
    ),
    "many files": (BOUNDARY, form(*[(FILE, b"a")] * 5) + b"--x--\r\n", 400, "too-many-photos"),
    "many parts": (BOUNDARY, form(*[(FILE, b"a")] * 500) + b"--x--\r\n", 400, "too-many-parts"),
    "many headers": (
        BOUNDARY,
        form((b"\r\n".join([FILE, *[b"X-A: b"] * 100]), b"a")) + b"--x--\r\n",
        400,
        "multipart",
    ),
    "a long header": (
        BOUNDARY,
        form((FILE + b"\r\nX: " + b"y" * 5000, b"a")) + b"--x--\r\n",
        400,
        "multipart",
    ),
    "no json": ({"content-type": "application/json"}, b"{", 400, "json"),
    "json of another kind": ({"content-type": "application/json"}, b"[1]", 400, "json"),
    "deep json": (
        {"content-type": "application/json"},
        b'{"photos":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        400,
        "json",
    ),
    "nan": ({"content-type": "application/json"}, b'{"photos": [NaN]}', 400, "json"),
    "no photos": ({"content-type": "application/json"}, b'{"photos": []}', 400, "json"),
    "not base64": ({"content-type": "application/json"}, b'{"photos": ["%"]}', 400, "base64"),
    "not ascii": (
        {"content-type": "application/json"},
        '{"photos": ["ä"]}'.encode(),
        400,
        "base64",
    ),
    "half a surrogate": (
        {"content-type": "application/json"},
        b'{"photos": ["\\ud800"]}',
        400,
        "json",
    ),
    "an empty text": ({"content-type": "application/json"}, b'{"photos": [""]}', 400, "no-photo"),
    "not utf-8": ({"content-type": "application/json"}, b'{"photos": ["\xff"]}', 400, "json"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_bodies_are_refused_by_name(hardened: httpx.Client, name: str) -> None:
    headers, body, status, code = REFUSED[name]
    response = hardened.post("/v1/recognize", content=body, headers=headers)
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "query",
    [
        "limit=-1",
        "limit=1e9",
        "limit=NaN",
        "limit=1&limit=2",
        "detail=everything",
        "small=perhaps",
        "threshold=1",
        "%00=1",
        "limit=" + "9" * 5000,
    ],
)
def test_bad_options_are_refused(hardened: httpx.Client, query: str) -> None:
    response = hardened.post(f"/v1/recognize?{query}", content=b"x", headers=JPEG)
    assert (response.status_code, response.json()["code"]) == (400, "option"), response.text


@pytest.mark.parametrize("threshold", ["nan", "inf", "2", "-1.5", "high"])
def test_a_threshold_is_a_cosine(hardened: httpx.Client, threshold: str) -> None:
    response = hardened.post(f"/v1/verify?threshold={threshold}", content=b"x", headers=JPEG)
    assert (response.status_code, response.json()["code"]) == (400, "option")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(["/v1/recognize", "/v1/verify", "/v2/models/recognizer/infer", "/v1/people"]),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["photos", "inputs", "name", "data", "shape", "datatype", "x"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
)
def test_any_json_gets_an_answer_below_500(
    hardened: httpx.Client, path: str, document: object
) -> None:
    body = json.dumps(document).encode()
    response = hardened.post(path, content=body, headers={"content-type": "application/json"})
    assert response.status_code < 500, response.text
    if response.status_code == 201:  # a name that could be one
        made = quote(response.json()["name"], safe="")
        hardened.delete(f"/v1/people/{made}")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=300), st.sampled_from([b"", b"--x\r\n", form((FILE, b"\xff\xd8\xff"))]))
def test_any_form_gets_an_answer_below_500(
    hardened: httpx.Client, tail: bytes, head: bytes
) -> None:
    response = hardened.post("/v1/recognize", content=head + tail, headers=BOUNDARY)
    assert response.status_code < 500, response.text


def test_every_photo_gets_its_own_answer_while_many_are_under_way(
    service: httpx.Client, photo_of: Photo
) -> None:
    """Each drawn person's photo, sent again and again at once, is never given another's name."""
    sent = [(name, number) for name in ("ada", "bruno", "clara") for number in (20, 21)]
    sent += [("hugo", 20), ("hugo", 21)]
    alone = {each: answer_of(service.post(**request(photo_of(*each)))) for each in sent}
    assert {alone[each][0] for each in sent if each[0] != "hugo"} == {"ada", "bruno", "clara"}
    assert all(alone[each][0] == each[0] for each in sent if each[0] != "hugo")

    async def everything() -> list[tuple[tuple[str, int], httpx.Response]]:
        async with httpx.AsyncClient(
            base_url=service.base_url, trust_env=False, timeout=300
        ) as client:
            work = [each for _ in range(5) for each in sent]
            answers = await asyncio.gather(
                *(client.post(**request(photo_of(*each))) for each in work)
            )
            return list(zip(work, answers, strict=True))

    for each, response in asyncio.run(everything()):
        name, box, similarity = answer_of(response)
        assert (name, box) == alone[each][:2]
        assert similarity == pytest.approx(alone[each][2], abs=1e-5)


def request(photo: bytes) -> dict[str, Any]:
    return {"url": "/v1/recognize", "content": photo, "headers": JPEG}


def answer_of(response: httpx.Response) -> tuple[str, object, float]:
    assert response.status_code == 200, response.text
    [photo] = RecognizeAnswer.model_validate_json(response.content).photos
    [face] = photo.faces
    return face.name, face.box, face.similarity
