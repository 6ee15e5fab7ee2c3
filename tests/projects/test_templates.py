"""The templates that come with Facewright."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from facewright.errors import ProjectError
from facewright.projects.project import create_project
from facewright.projects.template import list_templates, template_folder


def test_every_template_says_what_it_is() -> None:
    templates = list_templates()
    assert [template.name for template in templates] == ["face", "empty"]
    assert all(template.description.isprintable() for template in templates)
    with template_folder("face") as face:
        assert {folder.name for folder in face.parent.iterdir()} == {"face", "empty"}


@pytest.mark.parametrize("name", ["face", "empty"])
def test_a_project_can_be_made_of_each(tmp_path: Path, name: str) -> None:
    folder = create_project(tmp_path / "doors", template=name).folder
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {".facewright/project.json", ".gitignore", "train.py"} <= files
    assert {"config/local.compute", "config/local.runconfig"} <= files
    assert "config/dependencies.yml" in files
    assert "template.yml" not in files


@pytest.mark.parametrize("name", ["", "none", "../face", "/etc", "face/config"])
def test_other_templates_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProjectError, match="there is no template"):
        create_project(tmp_path / "doors", template=name)
    assert list(tmp_path.glob("*doors*")) == []


def test_the_empty_project_works_outside_a_run(tmp_path: Path) -> None:
    folder = create_project(tmp_path / "doors", template="empty").folder
    ended = subprocess.run(
        [sys.executable, "train.py", "--steps", "4"],
        cwd=folder,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.stdout, ended.stderr) == (
        "best loss 0.250, written to outputs/best.txt\n",
        "",
    )
    assert (folder / "outputs" / "best.txt").read_text() == "0.25\n"
