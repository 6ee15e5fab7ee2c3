"""`/v1/people…`: enrolling without training, seen by every worker at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from starlette.applications import Starlette

from facewright.faces.face import Pixels
from facewright.gallery import folder
from facewright.serving.thread import serving_in_thread
from facewright.wire.faces import EnrolAnswer, PeopleAnswer, RecognizeAnswer

JPEG = {"content-type": "image/jpeg"}
Photo = Callable[[str, int], bytes]


def name_in(service: httpx.Client, photo: bytes) -> str:
    response = service.post("/v1/recognize", content=photo, headers=JPEG)
    [face] = RecognizeAnswer.model_validate_json(response.content).photos[0].faces
    return face.name


def enrol(service: httpx.Client, name: str, photos: list[bytes], query: str = "") -> EnrolAnswer:
    files = [("photo", (f"{n}.jpg", photo)) for n, photo in enumerate(photos)]
    response = service.post(f"/v1/people/{name}/photos{query}", files=files)
    assert response.status_code in (200, 201), response.text
    return EnrolAnswer.model_validate_json(response.content)


def test_a_stranger_is_enrolled_recognised_renamed_and_forgotten(
    service: httpx.Client, photo_of: Photo
) -> None:
    assert name_in(service, photo_of("thea", 9)) == "unknown"
    done = enrol(service, "thea", [photo_of("thea", n) for n in range(5)])
    assert (done.name, done.added, done.known, done.photos) == ("thea", 5, 0, 5)
    assert name_in(service, photo_of("thea", 9)) == "thea"
    renamed = service.put("/v1/people/thea", json={"name": "Thea Ä"})
    assert renamed.json() == {
        "name": "Thea Ä",
        "source": "enrolled",
        "photos": 5,
        "negatives": 0,
    }
    assert name_in(service, photo_of("thea", 9)) == "Thea Ä"
    assert service.delete("/v1/people/Thea Ä").status_code == 204
    assert name_in(service, photo_of("thea", 9)) == "unknown"
    assert service.get("/v1/people/Thea Ä").status_code == 404


def test_another_worker_sees_the_change_at_once(
    model: Path, service: httpx.Client, photo_of: Photo, app_of: Callable[..., Starlette]
) -> None:
    with (
        serving_in_thread(app_of(model)) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=120) as other,
    ):
        assert name_in(other, photo_of("thea", 9)) == "unknown"
        enrol(service, "thea", [photo_of("thea", n) for n in range(4)])
        assert name_in(other, photo_of("thea", 9)) == "thea"
        assert other.delete("/v1/people/thea").status_code == 204
        assert name_in(service, photo_of("thea", 9)) == "unknown"


def test_everybody_is_listed_in_pages(service: httpx.Client, photo_of: Photo) -> None:
    enrol(service, "thea", [photo_of("thea", 0)])
    whole = PeopleAnswer.model_validate_json(service.get("/v1/people").content)
    assert [(each.name, each.source) for each in whole.people] == [
        ("ada", "trained"),
        ("bruno", "trained"),
        ("clara", "trained"),
        ("thea", "enrolled"),
    ]
    assert whole.next is None
    names: list[str] = []
    after = ""
    while True:
        page = service.get("/v1/people", params={"limit": 2, "after": after})
        answer = PeopleAnswer.model_validate_json(page.content)
        assert answer.total == 4
        names += [each.name for each in answer.people]
        if answer.next is None:
            break
        after = answer.next
    assert names == ["ada", "bruno", "clara", "thea"]


def test_a_photo_is_enrolled_once_and_can_be_taken_out(
    service: httpx.Client, photo_of: Photo
) -> None:
    first = enrol(service, "thea", [photo_of("thea", 0), photo_of("thea", 1)])
    again = enrol(service, "thea", [photo_of("thea", 1)])
    assert (again.added, again.known, again.photos) == (0, 1, 2)
    assert again.photo_ids == first.photo_ids[1:]
    path = f"/v1/people/thea/photos/{first.photo_ids[1]}"
    assert service.delete(path).status_code == 204
    assert service.delete(path).json()["code"] == "photo-not-found"
    assert service.get("/v1/people/thea").json()["photos"] == 1


def test_photos_that_are_not_fit_are_rejected_with_a_reason(
    service: httpx.Client, photo_of: Photo, noise: Pixels, encode: Callable[..., bytes]
) -> None:
    dark = (np.asarray(noise) // 200).astype(np.uint8)
    done = enrol(service, "thea", [photo_of("thea", 0), encode(dark), b"no photo"])
    assert done.added == 1
    assert [(each.photo, each.code) for each in done.rejected] == [
        (1, "no-face"),
        (2, "photo-unreadable"),
    ]
    response = service.post(
        "/v1/people/nobody/photos", content=encode(noise), headers={"content-type": "image/png"}
    )
    assert (response.status_code, response.json()["code"]) == (400, "no-face")
    assert service.get("/v1/people/nobody").status_code == 404


def test_the_strict_gate_refuses_who_looks_like_somebody_else(
    service: httpx.Client, photo_of: Photo
) -> None:
    response = service.post(
        "/v1/people/impostor/photos?gate=strict", content=photo_of("ada", 20), headers=JPEG
    )
    assert response.status_code == 400
    assert response.json()["code"] == "conflicts-with-another-person"
    assert "ada" not in response.text


def test_chips_are_kept_only_when_asked_for(service: httpx.Client, photo_of: Photo) -> None:
    [plain] = enrol(service, "thea", [photo_of("thea", 0)]).photo_ids
    [kept] = enrol(service, "thea", [photo_of("thea", 1)], "?keep_chips=true").photo_ids
    assert service.get(f"/api/v1/recognition/faces/{plain}/img").status_code == 404
    picture = service.get(f"/api/v1/recognition/faces/{kept}/img")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/v1/people", {"name": ""}, 400, "name"),
        ("POST", "/v1/people", {"name": "unknown"}, 400, "name"),
        ("POST", "/v1/people", {"name": " x"}, 400, "name"),
        ("POST", "/v1/people", {"name": "a\u0000b"}, 400, "name"),
        ("POST", "/v1/people", {"name": "x" * 65}, 400, "name"),
        ("POST", "/v1/people", {"name": "x" * 300}, 400, "json"),
        ("POST", "/v1/people", {"name": 3}, 400, "json"),
        ("POST", "/v1/people", {"name": "x", "more": 1}, 400, "json"),
        ("PUT", "/v1/people/nobody", {"name": "x"}, 404, "person-not-found"),
        ("DELETE", "/v1/people/nobody", None, 404, "person-not-found"),
        ("DELETE", "/v1/people/ada", None, 404, "person-not-found"),
        ("GET", "/v1/people/..%2f..%2fetc", None, 404, "person-not-found"),
        ("GET", "/v1/people?limit=0", None, 400, "option"),
        ("GET", "/v1/people?surprise=1", None, 400, "option"),
    ],
)
def test_what_cannot_be_is_refused(
    service: httpx.Client, method: str, path: str, body: Any, status: int, code: str
) -> None:
    response = service.request(method, path, json=body)
    assert (response.status_code, response.json()["code"]) == (status, code), response.text


def test_a_taken_name_is_refused(service: httpx.Client, photo_of: Photo) -> None:
    assert service.post("/v1/people", json={"name": "thea"}).status_code == 201
    assert service.post("/v1/people", json={"name": "THEA"}).status_code == 409
    assert service.post("/v1/people", json={"name": "uma"}).status_code == 201
    for taken in ("uma", "Ada"):
        response = service.put("/v1/people/thea", json={"name": taken})
        assert (response.status_code, response.json()["code"]) == (409, "name-taken")
    # Somebody without photos is nobody's answer.
    assert name_in(service, photo_of("thea", 9)) == "unknown"


def test_photos_under_a_trained_name_help_that_person(
    service: httpx.Client, photo_of: Photo
) -> None:
    done = enrol(service, "ADA", [photo_of("ada", 21)])
    assert done.name == "ada"
    assert name_in(service, photo_of("ada", 20)) == "ada"


def test_where_nothing_can_be_written_it_says_so_and_still_recognises(
    service: httpx.Client, photo_of: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(folder, "write_bytes", read_only)
    response = service.post("/v1/people", json={"name": "thea"})
    assert (response.status_code, response.json()["code"]) == (503, "people-unreachable")
    assert "FACEWRIGHT_GALLERY_URL" in response.json()["hint"]
    assert name_in(service, photo_of("ada", 20)) == "ada"
