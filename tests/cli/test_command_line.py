"""The command line as a terminal session."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from facewright import __version__
from facewright.cli import main
from facewright.cli.main import NOUNS
from facewright.training.recipe import Recipe

Run = Callable[..., Any]

HEAVY = (
    "numpy tensorflow keras onnx onnxruntime cv2 dlib PIL matplotlib h5py starlette uvicorn httpx"
)


@pytest.mark.parametrize(
    "statement",
    [
        "import facewright",
        "sys.argv = ['facewright', '--help']; from facewright.cli.main import app\n"
        "try: app()\nexcept SystemExit: pass\nprint()",
        "sys.argv = ['facewright', 'train', '--help']; from facewright.cli.main import app\n"
        "try: app()\nexcept SystemExit: pass\nprint()",
    ],
)
def test_help_loads_no_heavy_library(statement: str) -> None:
    program = f"import sys\n{statement}\nprint('loaded', *sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(ended.stdout.rsplit("loaded", 1)[1].split())
    assert loaded.isdisjoint(HEAVY.split()), loaded & set(HEAVY.split())


def test_help_loads_no_noun_and_a_noun_no_other() -> None:
    # Measured by benchmarks/startup.py: loading them all takes longer than the rest of `--help`.
    program = (
        "import sys, typer\nfrom facewright.cli.main import app\nsys.argv = ['facewright', {}]\n"
        "try: app()\nexcept SystemExit: pass\nprint('loaded', *sys.modules)"
    )

    def nouns(arguments: str) -> set[str]:
        command = [sys.executable, "-c", program.format(arguments)]
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
        loaded = ended.stdout.rsplit("loaded", 1)[1].split()
        return {noun for noun in NOUNS if f"facewright.cli.{noun}" in loaded}

    assert nouns("'--help'") == set()
    assert nouns("'model', 'list', '--help'") == {"model"}


def test_the_list_of_nouns_is_whole() -> None:
    found = {
        place.parent.name
        for place in Path(main.__file__).parent.glob("*/__init__.py")
        if "app = typer.Typer(" in place.read_text(encoding="utf-8")
    }
    assert set(NOUNS) == found


def test_the_version_is_printed(facewright: Run) -> None:
    assert facewright("--version") == (0, f"facewright {__version__}\n", "")


def test_new_makes_a_project_and_says_where_photos_go(facewright: Run, tmp_path: Path) -> None:
    ended = facewright("new", "doors")
    assert ended == (
        0,
        f"Made the project doors in {tmp_path / 'doors'}\n",
        f"Put photos into {tmp_path}/data/share/doors/train/images/<person>/, "
        "then run `train.py`\n",
    )


def test_a_mistake_is_explained_without_a_traceback(facewright: Run, tmp_path: Path) -> None:
    (tmp_path / "doors").mkdir()
    (tmp_path / "doors" / "file").touch()
    assert facewright("new", "doors") == (
        1,
        "",
        f"error: the folder is in use: expected an empty or a new one, "
        f"received {tmp_path / 'doors'}\n"
        "hint: choose another folder; nothing was written\n",
    )


def test_with_debug_the_traceback_is_shown(
    facewright: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACEWRIGHT_DEBUG", "1")
    assert "Traceback" in facewright("train").stderr


def test_training_without_photos_says_what_to_do(facewright: Run, tmp_path: Path) -> None:
    assert facewright("train") == (
        1,
        "",
        "error: no shared folder: this is not a project, and FACEWRIGHT_SHARED_DIRECTORY "
        "is not set\n"
        "hint: name the photos with --photos DIR, or make a project with `facewright new DIR`\n",
    )
    (tmp_path / "empty").mkdir()
    assert facewright("train", "--photos", "empty") == (
        1,
        "",
        "error: no photos: expected empty/<person>/*.jpg, found none\n"
        "hint: make one folder for each person, named as the person, and put photos into it\n",
    )


def test_the_project_names_its_shared_folder(facewright: Run, tmp_path: Path) -> None:
    facewright("new", "doors")
    ended = facewright("train", cwd=tmp_path / "doors")
    assert ended.stderr.startswith(
        f"error: no folder of photos: {tmp_path}/data/share/doors/train/images does not exist\n"
    )


@pytest.mark.parametrize("name", ["FACEWRIGHT_SHARED_DIRECTORY", "AZUREML_NATIVE_SHARE_DIRECTORY"])
def test_the_shared_folder_is_taken_from_the_environment(
    facewright: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, str(tmp_path / "share"))
    assert f"{tmp_path}/share/train/images does not exist" in facewright("train").stderr


def test_every_field_of_the_recipe_is_an_option(facewright: Run) -> None:
    text = facewright("train", "--help").stdout
    for name in (field.name for field in fields(Recipe)):
        assert f"--{name.replace('_', '-')}" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--epochs", "0"), "--epochs is out of range: expected 1 to 10000, received 0"),
        (("--held-out", "0.9"), "--held-out is out of range: expected 0 to 0.5, received 0.9"),
        (("--epochs", "many"), "--epochs"),
    ],
)
def test_a_wrong_option_is_a_usage_error(
    facewright: Run, arguments: tuple[str, ...], message: str
) -> None:
    ended = facewright("train", *arguments)
    assert ended.code == 2
    assert message in " ".join(ended.stderr.replace("│", " ").split())


def test_serving_a_missing_script_is_explained(facewright: Run, tmp_path: Path) -> None:
    assert facewright("score", "serve", "score.py", "--port", 0) == (
        1,
        "",
        f"error: the scoring script {tmp_path / 'score.py'} was not found\n"
        "hint: name the file that defines init() and run(), such as score.py\n",
    )


def test_evaluating_people_takes_the_projects_model_when_none_is_named(
    facewright: Run, tmp_path: Path
) -> None:
    # As the README shows it.
    (tmp_path / "later").mkdir()
    (tmp_path / "others").mkdir()
    ended = facewright("evaluate", "people", "--known", "later", "--strangers", "others")
    assert ended.code == 1
    assert "outputs/my_model.onnx" in ended.stderr
    assert "hint: " in ended.stderr
