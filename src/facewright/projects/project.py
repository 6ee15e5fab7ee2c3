"""A project folder: made from a template, found from inside."""

import json
import re
import shutil
import uuid
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from facewright.errors import ProjectError
from facewright.system.files import write_text

_RECORD = Path(".facewright") / "project.json"
_FORMAT = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Project:
    """A folder with `.facewright/project.json`.

    Attributes:
        folder: The folder.
        name: Its name, which the shared folder and the history go by.
        id: Its own for ever, also when folder and name change.
    """

    folder: Path
    name: str
    id: str


def create_project(folder: Path, name: str | None = None, template: str = "face") -> Project:
    """Write a new project from a template.

    Args:
        folder: Where to; made when missing, and must be empty when it exists.
        name: Name of the project; the folder's when None.
        template: Name of a template.

    Raises:
        ProjectError: The folder is in use, or the name cannot be one.
    """
    folder = folder.absolute()
    project = Project(folder, _checked_name(name or folder.name), str(uuid.uuid4()))
    _check_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with as_file(files("facewright.projects") / "templates" / template) as source:
        _copy_whole(source, project)
    return project


def find_project(start: Path) -> Project:
    """Return the project that holds `start`: that folder or one above it.

    Raises:
        ProjectError: None does, or its record is broken.
    """
    for folder in (start.absolute(), *start.absolute().parents):
        if (folder / _RECORD).is_file():
            return _read(folder)
    raise ProjectError(
        f"not in a project: {start} and the folders above it hold no {_RECORD}",
        hint="go to a project's folder, or make one with `facewright new DIR`",
    )


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ProjectError(
            "not a project's name: expected 1 to 64 letters, digits, dots, dashes or underscores, "
            f"received {name!r}",
            hint="give another one with --name",
        )
    return name


def _check_free(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError(
            f"the folder is in use: expected an empty or a new one, received {folder}",
            hint="choose another folder; nothing was written",
        )


def _copy_whole(source: Path, project: Project) -> None:
    # Built beside its place and moved there, so that a failure leaves no half project.
    temporary = project.folder.with_name(f".{project.folder.name}-{project.id[:8]}")
    try:
        shutil.copytree(source, temporary, ignore=shutil.ignore_patterns("__pycache__"))
        for place in sorted(temporary.rglob("dot-*"), reverse=True):
            place.rename(place.with_name("." + place.name.removeprefix("dot-")))
        _write(temporary, project)
        if project.folder.exists():
            project.folder.rmdir()
        temporary.rename(project.folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _write(folder: Path, project: Project) -> None:
    record = {"format": _FORMAT, "id": project.id, "name": project.name}
    write_text(folder / _RECORD, json.dumps(record, indent=2) + "\n")


def _read(folder: Path) -> Project:
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        if record["format"] != _FORMAT:
            raise ValueError(f"format {record['format']}, expected {_FORMAT}")
        return Project(folder, _checked_name(record["name"]), str(uuid.UUID(record["id"])))
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise ProjectError(
            f"the project's record cannot be read: {folder / _RECORD}: {error}",
            hint="restore the file from version control",
        ) from error
