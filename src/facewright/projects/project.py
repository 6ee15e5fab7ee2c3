"""A project folder: made from a template, found from inside."""

import json
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from facewright.errors import ProjectError
from facewright.projects.names import checked_project_name
from facewright.projects.template import template_folder
from facewright.system.files import write_text

_RECORD = Path(".facewright") / "project.json"
_FORMAT = 1
_MOST_BYTES = 64 * 1024
_LONGEST_SHOWN = 300
_NOT_COPIED = (".git", ".facewright", "outputs", "__pycache__", "template.yml")


@dataclass(frozen=True)
class Project:
    """A folder with `.facewright/project.json`.

    Attributes:
        folder: The folder.
        name: Its name, which the shared folder and the history go by.
        id: Its own for ever, also when folder and name change.
        scope: The workspace it was made in, as a path, or None; records know better.
    """

    folder: Path
    name: str
    id: str
    scope: str | None = None


def create_project(folder: Path, name: str | None = None, template: str = "face") -> Project:
    """Write a new project from a template.

    Args:
        folder: Where to; made when missing, and must be empty when it exists.
        name: Name of the project; the folder's when None.
        template: Name of a template.

    Raises:
        ProjectError: The folder is in use, or the name cannot be one.
    """
    project = new_project(folder, name or folder.absolute().name)
    check_free(project.folder)
    with (
        in_words(project.folder),
        template_folder(template) as source,
        staged(source, project) as built,
    ):
        if project.folder.exists():
            project.folder.rmdir()
        built.rename(project.folder)
    return project


def new_project(folder: Path, name: str, scope: str | None = None) -> Project:
    """Return a project that is not there yet, with an id of its own.

    Raises:
        ProjectError: The name cannot be one.
    """
    return Project(folder.absolute(), checked_project_name(name), str(uuid.uuid4()), scope)


def find_project(start: Path) -> Project:
    """Return the project that holds `start`: that folder or one above it.

    Raises:
        ProjectError: None does, or its record is broken.
    """
    for folder in (start.absolute(), *start.absolute().parents):
        if (folder / _RECORD).is_file():
            return _read(folder)
    raise ProjectError(
        f"not in a project: {start.absolute()} and the folders above it hold no {_RECORD}",
        hint="go to a project's folder, or make one with `facewright new DIR`",
    )


def holds_project(folder: Path, project_id: str) -> bool:
    """Whether the project of that id is in a folder."""
    try:
        return (folder / _RECORD).is_file() and _read(folder).id == project_id
    except (ProjectError, OSError):
        return False


def check_free(folder: Path) -> None:
    """Refuse a folder that holds something.

    Raises:
        ProjectError: It does, or it is a file.
    """
    if (folder / _RECORD).is_file():
        raise ProjectError(
            f"the folder is a project already: {folder}",
            hint="`facewright project show --path DIR` shows it; nothing was written",
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError(
            f"the folder is in use: expected an empty or a new one, received {folder}",
            hint="choose another folder; nothing was written",
        )


@contextmanager
def in_words(folder: Path) -> Iterator[None]:
    """Explain why a project's folder cannot be made or moved, when the system refuses it.

    Raises:
        ProjectError: It does.
    """
    try:
        yield
    except OSError as error:
        path = str(folder)
        shown = path if len(path) <= _LONGEST_SHOWN else f"{path[:_LONGEST_SHOWN]}…"
        raise ProjectError(
            f"the project's folder cannot be written: {shown}: {error.strerror or error}",
            hint="choose another place with --path; nothing was written",
        ) from error


@contextmanager
def staged(source: Path, project: Project) -> Iterator[Path]:
    """Yield a project's folder built beside its place; what the block leaves there is removed.

    Args:
        source: Folder of a template.
        project: What it becomes.
    """
    # Beside its place, so that moving it there is one step, which happens or does not.
    project.folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = project.folder.with_name(f".{project.folder.name}-{project.id[:8]}")
    try:
        shutil.copytree(source, temporary, ignore=shutil.ignore_patterns(*_NOT_COPIED))
        for place in temporary.rglob("dot-gitignore"):
            place.rename(place.with_name(".gitignore"))
        write_record(temporary, project)
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_record(folder: Path, project: Project) -> None:
    """Write what a folder says about the project it is, whole or not at all."""
    record = {"format": _FORMAT, "id": project.id, "name": project.name}
    if project.scope is not None:
        record["scope"] = project.scope
    write_text(folder / _RECORD, json.dumps(record, indent=2) + "\n")


def _read(folder: Path) -> Project:
    try:
        with (folder / _RECORD).open("rb") as file:
            record = json.loads(file.read(_MOST_BYTES).decode("utf-8"))
        if record["format"] != _FORMAT:
            raise ValueError(f"format {record['format']}, expected {_FORMAT}")
        name = checked_project_name(record["name"])
        scope = record.get("scope")
        known_scope = scope if isinstance(scope, str) else None
        return Project(folder, name, str(uuid.UUID(record["id"])), known_scope)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise ProjectError(
            f"the project's record cannot be read: {folder / _RECORD}: {error}",
            hint="restore the file from version control",
        ) from error
