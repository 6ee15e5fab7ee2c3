"""Two replicas of a service whose people are in one database."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from serving_process import until
from starlette.applications import Starlette

from facewright.gallery import current
from facewright.gallery.place import people_in_database
from facewright.serving.thread import serving_in_thread
from facewright.training.train import TrainingResult
from facewright.wire.faces import RecognizeAnswer

Photo = Callable[[str, int], bytes]
JPEG = {"content-type": "image/jpeg"}


@pytest.fixture
def replicas(
    trained: TrainingResult,
    app_of: Callable[..., Starlette],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[list[httpx.Client]]:
    monkeypatch.setattr(current, "LOOK_SECONDS", 0.02)
    with ExitStack() as stack:
        clients = []
        for name in ("one", "two"):  # neither has a folder of the other
            (tmp_path / name).mkdir()
            model = Path(shutil.copy(trained.files["my_model.onnx"], tmp_path / name))
            with people_in_database(f"sqlite:///{tmp_path / 'people.db'}?gallery=doors"):
                url = stack.enter_context(serving_in_thread(app_of(model)))
            client = httpx.Client(base_url=url, trust_env=False, timeout=120)
            clients.append(stack.enter_context(client))
        yield clients


def name_of(client: httpx.Client, photo: bytes) -> str:
    response = client.post("/v1/recognize", content=photo, headers=JPEG)
    [photo_answer] = RecognizeAnswer.model_validate_json(response.content).photos
    return photo_answer.faces[0].name


def test_who_is_enrolled_at_one_replica_is_recognised_by_the_other_until_removed(
    replicas: list[httpx.Client], photo_of: Photo, tmp_path: Path
) -> None:
    one, two = replicas
    probe = photo_of("thea", 9)
    assert name_of(two, probe) == "unknown"
    files = [("photo", ("a.jpg", photo_of("thea", number))) for number in range(4)]
    assert one.post("/v1/people/thea/photos", files=files).status_code == 201
    assert name_of(one, probe) == "thea"
    until(lambda: name_of(two, probe) == "thea")
    assert two.get("/v1/people/thea").json()["photos"] == 4
    assert two.delete("/v1/people/thea").status_code == 204
    assert name_of(two, probe) == "unknown"
    until(lambda: name_of(one, probe) == "unknown")
    assert not list(tmp_path.glob("*/my_model.gallery"))


def test_while_the_database_is_away_photos_are_recognised_and_changes_are_put_off(
    replicas: list[httpx.Client], photo_of: Photo, tmp_path: Path
) -> None:
    one, _ = replicas
    file = tmp_path / "people.db"
    assert one.post("/v1/people", json={"name": "thea"}).status_code == 201
    for each in tmp_path.glob("people.db*"):
        each.unlink()
    file.mkdir()
    # A connection that was open stays so; a new one meets what happened.
    answers = [one.post("/v1/people", json={"name": f"uma {number}"}) for number in range(3)]
    refused = answers[-1]
    assert (refused.status_code, refused.json()["code"]) == (503, "people-unreachable")
    assert int(refused.headers["retry-after"]) >= 1
    assert "people.db" not in refused.text
    assert name_of(one, photo_of("ada", 20)) == "ada"
    assert one.get("/openapi.json").json()["paths"]["/v1/people"]["post"]["responses"]["503"]
