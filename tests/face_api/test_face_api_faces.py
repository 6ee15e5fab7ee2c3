"""`/v1/recognize`, `/v1/detect`, `/v1/verify`, `/v1/embed`, `/v1/model`."""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from facewright.faces.face import Pixels
from facewright.scoring import Script
from facewright.serving.app import create_app
from facewright.serving.thread import serving_in_thread
from facewright.wire.faces import (
    DetectAnswer,
    EmbedAnswer,
    ModelAnswer,
    RecognizeAnswer,
    VerifyAnswer,
)

JPEG = {"content-type": "image/jpeg"}
Photo = Callable[[str, int], bytes]


def recognized(service: httpx.Client, path: str = "/v1/recognize", **sent: Any) -> RecognizeAnswer:
    response = service.post(path, **sent)
    assert response.status_code == 200, response.text
    return RecognizeAnswer.model_validate_json(response.content)


def test_a_raw_photo_is_answered_with_everything(service: httpx.Client, photo_of: Photo) -> None:
    response = service.post("/v1/recognize", content=photo_of("ada", 20), headers=JPEG)
    answer = RecognizeAnswer.model_validate_json(response.content)
    assert answer.request_id == response.headers["x-request-id"]
    [photo] = answer.photos
    [face] = photo.faces
    assert (face.name, face.unknown, face.index) == ("ada", False, "0")
    assert 0.5 < face.probability <= 1
    assert 0.8 < face.similarity <= 1
    assert face.margin is not None
    assert face.margin > 0
    assert face.quality is not None
    assert face.quality.reason is None
    assert len(face.landmarks) == 5
    assert face.candidate is None
    assert face.embedding is None
    assert set(photo.timings_ms) == {"decode", "detect", "align", "embed", "classify"}
    assert face.box_normalized.left == pytest.approx(face.box.left / photo.width, abs=1e-5)
    assert face.box_normalized.bottom == pytest.approx(face.box.bottom / photo.height, abs=1e-5)


def test_the_three_ways_to_send_photos_answer_the_same(
    service: httpx.Client, photo_of: Photo
) -> None:
    photos = [photo_of("ada", 20), photo_of("bruno", 20)]
    single = [recognized(service, content=photo, headers=JPEG).photos[0].faces for photo in photos]
    files = [("photo", (f"{n}.jpg", photo, "image/jpeg")) for n, photo in enumerate(photos)]
    form = recognized(service, files=files)
    encoded = {"photos": [base64.b64encode(photo).decode() for photo in photos]}
    json = recognized(service, json=encoded)
    for several in (form, json):
        for photo, alone in zip(several.photos, single, strict=True):
            [face], [same] = photo.faces, alone
            assert (face.name, face.box) == (same.name, same.box)
            assert face.similarity == pytest.approx(same.similarity, abs=1e-5)


def test_a_candidate_and_an_embedding_come_only_when_asked_for(
    service: httpx.Client, photo_of: Photo
) -> None:
    answer = recognized(
        service,
        "/v1/recognize?detail=candidate,embedding",
        content=photo_of("hugo", 20),
        headers=JPEG,
    )
    [face] = answer.photos[0].faces
    assert face.unknown
    assert face.name == "unknown"
    assert face.candidate in {"ada", "bruno", "clara"}
    assert face.embedding is not None
    assert np.linalg.norm(face.embedding) == pytest.approx(1, abs=1e-4)


def test_a_bad_photo_does_not_fail_its_neighbour(service: httpx.Client, photo_of: Photo) -> None:
    files = [("a", ("a.jpg", b"not a photo")), ("b", ("b.jpg", photo_of("clara", 20)))]
    bad, good = recognized(service, files=files).photos
    assert bad.error is not None
    assert (bad.error.status, bad.error.code) == (400, "photo-unreadable")
    assert good.error is None
    assert [face.name for face in good.faces] == ["clara"]


def test_a_photo_without_a_face_has_an_empty_answer(
    service: httpx.Client, noise: Pixels, encode: Callable[..., bytes]
) -> None:
    answer = recognized(service, content=encode(noise), headers={"content-type": "image/png"})
    assert answer.photos[0].faces == ()
    assert (answer.photos[0].width, answer.photos[0].height) == (320, 240)


def test_limit_keeps_the_largest_faces(service: httpx.Client, group_photo: bytes) -> None:
    everybody = recognized(service, content=group_photo, headers=JPEG).photos[0].faces
    assert {face.name for face in everybody} == {"ada", "bruno"}
    [first] = (
        recognized(service, "/v1/recognize?limit=1", content=group_photo, headers=JPEG)
        .photos[0]
        .faces
    )
    assert first.box == everybody[0].box


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_boxes_are_in_pixels_of_the_upright_photo(
    service: httpx.Client, photo_of: Photo, orientation: int
) -> None:
    upright = Image.open(io.BytesIO(photo_of("ada", 20)))
    undo = {
        1: None,
        3: Image.Transpose.ROTATE_180,
        6: Image.Transpose.ROTATE_90,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    held = upright if undo is None else upright.transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    held.save(file, "JPEG", quality=95, exif=exif)
    [photo] = recognized(service, content=file.getvalue(), headers=JPEG).photos
    [plain] = recognized(service, content=photo_of("ada", 20), headers=JPEG).photos
    assert (photo.width, photo.height) == (plain.width, plain.height)
    assert photo.faces[0].name == "ada"
    assert photo.faces[0].box.left == pytest.approx(plain.faces[0].box.left, abs=12)
    assert photo.faces[0].box.top == pytest.approx(plain.faces[0].box.top, abs=12)


def test_detect_asks_nobodys_name(service: httpx.Client, photo_of: Photo) -> None:
    response = service.post("/v1/detect", content=photo_of("ada", 20), headers=JPEG)
    [photo] = DetectAnswer.model_validate_json(response.content).photos
    assert len(photo.faces) == 1
    assert "name" not in response.json()["photos"][0]["faces"][0]
    assert set(photo.timings_ms) == {"decode", "detect", "align"}


def test_two_photos_of_one_person_verify_and_of_two_do_not(
    service: httpx.Client, photo_of: Photo
) -> None:
    def verify(other: bytes, query: str = "") -> VerifyAnswer:
        files = [("first", ("1.jpg", photo_of("ada", 20))), ("second", ("2.jpg", other))]
        response = service.post("/v1/verify" + query, files=files)
        assert response.status_code == 200, response.text
        return VerifyAnswer.model_validate_json(response.content)

    same, other = verify(photo_of("ada", 21)), verify(photo_of("bruno", 20))
    assert same.same
    assert same.similarity > same.threshold > other.similarity
    assert not other.same
    assert verify(photo_of("bruno", 20), "?threshold=-1").same


def test_verify_takes_two_photos(service: httpx.Client, photo_of: Photo) -> None:
    response = service.post("/v1/verify", content=photo_of("ada", 20), headers=JPEG)
    assert (response.status_code, response.json()["code"]) == (400, "two-photos")


def test_verify_without_a_face_says_which_photo(
    service: httpx.Client, photo_of: Photo, noise: Pixels, encode: Callable[..., bytes]
) -> None:
    files = [("a", ("a.jpg", photo_of("ada", 20))), ("b", ("b.png", encode(noise)))]
    response = service.post("/v1/verify", files=files)
    assert (response.status_code, response.json()["code"]) == (400, "no-face-found")
    assert response.json()["detail"] == "no face was found in photo 2 of 320 x 240 pixels"


def test_embeddings_say_with_which_others_they_compare(
    service: httpx.Client, photo_of: Photo
) -> None:
    response = service.post("/v1/embed", content=photo_of("ada", 20), headers=JPEG)
    answer = EmbedAnswer.model_validate_json(response.content)
    assert answer.dimension == len(answer.photos[0].faces[0].embedding) == 128
    model = ModelAnswer.model_validate_json(service.get("/v1/model").content)
    assert answer.contract == model.contract


def test_the_model_says_what_its_threshold_stands_on(service: httpx.Client) -> None:
    model = ModelAnswer.model_validate_json(service.get("/v1/model").content)
    assert set(model.labels) == {"ada", "bruno", "clara", "unknown"}
    assert model.detector == "hog"
    assert model.enrolled == 0
    assert -1 <= model.threshold <= 1
    assert model.evidence


def test_small_faces_are_found_when_asked_for(service: httpx.Client, photo_of: Photo) -> None:
    near = Image.open(io.BytesIO(photo_of("ada", 20))).resize((800, 900))
    far = Image.open(io.BytesIO(photo_of("bruno", 20)))
    far.thumbnail((170, 170))
    scene = Image.new("RGB", (1000, 900), (120, 130, 140))
    scene.paste(near, (0, 0))
    scene.paste(far, (1000 - far.width, 0))
    file = io.BytesIO()
    scene.save(file, "JPEG", quality=95)
    sent: dict[str, Any] = {"content": file.getvalue(), "headers": JPEG}
    quick = recognized(service, **sent).photos[0].faces
    close = recognized(service, "/v1/recognize?small=true", **sent).photos[0].faces
    assert len(quick) == 1
    assert len(close) == 2
    assert close[0].name == "ada"


def test_very_large_jpegs_are_answered_in_their_own_pixels(
    service: httpx.Client, photo_of: Photo
) -> None:
    plain = Image.open(io.BytesIO(photo_of("ada", 20)))
    factor = 10
    file = io.BytesIO()
    plain.resize((plain.width * factor, plain.height * factor), Image.Resampling.BICUBIC).save(
        file, "JPEG", quality=80
    )
    [large] = recognized(service, content=file.getvalue(), headers=JPEG).photos
    [small] = recognized(service, content=photo_of("ada", 20), headers=JPEG).photos
    assert (large.width, large.height) == (plain.width * factor, plain.height * factor)
    [face], [same] = large.faces, small.faces
    assert face.name == "ada"
    assert face.box.left / factor == pytest.approx(same.box.left, abs=15)
    assert face.box_normalized.left == pytest.approx(same.box_normalized.left, abs=0.05)
    assert np.abs(np.array(face.landmarks) / factor - np.array(same.landmarks)).max() < 8


def test_a_service_without_a_recognizer_has_no_face_routes() -> None:
    def run(input_bytes: str) -> str:
        return input_bytes

    with serving_in_thread(create_app(Script(Path("score.py"), run))) as url:
        response = httpx.post(url + "/v1/recognize", content=b"x", trust_env=False)
    assert response.status_code == 404


def test_both_routes_are_counted(service: httpx.Client, photo_of: Photo) -> None:
    def counted() -> dict[str, float]:
        lines = service.get("/metrics").text.splitlines()
        wanted = ("facewright_faces_total{", "facewright_inference_stage_duration_seconds_count{")
        pairs = (line.rsplit(" ", 1) for line in lines if line.startswith(wanted))
        return {name: float(value) for name, value in pairs}

    answered = service.post("/v1/recognize", content=photo_of("ada", 20), headers=JPEG)
    assert answered.status_code == 200
    before = counted()
    body = base64.b64encode(photo_of("ada", 20))
    assert service.post("/score", content=body).status_code == 200
    more = {name: value - before[name] for name, value in counted().items()}
    assert more.pop('facewright_faces_total{answer="unknown"}') == 0
    assert more.pop('facewright_faces_total{answer="named"}') == 1
    assert more == dict.fromkeys(more, 1.0)
    assert len(more) == 5
