"""`facewright image` as people use it; two machines make one digest."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from ended import Ended
from original_keys import original_keys
from package_index import make_index

SCRIPT = "def init(): open('outputs/m.bin')\ndef run(input_bytes): return input_bytes\n"
SCHEMA = {
    "format": 1,
    "input": {
        "input_bytes": {"internal": {"kind": "standard", "python": "str"}, "swagger": {}, "type": 0}
    },
}
FLAGS = ("-f", "score.py", "-r", "python", "-m", "outputs/m.bin", "-s", "outputs/schema.json")
PINNED = ("-p", "requirements.txt")
Run = Callable[..., Ended]


@pytest.fixture(scope="session")
def _wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_index(tmp_path_factory.mktemp("index"))


@pytest.fixture(autouse=True)
def _index(_wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(_wheels))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("FACEWRIGHT_CACHE_DIRECTORY", str(tmp_path / "cache"))


def fill(folder: Path) -> Path:
    (folder / "outputs").mkdir(parents=True)
    (folder / "score.py").write_text(SCRIPT)
    (folder / "requirements.txt").write_text("facewright[serve]\n")
    (folder / "outputs" / "schema.json").write_text(json.dumps(SCHEMA))
    (folder / "outputs" / "m.bin").write_bytes(b"a model")
    return folder


class Made(NamedTuple):
    """What `image create` printed, and the data folder that it left."""

    stdout: str
    data: Path


@pytest.fixture(scope="module")
def _once(_wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    place = tmp_path_factory.mktemp("image")
    variables = {
        **os.environ,
        "PIP_FIND_LINKS": str(_wheels),
        "PIP_NO_INDEX": "1",
        "FACEWRIGHT_DATA_DIRECTORY": str(place / "data"),
        "FACEWRIGHT_CACHE_DIRECTORY": str(place / "cache"),
    }
    command = [sys.executable, "-m", "facewright", "image", "create", "-n", "doors"]
    ended = subprocess.run(
        [*command, *FLAGS, *PINNED],
        cwd=fill(place / "project"),
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return Made(ended.stdout, place / "data")


@pytest.fixture
def made(_once: Made, tmp_path: Path) -> str:
    """Return the id of an image in a data folder of the test's own."""
    shutil.copytree(_once.data, tmp_path / "data")
    match = re.fullmatch(
        r"Creating image\.+Done\.\n"
        r"Image ID: ([0-9a-f-]{36})\n"
        r"More details: 'facewright image show -i \1'\n"
        r"Usage information: 'facewright image usage -i \1'\n",
        _once.stdout,
    )
    assert match, _once.stdout
    return match[1]


def test_an_image_is_listed_shown_and_deleted(facewright: Run, made: str) -> None:
    (listed,) = json.loads(facewright("image", "list").stdout)
    assert (listed["Name"], listed["Version"], listed["Id"]) == ("doors", 1, made)
    assert listed["CreationState"] == "Succeeded"
    assert original_keys("image list") <= set(listed)
    heading = facewright("image", "list", "-o", "table").stdout.splitlines()[0].split()
    assert heading == ["Name", "Id", "Version", "CreatedTime", "CreationState"]
    shown = json.loads(facewright("image", "show", "-i", made).stdout)
    assert (shown["Manifest_Name"], shown["Manifest_Version"]) == ("doors", 1)
    assert original_keys("image show") <= set(shown)
    (image,) = shown["Images"]
    assert image["bill_of_materials"] == "application/vnd.cyclonedx+json"
    assert "facewright.schema" in image["labels"]
    ended = facewright("image", "delete", "-i", made)
    assert ended.stdout == f"Deleted the image doors 1 ({made})\n"
    assert json.loads(facewright("image", "list").stdout) == []


def test_usage_says_what_to_type(facewright: Run, made: str) -> None:
    lines = facewright("image", "usage", "-i", made).stdout.splitlines()
    assert lines[0] == "To create a service of it:"
    assert lines[1] == f"  facewright service create realtime --image-id {made} -n NAME"
    assert "no base image" in lines[3]


def test_an_image_is_scanned_and_exported(facewright: Run, made: str, tmp_path: Path) -> None:
    found = json.loads(facewright("image", "scan", "-i", made).stdout)
    assert {"package", "model"} <= {each["kind"] for each in found}
    place = tmp_path / "layout"
    ended = facewright("image", "export", "-i", made, "-d", place)
    assert ended.stdout == f"Wrote doors:1 to {place}\n"
    assert (place / "oci-layout").is_file()
    ended = facewright("image", "export", "-i", made, "-d", "x.tar", "--format", "docker")
    assert ended.code == 1
    assert ended.stderr.count("error:") == 1
    assert "--base-image python:3.11-slim" in ended.stderr


def test_mistakes_are_told_in_a_line(facewright: Run, tmp_path: Path) -> None:
    nothing = "9d0f6a3e-0000-4000-8000-000000000000"
    for verb in ("show", "usage", "delete", "scan"):
        ended = facewright("image", verb, "-i", nothing)
        assert (ended.code, ended.stdout) == (1, "")
        assert ended.stderr == (
            f"error: there is no image '{nothing}'\n"
            "hint: `facewright image list` shows what there is\n"
        )
    ended = facewright("image", "create", "-n", "doors", "--manifest-id", nothing)
    assert ended.code == 1
    assert f"error: there is no manifest '{nothing}'" in ended.stderr
    assert facewright("image", "create", "-n", "doors").code == 2
    ended = facewright("image", "create", "-n", "d", "--manifest-id", "x", "--image-type", "VM")
    assert ended.code == 2


def test_two_machines_make_one_digest(tmp_path: Path) -> None:
    digests = []
    for place, umask, zone, seed in (
        ("one", "077", "Asia/Tokyo", "1"),
        ("a/longer/place", "002", "America/Lima", "2"),
    ):
        home = tmp_path / place
        project = fill(home / "project")
        for file in project.rglob("*"):
            os.utime(file, (int(seed) * 10_000_000, int(seed) * 10_000_000))
        variables = {
            **os.environ,
            "FACEWRIGHT_DATA_DIRECTORY": str(home / "data"),
            "FACEWRIGHT_CACHE_DIRECTORY": str(home / "cache"),
            "TZ": zone,
            "PYTHONHASHSEED": seed,
        }
        program = f"{sys.executable} -m facewright"
        create = f"{program} image create -n doors {' '.join((*FLAGS, *PINNED))}"
        show = f"{program} image list --query [0].Digest -o json"
        ended = subprocess.run(
            ["sh", "-c", f"umask {umask} && {create} >/dev/null && {show}"],
            cwd=project,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        digests.append(json.loads(ended.stdout))
    assert digests[0] == digests[1]
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", digests[0])
