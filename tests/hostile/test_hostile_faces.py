"""Whatever is sent to the face routes, the answer is a status below 500 with a stable code."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hostile_files import HOSTILE, TRICKS, ada
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facewright.wire.faces import RecognizeAnswer

JPEG = {"content-type": "image/jpeg"}
Sent = tuple[str, dict[str, Any]]


def _text(photo: bytes) -> str:
    return base64.b64encode(photo).decode()


def _forms(path: str, field: str = "photo", **options: Any) -> Callable[[bytes], Sent]:
    return lambda photo: (path, {"files": {field: ("a.jpg", photo)}, **options})


# Every way a photo comes in, by the route it takes.
WAYS: dict[str, Callable[[bytes], Sent]] = {
    "raw": lambda photo: ("/v1/recognize", {"content": photo, "headers": JPEG}),
    "a form": _forms("/v1/recognize"),
    "base64": lambda photo: ("/v1/recognize", {"json": {"photos": [_text(photo)]}}),
    "detect": lambda photo: ("/v1/detect", {"content": photo, "headers": JPEG}),
    "embed": lambda photo: ("/v1/embed", {"json": {"photos": [_text(photo)]}}),
}


# It takes seconds to decode; once is enough for these routes.
_SLOW = "a bomb of 60 megapixels in 8 kB"
QUICK = [name for name in HOSTILE if name != _SLOW]


@pytest.mark.parametrize(
    ("way", "name"), [("a form", _SLOW), *((way, name) for way in WAYS for name in QUICK)]
)
def test_hostile_photos_get_their_code_whichever_way_they_come(
    service: httpx.Client, way: str, name: str
) -> None:
    make, _, code = HOSTILE[name]
    path, request = WAYS[way](make())
    response = service.post(path, **request)
    assert "Traceback" not in response.text
    if code:
        assert (response.status_code, response.json()["code"]) == (400, code), response.text
    else:
        assert [photo["faces"] for photo in response.json()["photos"]] == [[]]


@pytest.mark.parametrize("name", QUICK)
def test_hostile_photos_are_never_enrolled_or_compared(service: httpx.Client, name: str) -> None:
    make, _, code = HOSTILE[name]
    photo = make()
    enrolled = service.post("/v1/people/eve/photos", content=photo, headers=JPEG)
    assert enrolled.status_code == 400, enrolled.text
    assert enrolled.json()["code"] == (code or "no-face")
    assert service.get("/v1/people/eve").status_code == 404
    compared = service.post("/v1/verify", json={"photos": [_text(photo), _text(ada())]})
    assert compared.status_code == 400, compared.text
    assert compared.json()["code"] == (code or "no-face-found")


@pytest.mark.parametrize("name", QUICK)
def test_the_facades_refuse_them_in_their_own_words(service: httpx.Client, name: str) -> None:
    make, _, code = HOSTILE[name]
    photo = make()
    theirs = service.post("/api/v1/recognition/recognize", files={"file": ("a.jpg", photo)})
    assert theirs.status_code == 400, theirs.text
    # CompreFace's: 21 no file, 26 no photo, 28 no face, 34 nothing in the part.
    assert theirs.json()["code"] == {"": 28, "no-photo": 34}.get(code, 26), theirs.text
    tensor = {"name": "photo", "datatype": "BYTES", "shape": [1], "data": [_text(photo)]}
    protocol = service.post("/v2/models/recognizer/infer", json={"inputs": [tensor]})
    assert protocol.status_code == (400 if code else 200), protocol.text
    assert code == "" or protocol.json().keys() == {"error"}


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.filterwarnings("ignore:Truncated File Read")
@pytest.mark.parametrize("name", TRICKS)
@pytest.mark.parametrize("way", ["raw", "a form", "base64"])
def test_tricks_around_a_good_photo_change_nothing(
    service: httpx.Client, way: str, name: str
) -> None:
    path, request = WAYS[way](TRICKS[name]())
    response = service.post(path, **request)
    answer = RecognizeAnswer.model_validate_json(response.content)
    assert [face.name for face in answer.photos[0].faces] == ["ada"], response.text


BOUNDARY = {"content-type": "multipart/form-data; boundary=x"}


def form(*parts: tuple[bytes, bytes]) -> bytes:
    return b"".join(b"--x\r\n" + head + b"\r\n\r\n" + body + b"\r\n" for head, body in parts)


FILE = b'Content-Disposition: form-data; name="a"; filename="a.jpg"'
REFUSED: dict[str, tuple[dict[str, str], bytes, int, str]] = {
    "nothing": (JPEG, b"", 400, "no-photo"),
    "another type": ({"content-type": "text/html"}, b"x", 415, "unsupported-media-type"),
    "too long": (JPEG, b"\xff\xd8\xff" + b"\0" * 3_000_001, 413, "body-too-large"),
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
def test_bad_bodies_are_refused_by_name(service: httpx.Client, name: str) -> None:
    headers, body, status, code = REFUSED[name]
    response = service.post("/v1/recognize", content=body, headers=headers)
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
def test_bad_options_are_refused(service: httpx.Client, query: str) -> None:
    response = service.post(f"/v1/recognize?{query}", content=b"x", headers=JPEG)
    assert (response.status_code, response.json()["code"]) == (400, "option"), response.text


@pytest.mark.parametrize("threshold", ["nan", "inf", "2", "-1.5", "high"])
def test_a_threshold_is_a_cosine(service: httpx.Client, threshold: str) -> None:
    response = service.post(f"/v1/verify?threshold={threshold}", content=b"x", headers=JPEG)
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
    service: httpx.Client, path: str, document: object
) -> None:
    body = json.dumps(document).encode()
    response = service.post(path, content=body, headers={"content-type": "application/json"})
    assert response.status_code < 500, response.text
    if response.status_code == 201:  # a name that could be one
        made = quote(response.json()["name"], safe="")
        service.delete(f"/v1/people/{made}")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=300), st.sampled_from([b"", b"--x\r\n", form((FILE, b"\xff\xd8\xff"))]))
def test_any_form_gets_an_answer_below_500(service: httpx.Client, tail: bytes, head: bytes) -> None:
    response = service.post("/v1/recognize", content=head + tail, headers=BOUNDARY)
    assert response.status_code < 500, response.text
