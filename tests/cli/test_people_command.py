"""`facewright people` as a terminal session."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from facewright.cli.console import Console
from facewright.cli.people.enrolment import Enrolment, Request
from facewright.cli.people.options import open_gallery
from facewright.recognizer.recognizer import Recognizer
from facewright.system.digest import of_file
from facewright.training.train import TrainingResult

Run = Callable[..., Any]


@pytest.fixture
def model(trained: TrainingResult, tmp_path: Path) -> Path:
    """Return a trained model where the commands look for it."""
    place = tmp_path / "outputs" / "my_model.onnx"
    place.parent.mkdir()
    return Path(shutil.copy(trained.files["my_model.onnx"], place))


@pytest.fixture
def hugo(population: Path, tmp_path: Path) -> list[Path]:
    """Return two photos of somebody the model does not know, beside the model's folder."""
    found = sorted((population / "probes" / "unknown").iterdir())
    return [
        Path(shutil.copy(photo, tmp_path / f"hugo-{number}{photo.suffix}"))
        for number, photo in enumerate(found)
    ]


@pytest.fixture(scope="module")
def enrolled(
    trained: TrainingResult, population: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a gallery to which Hugo was added, made once."""
    place = tmp_path_factory.mktemp("enrolled")
    recognizer = Recognizer.load(trained.files["my_model.onnx"])
    gallery = open_gallery(place / "my_model.onnx", None, recognizer.contract)
    photos = sorted((population / "probes" / "unknown").iterdir())
    enrolment = Enrolment(recognizer, gallery, Request("Hugo", tuple(photos), (), "standard"))
    enrolment.look(Console())
    enrolment.write()
    return place / "my_model.gallery"


@pytest.fixture
def with_hugo(model: Path, hugo: list[Path], enrolled: Path) -> Path:
    """Return a gallery of the test's own to which Hugo was added."""
    return Path(shutil.copytree(enrolled, model.with_suffix(".gallery")))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes() if file.is_file() else b"/"
        for file in folder.rglob("*")
    }


def altered(photo: Path, name: str, change: Callable[[Image.Image], Image.Image]) -> Path:
    with Image.open(photo) as image:
        changed = change(image.convert("RGB"))
    changed.save(photo.with_name(name))
    return photo.with_name(name)


def twice(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.concatenate([np.asarray(image)] * 2, axis=1))


@pytest.mark.usefixtures("model")
def test_a_person_is_added_listed_shown_renamed_and_removed(
    hugo: list[Path], facewright: Run, tmp_path: Path
) -> None:
    before = contents(tmp_path)
    assert facewright("people", "list") == (
        0,
        "",
        "Nobody was added yet; `facewright people add NAME PHOTO…` adds a person\n",
    )
    assert facewright("people", "add", "Hugo", *hugo) == (
        0,
        "Added 2 photos of Hugo\n",
        "Looking at photos: 2\n",
    )
    assert facewright("people", "list").stdout == (
        "┏━━━━━━┳━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━┓\n"
        "┃ name ┃ photos ┃ negatives ┃ chips ┃\n"
        "┡━━━━━━╇━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━┩\n"
        "│ Hugo │      2 │         0 │     0 │\n"
        "└──────┴────────┴───────────┴───────┘\n"
    )
    assert facewright("people", "rename", "hugo", "Hugo B") == (0, "Renamed Hugo to Hugo B\n", "")
    shown = facewright("people", "show", "Hugo B", "-o", "json")
    assert json.loads(shown.stdout) == {
        "name": "Hugo B",
        "photos": [{"digest": of_file(photo), "chip": False} for photo in hugo],
        "negatives": 0,
    }
    assert facewright("people", "remove", "Hugo B", "--yes") == (
        0,
        "Removed Hugo B; nothing about this person is left beside the model\n",
        "",
    )
    assert contents(tmp_path) == before


def test_the_same_photo_is_enrolled_once(
    with_hugo: Path, hugo: list[Path], facewright: Run
) -> None:
    before = contents(with_hugo)
    assert facewright("people", "add", "HUGO", *hugo).stdout == (
        "Added 0 photos of Hugo, 2 known before\n"
    )
    assert contents(with_hugo) == before


@pytest.mark.usefixtures("model")
def test_what_is_not_accepted_is_listed_with_a_reason(
    hugo: list[Path], facewright: Run, tmp_path: Path, noise: np.ndarray[Any, Any]
) -> None:
    (tmp_path / "words.jpg").write_text("not a photo")
    Image.fromarray(noise).save(tmp_path / "noise.png")
    altered(hugo[0], "twice.png", twice)
    altered(hugo[0], "blurred.png", lambda image: image.filter(ImageFilter.GaussianBlur(5)))
    altered(hugo[0], "dark.png", lambda image: image.point(lambda value: value // 11))
    names = ["words.jpg", "missing.jpg", "noise.png", "twice.png", "blurred.png", "dark.png"]
    ended = facewright("people", "add", "Hugo", hugo[0].name, *names)
    assert (ended.code, ended.stdout) == (0, "Added 1 photo of Hugo, 6 rejected\n")
    assert ended.stderr == (
        "Looking at photos: 7\n"
        "Rejected words.jpg: photo-unreadable (not a photo: expected JPEG, PNG, WEBP, BMP, TIFF, "
        "GIF, received 11 bytes that begin with b'not a photo')\n"
        "Rejected missing.jpg: photo-unreadable (cannot be read: No such file or directory)\n"
        "Rejected noise.png: no-face (no face was found)\n"
        "Rejected twice.png: several-faces (several faces were found)\n"
        "Rejected blurred.png: blurred (the face is blurred)\n"
        "Rejected dark.png: dark (the face is too dark)\n"
    )


@pytest.mark.usefixtures("model")
def test_json_says_the_same(hugo: list[Path], facewright: Run, tmp_path: Path) -> None:
    altered(hugo[0], "twice.png", twice)
    ended = facewright("people", "add", "Hugo", hugo[0], "twice.png", "-o", "json", "--keep-chips")
    assert json.loads(ended.stdout) == {
        "name": "Hugo",
        "added": 1,
        "known": 0,
        "negatives": 0,
        "rejected": [
            {"photo": "twice.png", "code": "several-faces", "words": "several faces were found"}
        ],
    }
    listed = facewright("people", "list", "-o", "json")
    assert json.loads(listed.stdout) == [{"name": "Hugo", "photos": 1, "negatives": 0, "chips": 1}]


@pytest.mark.usefixtures("model")
def test_without_an_accepted_photo_nothing_is_written(
    hugo: list[Path], facewright: Run, tmp_path: Path
) -> None:
    altered(hugo[0], "twice.png", twice)
    before = contents(tmp_path)
    assert facewright("people", "add", "Hugo", "twice.png", "--not", hugo[1]) == (
        1,
        "",
        "Looking at photos: 2\n"
        "Rejected twice.png: several-faces (several faces were found)\n"
        "error: none of the photos of 'Hugo' was accepted; nothing was written\n"
        "hint: give photos that show one sharp, well lit face, or ask less with --quality off\n",
    )
    assert contents(tmp_path) == before
    assert facewright("people", "add", "Hugo", "twice.png", "--quality", "off").stdout == (
        "Added 1 photo of Hugo\n"
    )


def test_strict_finds_a_photo_of_somebody_else(
    with_hugo: Path, hugo: list[Path], population: Path, facewright: Run
) -> None:
    # An Ada the model was trained on, under another name.
    ada = sorted((population / "train" / "ada").iterdir())[0]
    ended = facewright("people", "add", "Elena", ada, hugo[0], "--quality", "strict")
    assert ended.code == 1
    assert f"Rejected {ada}: conflicts-with-another-person" in ended.stderr
    assert "to ada's" in ended.stderr
    assert f"Rejected {hugo[0]}: conflicts-with-another-person" in ended.stderr
    assert "1.00 to Hugo's" in ended.stderr


def test_look_alikes_are_kept_as_negatives(
    with_hugo: Path, one_face: Path, facewright: Run
) -> None:
    assert facewright("people", "add", "Hugo", "--not", one_face).stdout == (
        "Added 0 photos of Hugo, 1 face of others\n"
    )
    shown = facewright("people", "show", "Hugo").stdout
    assert shown.endswith("Negatives: 1 face of others\n")
    # Somebody the model was trained on needs no photos for that.
    hugo = sorted(with_hugo.parent.parent.glob("hugo-*"))[0]
    assert facewright("people", "add", "Ada", "--not", hugo).stdout == (
        "Added 0 photos of ada, 1 face of others\n"
    )


def test_an_export_is_imported_beside_another_copy(
    with_hugo: Path, facewright: Run, tmp_path: Path
) -> None:
    assert facewright("people", "export", "people.jsonl") == (
        0,
        "Wrote 1 person into people.jsonl\n",
        "",
    )
    shutil.copy(tmp_path / "outputs" / "my_model.onnx", tmp_path / "copy.onnx")
    assert facewright("people", "import", "people.jsonl", "--model", "copy.onnx") == (
        0,
        "Added 1 person from people.jsonl\n",
        "",
    )
    assert contents(tmp_path / "copy.gallery") == contents(with_hugo)


@pytest.mark.usefixtures("with_hugo")
@pytest.mark.parametrize(
    ("command", "error", "hint"),
    [
        (
            ["show", "Hug"],
            "nobody named 'Hug' is enrolled",
            "did you mean 'Hugo'?",
        ),
        (
            ["remove", "Xaver", "--yes"],
            "nobody named 'Xaver' is enrolled",
            "`facewright people list` shows who is",
        ),
        (
            ["remove", "Hugo"],
            "'Hugo' was not removed: expected an answer or --yes, and there is no terminal",
            "add --yes when you are sure; removal cannot be undone",
        ),
        (
            ["rename", "Hugo", "Ada"],
            "the name is taken: the model was trained on 'ada'",
            "choose another name, or enrol the photos under that one",
        ),
        (
            ["add", "Xaver"],
            "no photos of 'Xaver': expected 1 to 20, received none",
            "name them: `facewright people add NAME PHOTO…`",
        ),
        (
            ["add", "Xaver", *["x.jpg"] * 21],
            "too many photos at once: expected at most 20, received 21 and 0 of others",
            "add them in several steps; 5 to 20 good photos are plenty",
        ),
        (
            ["add", "unknown", "hugo-0.jpg"],
            "not a name: expected 1 to 64 visible characters that do not begin or end with a "
            "space, received 'unknown', which is the answer for strangers",
            "write the name as a person would read it",
        ),
        (
            ["import", "nothing.jsonl"],
            "no such file: nothing.jsonl",
            "make one with `facewright people export FILE`",
        ),
        (
            ["list", "--model", "no.onnx"],
            "no such model file: no.onnx",
            "train first: `facewright train`, or `train.py`",
        ),
    ],
)
def test_mistakes_are_explained_and_change_nothing(
    facewright: Run, tmp_path: Path, command: list[str], error: str, hint: str
) -> None:
    before = contents(tmp_path)
    ended = facewright("people", *command)
    assert ended == (1, "", f"error: {error}\nhint: {hint}\n")
    assert contents(tmp_path) == before


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize(
    ("answer", "code", "words", "left"),
    [(b"n\n", 1, "Nothing was removed", True), (b"y\n", 0, "Removed Hugo", False)],
)
def test_on_a_terminal_removal_is_asked_about(
    with_hugo: Path, tmp_path: Path, answer: bytes, code: int, words: str, left: bool
) -> None:
    ours, theirs = os.openpty()
    os.write(ours, answer)
    command = [sys.executable, "-m", "facewright", "people", "remove", "Hugo"]
    ended = subprocess.run(
        command, cwd=tmp_path, stdin=theirs, capture_output=True, text=True, check=False
    )
    os.close(ours)
    os.close(theirs)
    assert ended.returncode == code
    assert "Remove Hugo for good? [y/N]" in ended.stdout + ended.stderr
    assert words in ended.stdout + ended.stderr
    assert with_hugo.exists() is left


def test_a_name_that_somebody_else_has_is_refused(
    with_hugo: Path, hugo: list[Path], facewright: Run
) -> None:
    facewright("people", "add", "Ivo", hugo[0])
    before = contents(with_hugo)
    assert facewright("people", "rename", "Ivo", "hugo") == (
        1,
        "",
        "error: the name is taken: 'Hugo' is enrolled already\n"
        "hint: remove that person first, or choose another name\n",
    )
    assert contents(with_hugo) == before


def test_people_of_another_model_are_refused(with_hugo: Path, facewright: Run) -> None:
    header = with_hugo / "gallery.json"
    record = json.loads(header.read_text())
    header.write_text(json.dumps(record | {"contract_id": "other-network/0"}))
    ended = facewright("people", "list")
    assert (ended.code, ended.stdout) == (1, "")
    assert ended.stderr == (
        f"error: outputs/my_model.gallery belongs to another model: expected embeddings of "
        f"'{record['contract_id']}' with 128 numbers, received 'other-network/0' "
        "with 128 numbers\n"
        "hint: enrol the photos again with `facewright people add`, or use the model they were "
        "enrolled with; embeddings of different networks cannot be compared\n"
    )


@pytest.mark.usefixtures("with_hugo")
def test_people_move_into_a_database_and_are_managed_there(
    facewright: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'people.db'}"
    assert facewright("people", "export", "people.jsonl").code == 0
    assert facewright("people", "import", "people.jsonl", "--gallery-url", url).stderr == (
        "error: the URL names no gallery: expected 1 to 64 of a-z, 0-9, '-', '_' and '.'\n"
        "hint: as in postgresql://ada:secret@host/people?gallery=doors; without a name of its own, "
        "a service's gallery has the service's\n"
    )
    monkeypatch.setenv("FACEWRIGHT_GALLERY_URL", f"{url}?gallery=doors")
    assert facewright("people", "import", "people.jsonl").stdout == (
        "Added 1 person from people.jsonl\n"
    )
    assert facewright("people", "remove", "Hugo", "--yes").stdout == (
        "Removed Hugo; nothing about this person is left in the database\n"
    )
    monkeypatch.delenv("FACEWRIGHT_GALLERY_URL")
    assert [each["name"] for each in json.loads(facewright("people", "list", "-o", "json").stdout)]
