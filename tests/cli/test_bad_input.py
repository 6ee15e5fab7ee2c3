"""What model management says to bad input, word for word; nothing is kept of it."""

import gc
import json
import os
import socket
import subprocess
from pathlib import Path

import h5py
import pytest
from ended import Ended
from service_images import Shelf, script
from service_records import record_image
from small_disk import small_disk
from typed import typed

NAME = "1 to 255 letters, digits, dots, dashes or underscores, which are no id"
NOTHING = "0" * 32
SCHEMA = {
    "format": 1,
    "input": {
        "input_bytes": {"internal": {"kind": "standard", "python": "str"}, "swagger": {}, "type": 0}
    },
}
CREATE = ("manifest", "create", "-n", "doors", "-f", "score.py", "-r")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a project whose schema does not fit its script, and where no engine answers."""
    folder = tmp_path / "doors"
    (folder / "outputs").mkdir(parents=True)
    (folder / "score.py").write_text("def init(): ...\ndef run(photo): ...\n")
    (folder / "outputs" / "schema.json").write_text(json.dumps(SCHEMA))
    (folder / "outputs" / "secret").symlink_to("/etc/hostname")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return the data folder of the test."""
    return tmp_path / "data"


def failed(error: str, hint: str) -> Ended:
    return Ended(1, "", f"error: {error}\nhint: {hint}\n")


@pytest.mark.parametrize(
    ("words", "kind", "list_"),
    [
        (("model", "show", "-m"), "model", "model list"),
        (("model", "download", "-m"), "model", "model list"),
        (("model", "delete", "-y", "-m"), "model", "model list"),
        (("manifest", "show", "-i"), "manifest", "manifest list"),
        (("manifest", "delete", "-i"), "manifest", "manifest list"),
        (("image", "show", "-i"), "image", "image list"),
        (("image", "usage", "-i"), "image", "image list"),
        (("image", "delete", "-i"), "image", "image list"),
        (("service", "create", "realtime", "-n", "doors", "--image-id"), "image", "image list"),
        (("service", "show", "realtime", "-i"), "service", "service list realtime"),
        (("service", "scale", "realtime", "-z", 2, "-i"), "service", "service list realtime"),
        (("service", "update", "realtime", "-z", 2, "-i"), "service", "service list realtime"),
        (("env", "show", "-n"), "environment", "env list"),
        (("env", "set", "-n"), "environment", "env list"),
        (("env", "delete", "-n"), "environment", "env list"),
        (
            ("account", "modelmanagement", "show", "-n"),
            "account",
            "account modelmanagement list",
        ),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_an_id_that_nothing_has(
    capsys: pytest.CaptureFixture[str], words: tuple[object, ...], kind: str, list_: str
) -> None:
    ended = typed(capsys, *words, NOTHING)
    hint = f"`facewright {list_}` shows what there is"
    assert ended == failed(f"there is no {kind} '{NOTHING}'", hint)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("model", "register", "-m", "score.py", "-n", "a/b"), f"a model: expected {NAME}"),
        ((*CREATE[:3], "a/b", *CREATE[4:], "python"), f"a manifest: expected {NAME}"),
        (
            ("service", "create", "realtime", "--image-id", "x", "-n", "a/b"),
            "a service: expected 3 to 32 small letters, digits, dashes or dots, a letter or digit "
            "at both ends",
        ),
        (
            ("env", "setup", "-n", "a/b"),
            "an environment: expected 1 to 20 small letters or digits",
        ),
        (
            ("account", "modelmanagement", "create", "-n", "a/b"),
            "an account: expected 2 to 32 letters, digits or dashes, the first not a dash",
        ),
    ],
)
def test_a_name_that_cannot_be_one(
    capsys: pytest.CaptureFixture[str], project: Path, words: tuple[str, ...], error: str
) -> None:
    ended = typed(capsys, *words)
    assert ended == failed(f"not a name for {error}, received 'a/b'", "choose another name")


@pytest.mark.parametrize(
    ("words", "error", "hint"),
    [
        (
            (*CREATE, "spark-py"),
            "the runtime 'spark-py' is not run: expected python",
            "Facewright has no Spark; write run() with numpy or pandas and name -r python",
        ),
        (
            (*CREATE, "R"),
            "the runtime 'R' is not run: expected python",
            "name -r python",
        ),
        (
            (*CREATE, "python", "-s", "outputs/schema.json"),
            "the schema does not fit score.py: Argument mismatch: Provided run function has no "
            "argument input_bytes, which was declared as an input; it has photo",
            "run the script (`python score.py`) to write its schema again",
        ),
        (
            (*CREATE, "python", "-d", "../elsewhere"),
            "a dependency lies elsewhere: expected a path below the current folder, received "
            "'../elsewhere'",
            "go to the folder that holds it, or copy it there; paths stay in the image as they are "
            "named",
        ),
        (
            (*CREATE, "python", "-d", "outputs/secret"),
            "a link leads to what no image can hold: 'outputs/secret'",
            "copy what it points to into the folder",
        ),
        (
            ("model", "register", "-n", "m", "-m", "outputs"),
            "not a file or a folder: expected one, received a link: outputs/secret",
            "name the file itself, or copy what is meant into the folder",
        ),
    ],
)
def test_what_no_manifest_or_model_can_be_made_of(
    capsys: pytest.CaptureFixture[str],
    project: Path,
    words: tuple[str, ...],
    error: str,
    hint: str,
) -> None:
    assert typed(capsys, *words) == failed(error, hint)
    for noun in ("model", "manifest"):
        assert json.loads(typed(capsys, noun, "list").stdout) == []


def test_a_keras_file_with_code_in_it(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    layer = {"class_name": "Lambda", "config": {"name": "boom", "function": ["…", None, None]}}
    with h5py.File("outputs/evil.h5", "w") as file:
        config = {"class_name": "Sequential", "config": {"layers": [layer]}}
        file.attrs["model_config"] = json.dumps(config)
    ended = typed(capsys, "model", "register", "-m", "outputs/evil.h5", "-n", "evil")
    assert ended.code == 1
    assert ended.stderr.splitlines() == [
        "Keeping the model",
        "error: evil.h5 carries code: expected only layers built into Keras, received a Lambda "
        "layer named 'boom'",
        "hint: build the network from built-in layers and train it again; stored code is never run",
    ]


def test_a_model_whose_bytes_were_changed(
    capsys: pytest.CaptureFixture[str], project: Path, data: Path
) -> None:
    made = typed(capsys, "model", "register", "-m", "score.py", "-n", "notes").stdout
    id = made.splitlines()[1].removeprefix("Id: ")
    (blob,) = (data / "store" / "sha256").glob("[0-9a-f]*")
    blob.chmod(0o644)
    blob.write_bytes(b"other")
    ended = typed(capsys, "model", "download", "-m", "notes", "-d", "here")
    assert ended.stderr.splitlines()[1:] == [
        f"error: score.py of the model notes 1 ({id}) is damaged: its digest is now sha256:"
        "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa; expected "
        f"sha256:{blob.name}",
        f"hint: register the same file again, which mends it, or restore {blob} from a backup",
    ]
    assert not Path("here/score.py").exists()


def test_a_port_that_is_taken(
    capsys: pytest.CaptureFixture[str], project: Path, data: Path, run_folder: Path
) -> None:
    image = record_image(data, Shelf(run_folder / "images-process"), script("one"))
    words = ("service", "create", "realtime", "-n", "doors", "--image-id", image, "--port")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert typed(capsys, *words, port) == failed(
            f"cannot listen on 127.0.0.1:{port}: the port is in use, or not open to you",
            "choose another port with --port, or leave it out for a free one",
        )
    assert typed(capsys, *words, 70_000) == Ended(
        1, "", "error: --port is out of range: expected 1 to 65535, received 70000\n"
    )
    assert json.loads(typed(capsys, "service", "list", "realtime").stdout) == []


# The Docker library leaves its socket open when nobody listens.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_engine_that_does_not_run(
    capsys: pytest.CaptureFixture[str], project: Path, data: Path, run_folder: Path
) -> None:
    image = record_image(data, Shelf(run_folder / "images-process"), script("one"))
    made = typed(capsys, "env", "setup", "-n", "boxes", "--engine", "docker")
    assert made.stderr == "No container engine answers now; services need one\n"
    typed(capsys, "env", "set", "-n", "boxes")
    ended = typed(capsys, "service", "create", "realtime", "-n", "doors", "--image-id", image)
    assert ended.code == 1
    assert ended.stderr.startswith("error: no container engine answers: ")
    assert "point DOCKER_HOST at its socket" in ended.stderr
    assert json.loads(typed(capsys, "service", "list", "realtime").stdout) == []
    gc.collect()


def test_a_full_disk(
    capsys: pytest.CaptureFixture[str],
    project: Path,
    tmp_path: Path,
    run_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (project / "large.bin").write_bytes(os.urandom(12 << 20))
    with small_disk(tmp_path / "small", 8) as small:
        monkeypatch.setenv("FACEWRIGHT_DATA_DIRECTORY", str(small))
        image = record_image(small, Shelf(run_folder / "images-process"), script("one"))
        register = ("model", "register", "-n", "large", "-m", "large.bin")
        assert typed(capsys, *register).stderr.splitlines()[1:] == [
            "error: the file cannot be kept: large.bin: No space left on device",
            "hint: make it readable, or make room; then repeat the command",
        ]
        create = ("service", "create", "realtime", "-n", "doors", "--image-id", image)
        assert typed(capsys, *create).stderr.splitlines()[1:] == [
            "error: the disk is full: No space left on device",
            "hint: make room there, and repeat the command",
        ]
        assert json.loads(typed(capsys, "service", "list", "realtime").stdout) == []
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        assert typed(capsys, *register).code == 0
