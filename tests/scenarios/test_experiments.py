"""The face project as an experiment: a workspace, a target, a run, its history, and an answer."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from docker_part import import_base_image, shared_engine
from sshd_part import SshServer, ssh_server, ssh_user
from waiting_part import until
from wheelhouse import wheelhouse

from facewright.training.people import member, write_photos

Facewright = Callable[..., Any]


@pytest.fixture
def doors(facewright: Facewright, tmp_path: Path) -> Path:
    """Return the folder of a project made in a workspace of its own."""
    made = [
        facewright("workspace", "create", "-n", "house"),
        facewright("project", "create", "-n", "doors", "-w", "house", "--path", tmp_path),
    ]
    assert [ended.code for ended in made] == [0, 0], made
    return tmp_path / "doors"


@pytest.fixture(params=["local", "box", "docker"])
def target(
    request: pytest.FixtureRequest, facewright: Facewright, doors: Path, population: Path
) -> str:
    """Return the name of a target that is attached, prepared and has the photos."""
    name: str = request.param
    request.getfixturevalue(f"_{name}")
    if name != "local":
        _submit_unprepared(facewright, doors, name)
    ended = facewright("experiment", "prepare", "-c", name, cwd=doors)
    assert ended.code == 0, ended
    assert (
        "Nothing to prepare: " in facewright("experiment", "prepare", "-c", name, cwd=doors).stdout
    )
    return name


def _submit_unprepared(facewright: Facewright, doors: Path, name: str) -> None:
    refused = facewright("experiment", "submit", "-c", name, "train.py", cwd=doors)
    assert (refused.code, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"error: the environment of these dependencies is not on {name}\n"
        f"hint: run `facewright experiment prepare -c {name}` first\n"
    )


@pytest.fixture
def _local(population: Path, tmp_path: Path) -> None:
    _bring_photos(population, tmp_path / "data" / "share" / "doors")


@pytest.fixture
def _box(facewright: Facewright, doors: Path, population: Path, run_folder: Path) -> Iterator[None]:
    with ssh_user() as user:
        # As the user's own pip settings there would say.
        wheels = user.key_file.parent / "wheels"
        shutil.copytree(wheelhouse(run_folder), wheels, copy_function=_linked)
        settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
        with ssh_server(user, settings) as server:
            _attach(facewright, doors, server)
            _bring_photos(population, user.folder / "share" / "doors")
            subprocess.run(["chown", "-R", user.name, str(user.folder / "share")], check=True)
            yield


def _linked(source: str, place: str) -> None:
    try:
        Path(place).hardlink_to(source)
    except OSError:  # on another disk
        shutil.copy2(source, place)


def _attach(facewright: Facewright, doors: Path, server: SshServer) -> None:
    user = server.user
    options = ["-n", "box", "-a", server.host, "--port", str(server.port), "-u", user.name]
    options += ["--private-key-file", str(user.key_file)]
    options += ["--fingerprint", server.fingerprint(), "--folder", str(user.folder)]
    attached = facewright("computetarget", "attach", "remote", *options, cwd=doors)
    assert attached.code == 0, attached


@pytest.fixture
def _docker(
    doors: Path,
    population: Path,
    tmp_path: Path,
    run_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    wheels = wheelhouse(run_folder)  # which may need the index
    with shared_engine(run_folder) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
        image = import_base_image(host)
        (doors / "config" / "docker.compute").write_text(
            f"type: docker\nbaseDockerImage: {image}\n"
        )
        _bring_photos(population, tmp_path / "data" / "share" / "doors")
        yield


def test_a_model_trained_on_a_target_answers_here(
    facewright: Facewright, doors: Path, target: str, tmp_path: Path
) -> None:
    submitted = facewright(
        *("experiment", "submit", "-c", target, "train.py", "--epochs", "5"), cwd=doors
    )
    assert submitted.code == 0, submitted
    run = submitted.stdout.splitlines()[0].removeprefix("RunId: ")
    assert "Status: Completed\n" in submitted.stdout
    assert not (doors / "outputs").exists()

    until(lambda: not (tmp_path / "data" / "runs" / "open" / run).exists())
    listed = json.loads(facewright("history", "list", "-o", "json", cwd=doors).stdout)
    (record,) = [each for each in listed if each["run_id"] == run]
    assert (record["status"], record["target"]) == ("Completed", target)
    assert record["held_out_accuracy"] == 1.0
    assert 0 <= record["stranger_rate_low"] <= record["stranger_rate_high"] <= 1, record
    shown = json.loads(facewright("history", "info", "-r", run, "-o", "json", cwd=doors).stdout)
    assert {"figures/confusion_matrix.png", "outputs/my_model.onnx", "logs/driver_log.txt"} <= set(
        shown["attachments"]
    )

    for _ in range(2):
        returned = facewright("experiment", "return", "-r", run, "-t", target, cwd=doors)
        assert "Returned outputs/my_model.onnx\n" in returned.stdout
    assert _answer(doors, tmp_path) == "ada"
    assert json.loads((doors / "outputs" / "training.json").read_text())["training_run"] == run

    scored = facewright("experiment", "submit", "-c", target, "score.py", cwd=doors)
    assert scored.code == 0, scored
    run = scored.stdout.splitlines()[0].removeprefix("RunId: ")
    returned = facewright("experiment", "return", "-r", run, cwd=doors)
    assert returned.stdout == "Returned outputs/schema.json\n"


def _bring_photos(population: Path, shared: Path) -> None:
    (shared / "train").mkdir(parents=True)
    subprocess.run(
        ["cp", "-r", str(population / "train"), str(shared / "train" / "images")], check=True
    )


def _answer(doors: Path, tmp_path: Path) -> str:
    """Return whom the returned model sees in a new photo of Ada."""
    code = (
        "import base64, json, sys; from pathlib import Path; import score; score.init(); "
        "photo = base64.b64encode(Path(sys.argv[1]).read_bytes()).decode(); "
        "print(json.loads(score.run(photo))['name'])"
    )
    (photo,) = write_photos(tmp_path / "new", member("ada"), [97])
    asked = subprocess.run(
        [sys.executable, "-c", code, str(photo)], cwd=doors, capture_output=True, text=True
    )
    assert asked.returncode == 0, asked.stderr
    return asked.stdout.strip()
