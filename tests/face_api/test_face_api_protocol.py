"""The Open Inference Protocol below `/v2`."""

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest

Photo = Callable[[str, int], bytes]


def infer(service: httpx.Client, photos: list[bytes], **more: Any) -> httpx.Response:
    data = [base64.b64encode(photo).decode() for photo in photos]
    tensor = {"name": "photo", "shape": [len(data)], "datatype": "BYTES", "data": data}
    return service.post("/v2/models/recognizer/infer", json={"inputs": [tensor], **more})


def test_faces_are_rows_of_tensors(
    service: httpx.Client, photo_of: Photo, group_photo: bytes
) -> None:
    answer = infer(service, [photo_of("clara", 20), group_photo], id="mine").json()
    assert (answer["model_name"], answer["id"]) == ("recognizer", "mine")
    outputs = {each["name"]: each for each in answer["outputs"]}
    assert outputs["photo"]["data"] == [0, 1, 1]
    assert outputs["name"]["data"][0] == "clara"
    assert set(outputs["name"]["data"][1:]) == {"ada", "bruno"}
    assert outputs["embedding"]["shape"] == [3, 128]
    assert len(outputs["embedding"]["data"]) == 3 * 128
    assert outputs["box"]["shape"] == [3, 4]
    assert all(0 < value <= 1 for value in outputs["probability"]["data"])


def test_only_what_is_asked_for_is_answered(service: httpx.Client, photo_of: Photo) -> None:
    answer = infer(service, [photo_of("ada", 20)], outputs=[{"name": "name"}]).json()
    assert answer["outputs"] == [
        {"name": "name", "shape": [1], "datatype": "BYTES", "data": ["ada"]}
    ]


def test_the_server_and_its_model_describe_themselves(service: httpx.Client) -> None:
    assert service.get("/v2").json()["name"] == "facewright"
    assert service.get("/v2/health/live").json() == {"live": True}
    assert service.get("/v2/health/ready").json()["ready"] is True
    model = service.get("/v2/models/recognizer").json()
    assert model["inputs"] == [{"name": "photo", "datatype": "BYTES", "shape": [-1]}]
    assert {"name": "embedding", "datatype": "FP32", "shape": [-1, 128]} in model["outputs"]
    # The service's own name is taken too.
    assert service.get("/v2/models/faces/versions/1/ready").json()["ready"] is True


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"inputs": []},
        {"inputs": [{"name": "photo", "shape": [2], "datatype": "BYTES", "data": ["aA=="]}]},
        {"inputs": [{"name": "photo", "shape": [1], "datatype": "FP32", "data": ["aA=="]}]},
        {"inputs": [{"name": "photo", "shape": [1], "datatype": "BYTES", "data": ["%"]}]},
        {"inputs": [{"name": "photo", "shape": [1], "datatype": "BYTES", "data": ["aA=="]}]},
        {"inputs": [{"name": "photo", "shape": [0], "datatype": "BYTES", "data": []}]},
    ],
)
def test_what_is_no_photo_is_an_error_in_the_protocols_words(
    service: httpx.Client, body: Any
) -> None:
    response = service.post("/v2/models/recognizer/infer", json=body)
    assert response.status_code == 400
    assert set(response.json()) == {"error"}


def test_another_model_is_not_found(service: httpx.Client) -> None:
    for path in ("/v2/models/other", "/v2/models/recognizer/versions/2"):
        response = service.get(path)
        assert response.status_code == 404
        assert "error" in response.json()
