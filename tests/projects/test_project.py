"""Making a project folder and finding it again."""

import json
from pathlib import Path

import pytest

from facewright.errors import ProjectError
from facewright.projects.project import create_project, find_project


def test_a_project_holds_what_the_contract_names(tmp_path: Path) -> None:
    project = create_project(tmp_path / "doors")
    made = sorted(
        str(path.relative_to(project.folder))
        for path in project.folder.rglob("*")
        if path.is_file()
    )
    assert made == [
        ".facewright/project.json",
        ".gitignore",
        "README.md",
        "call_service.py",
        "config/dependencies.yml",
        "config/docker.compute",
        "config/docker.runconfig",
        "config/local.compute",
        "config/local.runconfig",
        "config/serving.yml",
        "score.py",
        "train.py",
        "webcam_detect.py",
    ]
    record = json.loads((project.folder / ".facewright/project.json").read_text())
    assert record == {"format": 1, "id": project.id, "name": "doors"}


def test_a_project_is_found_from_inside(tmp_path: Path) -> None:
    project = create_project(tmp_path / "doors")
    assert find_project(project.folder / "config") == project


def test_two_projects_differ(tmp_path: Path) -> None:
    assert create_project(tmp_path / "a").id != create_project(tmp_path / "b").id


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert create_project(tmp_path / "empty", name="other").name == "other"


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("precious")
    with pytest.raises(ProjectError) as caught:
        create_project(tmp_path / "mine")
    assert caught.value.message == (
        f"the folder is in use: expected an empty or a new one, received {tmp_path / 'mine'}"
    )
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "file"]


@pytest.mark.parametrize("name", ["", "a b", "-x", "../up", "x" * 65, "é"])
def test_names_that_cannot_be_one_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProjectError, match="not a project's name"):
        create_project(tmp_path / "p" / "q", name=name or " ")
    assert not (tmp_path / "p").exists()


def test_outside_a_project_nothing_is_found(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="not in a project"):
        find_project(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": 2, "id": "x", "name": "y"}',
        '{"format": 1, "id": "x", "name": "y"}',
    ],
)
def test_a_broken_record_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / ".facewright").mkdir()
    (tmp_path / ".facewright" / "project.json").write_text(text)
    with pytest.raises(ProjectError, match="the project's record cannot be read"):
        find_project(tmp_path)
