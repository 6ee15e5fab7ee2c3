"""What folders and object stores promise alike."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from bulk_photos import Counting, fill
from own_port import own_port
from python_elsewhere import python_with
from waiting_part import until

from facewright.bulk.place import Place, open_place
from facewright.bulk.reading import read_faces
from facewright.bulk.recipe import EmbedRecipe
from facewright.bulk.reporter import SilentReporter
from facewright.bulk.run import run_bulk
from facewright.bulk.work import Task
from facewright.errors import BulkError

_S3_SERVER = ("moto==5.2.5", "flask", "flask-cors", "py-partiql-parser", "pyyaml")
_NO_BUCKET = "check the bucket's name, and AWS_ENDPOINT_URL for a store of your own"


@pytest.fixture(scope="module")
def store(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a server that speaks S3; it wants an older dateutil than Kubernetes'."""
    python, port = python_with(pytestconfig.cache, *_S3_SERVER), own_port()
    with (tmp_path_factory.mktemp("s3") / "log").open("wb") as log:
        server = subprocess.Popen(
            [str(python), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=log,
            stderr=log,
        )
    until(lambda: server.poll() is not None or _listens(port))
    yield f"http://127.0.0.1:{port}"
    server.kill()
    server.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def bucket(store: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """Return the URI of an empty bucket of this test's own."""
    from pyarrow.fs import S3FileSystem

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", store)
    name = f"b{abs(hash(request.node.nodeid)):x}"
    S3FileSystem(endpoint_override=store, allow_bucket_creation=True).create_dir(name)
    return f"s3://{name}"


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        return open_place(str(tmp_path / "place"))
    return open_place(request.getfixturevalue("bucket") + "/deep/place")


def test_an_absent_place_is_empty(place: Place) -> None:
    assert list(place.files()) == []
    assert not place.has("a")


def test_what_is_written_is_read_and_listed(place: Place) -> None:
    place.write("b/ü ö.png", b"two")
    place.write("a.png", b"one")
    place.write("a.png", b"three")
    assert place.read("a.png") == b"three"
    assert [(each.path, each.size) for each in place.files()] == [("a.png", 5), ("b/ü ö.png", 3)]
    assert [each.path for each in place.files("b")] == ["b/ü ö.png"]
    assert place.has("b/ü ö.png")
    assert not place.has("b")


def test_hidden_files_are_passed_over(place: Place) -> None:
    place.write(".hidden", b"x")
    place.write(".git/x.png", b"x")
    assert list(place.files()) == []


def test_removing_twice_is_no_error(place: Place) -> None:
    place.write("a", b"x")
    place.remove("a")
    place.remove("a")
    assert not place.has("a")


def test_a_file_that_is_not_there_is_an_error(place: Place) -> None:
    with pytest.raises(BulkError):
        place.read("missing")


def test_photos_of_a_bucket_go_through(bucket: str, recipe: EmbedRecipe, tmp_path: Path) -> None:
    photos = open_place(f"{bucket}/photos")
    for path in fill(tmp_path / "photos", 5).rglob("*.png"):
        photos.write(path.name, path.read_bytes())
    task = Task(source=f"{bucket}/photos", output=f"{bucket}/rows", recipe=recipe)
    assert run_bulk(task, Counting(), SilentReporter(), 2).faces == 5
    assert read_faces(task.output)["path"].to_pylist() == [f"{n}.png" for n in range(5)]
    again = Counting()
    assert run_bulk(task, again, SilentReporter()).known == 5
    assert again.done == []


def test_a_bucket_that_is_not_there_says_so(bucket: str) -> None:
    place = open_place("s3://no-such-bucket-here/x")
    with pytest.raises(BulkError) as raised:
        place.write("a", b"x")
    assert raised.value.hint == _NO_BUCKET
