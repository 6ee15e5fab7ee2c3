"""The main job, as a user does it: a project, its scripts, a service, and questions."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from facewright.projects.project import create_project
from facewright.recognizer.sample import SAMPLE_PHOTO
from facewright.training.people import member, write_photos


@pytest.fixture(scope="module")
def project(population: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with its shared folder beside it, not trained yet."""
    place = tmp_path_factory.mktemp("scenario")
    images = place / "shared" / "train" / "images"
    images.parent.mkdir(parents=True)
    images.symlink_to(population / "train")
    return create_project(place / "doors").folder


@pytest.fixture(autouse=True)
def _shared(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACEWRIGHT_SHARED_DIRECTORY", str(project.parent / "shared"))


def _python(project: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


@contextmanager
def _served(project: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "facewright", "score", "serve", "score.py", "--port", "0"]
    with (
        (project / "service.log").open("w") as log,
        subprocess.Popen(
            command, cwd=project, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("Serving on http://127.0.0.1:"), line
            yield line.removeprefix("Serving on ").strip()
        finally:
            process.terminate()
    assert process.returncode == 0


@pytest.fixture(scope="module")
def _trained(project: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FACEWRIGHT_SHARED_DIRECTORY", str(project.parent / "shared"))
        ended = _python(project, "train.py", "--share")
        assert ended.returncode == 0, ended.stderr
        assert "Held-out accuracy: 100.0%" in ended.stdout
        ended = _python(project, "score.py")
    assert (ended.returncode, ended.stdout) == (0, "Wrote outputs/schema.json\n")


@pytest.fixture(scope="module")
def url(project: Path, _trained: None) -> Iterator[str]:
    with _served(project) as address:
        yield address


def test_training_leaves_the_files_of_the_contract(project: Path, url: str) -> None:
    made = {path.name for path in (project / "outputs").iterdir() if path.is_file()}
    assert made == {
        "my_model.h5",
        "my_model.onnx",
        "number_to_text_label.json",
        "training.json",
        "confusion_matrix.png",
        "schema.json",
    }
    shared = {path.name for path in (project.parent / "shared" / "train").iterdir()}
    assert shared == {"images", "my_model.h5", "my_model.onnx", "number_to_text_label.json"}


def test_the_schema_is_plain_json_of_one_string(project: Path, url: str) -> None:
    schema = json.loads((project / "outputs" / "schema.json").read_text())
    entry = schema["input"]["input_bytes"]
    assert entry["type"] == 0
    assert entry["swagger"] == {"type": "string", "example": SAMPLE_PHOTO}
    assert not isinstance(entry["internal"], str)


def test_the_client_script_prints_the_name_as_its_last_line(
    project: Path, url: str, population: Path
) -> None:
    for path in sorted((population / "probes").rglob("*.jpg")):
        ended = _python(project, "call_service.py", "--url", url, "--path", path)
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.splitlines()[-1] == path.parent.name


def test_the_client_script_explains_its_mistakes(project: Path, url: str, tmp_path: Path) -> None:
    missing = _python(project, "call_service.py", "--url", url, "--path", tmp_path / "no.jpg")
    assert missing.returncode == 1
    assert missing.stderr.startswith("error: ")
    assert "Traceback" not in missing.stderr
    nobody = _python(
        project, "call_service.py", "--url", "http://127.0.0.1:9", "--path", project / "train.py"
    )
    assert nobody.returncode == 1
    assert "hint: " in nobody.stderr


def test_the_webcam_script_names_the_faces_of_a_source(
    project: Path, url: str, population: Path
) -> None:
    source = population / "probes" / "bruno" / "*.jpg"
    ended = _python(project, "webcam_detect.py", "--url", url, "--source", source, "--save", "seen")
    assert ended.returncode == 0, ended.stderr
    assert "bruno" in ended.stdout
    assert len(list((project / "seen").glob("*.jpg"))) == 2


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"{", 400, "Input failed JSON deserialization: "),
        (
            b"[]",
            400,
            "Input request does not respect the schema defined by the service's "
            "swagger specification.",
        ),
        (b'{"photo": ""}', 400, "Argument mismatch: Unexpected argument photo"),
        (
            b'{"input_bytes": 3}',
            400,
            "Failed to deserialize input_bytes to type provided by input schema, Error Details: ",
        ),
        (b'{"input_bytes": "?"}', 400, "input_bytes is not base64: "),
        (b'{"input_bytes": "aGVsbG8="}', 400, "not a photo: expected JPEG, PNG, WEBP, BMP, TIFF"),
        (
            b'{"input_bytes": "Y29zCnN5c3RlbQooUyd0cnVlJwp0Ui4="}',
            400,
            "input_bytes is a pickle that asks for `os.system`",
        ),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    url: str, body: bytes, status: int, message: str
) -> None:
    answer = httpx.post(url, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].startswith(message)
    assert "Traceback" not in answer.text


def test_the_answer_is_encoded_twice_as_the_originals_clients_expect(
    url: str, one_face: Path
) -> None:
    import base64

    body = {"input_bytes": base64.b64encode(one_face.read_bytes()).decode()}
    answer: Any = httpx.post(url, json=body).json()
    assert isinstance(answer, str)
    assert json.loads(answer)["index"] == "0"


def test_health_and_swagger_answer(url: str) -> None:
    base = url.removesuffix("/score")
    assert httpx.get(f"{base}/").text == "Healthy"
    assert httpx.get(f"{base}/swagger.json").json()["swagger"] == "2.0"


def test_the_example_of_the_swagger_document_is_answered(url: str) -> None:
    document = httpx.get(f"{url.removesuffix('/score')}/swagger.json").json()
    answer = httpx.post(url, json=document["definitions"]["ServiceInput"]["example"])
    assert answer.status_code == 200
    assert json.loads(answer.json())["unknown"] is True


def test_a_running_service_knows_an_enrolled_person_at_once_and_forgets_at_once(
    project: Path, url: str, tmp_path: Path
) -> None:
    *enrolled, later = write_photos(tmp_path, member("thea"), range(7))

    def name() -> str:
        return _python(project, "call_service.py", "-u", url, "-p", later).stdout.splitlines()[-1]

    assert name() == "unknown"
    added = _python(project, "-m", "facewright", "people", "add", "thea", *enrolled)
    assert added.returncode == 0, added.stderr
    assert name() == "thea"
    removed = _python(project, "-m", "facewright", "people", "remove", "thea", "--yes")
    assert removed.returncode == 0, removed.stderr
    assert name() == "unknown"
    assert not (project / "outputs" / "my_model.gallery").exists()


def test_serving_loads_no_tensorflow(project: Path, url: str, one_face: Path) -> None:
    program = (
        "import score, sys, base64, pathlib; score.init();"
        "score.run(base64.b64encode(pathlib.Path(sys.argv[1]).read_bytes()).decode());"
        "print(sorted({'tensorflow', 'keras', 'onnx', 'h5py', 'matplotlib'} & set(sys.modules)))"
    )
    ended = _python(project, "-c", program, one_face)
    assert ended.stdout == "[]\n", ended.stderr
