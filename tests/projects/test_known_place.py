"""Where a project is, at a glance, is where the database says."""

import shutil
from pathlib import Path

import pytest

from facewright.database.database import open_database
from facewright.projects.binding import ensure_project_record
from facewright.projects.known_place import known_place
from facewright.projects.project import Project, create_project, find_project
from facewright.projects.registry import open_registry


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the address of a database that is not there."""
    return f"sqlite:///{tmp_path / 'records #1%.db'}"


@pytest.fixture
def project(tmp_path: Path, url: str) -> Project:
    """Return a project in a workspace of its own, which the database knows."""
    made = create_project(tmp_path / "doors", "doors")
    with open_database(url) as database:
        registry = open_registry(database, "ada")
        registry.workspaces.create("house")
        ensure_project_record(database, made, "ada")
    return made


def test_it_says_the_same_as_the_database(project: Project, url: str) -> None:
    with open_database(url) as database:
        record = ensure_project_record(database, project, "ada")
    assert known_place(url, project) == (record.account, record.workspace)


def test_a_project_elsewhere_is_not_known_at_a_glance(
    project: Project, url: str, tmp_path: Path
) -> None:
    shutil.copytree(project.folder, tmp_path / "copy")
    assert known_place(url, find_project(tmp_path / "copy")) is None


def test_without_tables_or_a_file_nothing_is_known_and_nothing_made(tmp_path: Path) -> None:
    project = create_project(tmp_path / "doors", "doors")
    missing, empty = tmp_path / "missing.db", tmp_path / "empty.db"
    empty.touch()
    for file in (missing, empty, tmp_path):
        assert known_place(f"sqlite:///{file}", project) is None
    assert not missing.exists()
    assert known_place("postgresql://ada@host/records", project) is None
