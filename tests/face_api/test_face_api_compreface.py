"""CompreFace's published SDK, unmodified, against our service."""

import base64
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from python_elsewhere import python_with

from facewright.faces.face import Pixels

_PACKAGES = ("compreface-sdk==0.6.0", "urllib3<2", "setuptools<81")
_CLIENT = Path(__file__).with_name("compreface_client.py")
Photo = Callable[[str, int], bytes]


@pytest.fixture(scope="session")
def sdk_python(pytestconfig: pytest.Config) -> Path:
    """Return a Python that holds the SDK, which needs an older urllib3 than ours."""
    return python_with(pytestconfig.cache, *_PACKAGES)


@pytest.fixture
def photos(tmp_path: Path, photo_of: Photo, noise: Pixels, encode: Callable[..., bytes]) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, number in [("thea", 9), *(("thea", n) for n in range(4)), ("bruno", 20)]:
        (folder / f"{name}-{number}.jpg").write_bytes(photo_of(name, number))
    (folder / "noise.png").write_bytes(encode(noise))
    return folder


def test_the_published_sdk_does_everything(
    service: httpx.Client, sdk_python: Path, photos: Path
) -> None:
    command = [str(sdk_python), str(_CLIENT), str(service.base_url.port), str(photos)]
    plain = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, env=plain
    )
    assert ended.returncode == 0, ended.stderr
    done: dict[str, Any] = json.loads(ended.stdout)
    assert done["before"]["result"][0]["subjects"] == []
    assert done["added"] == {"subject": "thea"}
    assert done["added again"]["code"] == 43
    assert {each["subject"] for each in done["examples"]} == {"thea"}
    assert done["list"]["total_elements"] == len(done["list"]["faces"]) == 4
    assert done["subjects"] == {"subjects": ["thea"]}
    [face] = done["recognized"]["result"]
    [subject] = face["subjects"]
    assert subject["subject"] == "thea"
    assert 0.5 <= subject["similarity"] <= 1
    assert len(face["landmarks"]) == 5
    assert len(face["embedding"]) == 128
    assert set(face["box"]) == {"probability", "x_max", "y_max", "x_min", "y_min"}
    assert done["recognized"]["plugins_versions"]["detector"] == "hog"
    assert done["verified"]["result"][0]["similarity"] > 0.5
    assert done["not verified"]["result"][0]["similarity"] < 0.5
    [compared] = done["two photos"]["result"]
    assert compared["face_matches"][0]["similarity"] > 0.5
    assert "box" in compared["source_image_face"]
    assert "subjects" not in done["detected"]["result"][0]
    assert done["no face"] == {"message": "No face is found in the given image", "code": 28}
    assert done["renamed"] == {"updated": True}
    assert "image_id" in done["example deleted"] or done["example deleted"]["code"] == 44
    assert done["all deleted"]["deleted"] >= 3
    assert done["subject deleted"] == {"subject": "Thea"}
    assert done["subject deleted again"]["code"] == 42
    assert done["everybody deleted"] == {"deleted": 0}
    assert done["after"]["result"][0]["subjects"] == []


def post(service: httpx.Client, path: str, photo: bytes) -> httpx.Response:
    return service.post("/api/v1" + path, files={"file": ("photo.jpg", photo)})


def test_base64_is_taken_too(service: httpx.Client, photo_of: Photo) -> None:
    text = base64.b64encode(photo_of("ada", 20)).decode()
    response = service.post("/api/v1/recognition/recognize", json={"file": text})
    assert response.json()["result"][0]["subjects"][0]["subject"] == "ada"


def test_embeddings_are_named_and_compared(service: httpx.Client, photo_of: Photo) -> None:
    def embedding(name: str) -> list[float]:
        path = "/recognition/recognize?face_plugins=calculator"
        vector: list[float] = post(service, path, photo_of(name, 20)).json()["result"][0][
            "embedding"
        ]
        return vector

    ada, hugo = embedding("ada"), embedding("hugo")
    named = service.post(
        "/api/v1/recognition/embeddings/recognize", json={"embeddings": [ada, hugo]}
    ).json()["result"]
    assert named[0]["similarities"][0]["subject"] == "ada"
    assert named[1]["similarities"] == []
    compared = service.post(
        "/api/v1/verification/embeddings/verify", json={"source": ada, "targets": [ada, hugo]}
    ).json()["result"]
    assert compared[0]["similarity"] > 0.5 > compared[1]["similarity"]


def test_a_subject_is_merged_into_another(service: httpx.Client, photo_of: Photo) -> None:
    for name, number in [("thea", 0), ("uma", 1)]:
        path = f"/recognition/faces?subject={name}"
        assert post(service, path, photo_of("thea", number)).status_code == 201
    response = service.put("/api/v1/recognition/subjects/thea", json={"subject": "uma"})
    assert response.json() == {"updated": True}
    faces = service.get("/api/v1/recognition/faces").json()
    assert [face["subject"] for face in faces["faces"]] == ["uma", "uma"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/recognition/recognize", {}, 400, 34),
        ("POST", "/recognition/recognize", {"file": "%%%"}, 400, 36),
        ("POST", "/recognition/recognize", {"file": "aGVsbG8="}, 400, 26),
        ("POST", "/recognition/recognize?limit=-1", {"file": "aGVsbG8="}, 400, 36),
        ("POST", "/recognition/recognize?det_prob_threshold=nan", {"file": "aA=="}, 400, 36),
        ("POST", "/recognition/faces", {"file": "aA=="}, 400, 33),
        ("POST", "/recognition/subjects", {"subject": ""}, 400, 26),
        ("PUT", "/recognition/subjects/nobody", {"subject": "x"}, 404, 42),
        ("DELETE", "/recognition/faces/none", None, 404, 44),
        ("POST", "/recognition/faces/delete", {"a": 1}, 400, 36),
        ("POST", "/recognition/embeddings/recognize", {"embeddings": [[1.0]]}, 400, 36),
        ("POST", "/recognition/embeddings/recognize", {"embeddings": [[0.0] * 128]}, 400, 36),
        ("GET", "/recognition/faces?size=0", None, 400, 36),
        ("GET", "/recognition/faces?subject=nobody", None, 404, 42),
    ],
)
def test_errors_have_compreface_numbers(
    service: httpx.Client, method: str, path: str, body: Any, status: int, code: int
) -> None:
    response = service.request(method, "/api/v1" + path, json=body)
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert set(response.json()) == {"code", "message"}


def test_several_faces_cannot_be_an_example(service: httpx.Client, group_photo: bytes) -> None:
    response = post(service, "/recognition/faces?subject=thea", group_photo)
    assert (response.status_code, response.json()["code"]) == (400, 31)
