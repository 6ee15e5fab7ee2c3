"""Making and removing projects: folder and record appear together, and go together."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from facewright.errors import ProjectError
from facewright.projects.names import checked_repository, is_repository
from facewright.projects.placement import Placement, taken_back
from facewright.projects.project import (
    Project,
    check_free,
    holds_project,
    in_words,
    new_project,
    staged,
)
from facewright.projects.project_records import Place
from facewright.projects.records import Details, ProjectRecord
from facewright.projects.registry import Registry
from facewright.projects.repository import begin_repository, fetched, in_repository
from facewright.projects.template import DEFAULT_TEMPLATE, check_template, template_folder


@dataclass(frozen=True)
class NewProject:
    """What is asked for.

    Attributes:
        name: Of the project, and of its folder.
        parent: Folder that the project's folder is made in.
        place: The workspace.
        template: A template that comes with Facewright.
        template_url: A folder or a git repository to be used in place of it, or None.
        repository: Address of the repository the project will be pushed to, or None.
        force: Whether the folder may hold files; they stay as they are.
        details: What is said about it.
    """

    name: str
    parent: Path
    place: Place = field(default_factory=Place)
    template: str = DEFAULT_TEMPLATE
    template_url: str | None = None
    repository: str | None = None
    force: bool = False
    details: Details = field(default_factory=Details)


def create_registered_project(registry: Registry, wanted: NewProject) -> ProjectRecord:
    """Make a project's folder and its record, both or neither.

    The folder becomes a git repository unless it is in one.

    Args:
        registry: Where the record goes.
        wanted: What is asked for.

    Raises:
        ProjectError: The name, the template or the folder cannot be used.
        AccountError: There is no such workspace, or the name is taken in it.
    """
    workspace = registry.workspaces.show(wanted.place.workspace, wanted.place.account)
    # The name is checked before it becomes a part of a path.
    named = new_project(wanted.parent, wanted.name, workspace.scope)
    project = Project(named.folder / named.name, named.name, named.id, named.scope)
    if wanted.repository is not None:
        checked_repository(wanted.repository)
    with in_words(project.folder):
        return _build(registry, wanted, project)


def _build(registry: Registry, wanted: NewProject, project: Project) -> ProjectRecord:
    _check_folder(project.folder, wanted.force)
    with _template(wanted) as source, staged(source, project) as built:
        if not in_repository(project.folder):
            begin_repository(built, wanted.repository)
        return _keep(registry, wanted, project, built)


def delete_project(registry: Registry, project_id: str, *, folder: bool = False) -> ProjectRecord:
    """Forget a project.

    Args:
        registry: Where its record is.
        project_id: Its id.
        folder: Whether its folder goes too, with all that is in it.

    Raises:
        AccountError: There is no such project.
        ProjectError: The folder is to go, and is not the project's; nothing was deleted.
    """
    if not folder:
        return registry.projects.delete(project_id)
    place = registry.projects.show(project_id).folder
    if not holds_project(place, project_id):
        raise ProjectError(
            f"the project is not in its folder any more: {place}",
            hint="leave --delete-folder out to delete the record alone; nothing was deleted",
        )
    removed = place.with_name(f".{place.name}-{project_id[:8]}")
    placement = Placement(place, removed)
    with in_words(place), taken_back(placement):
        record = registry.projects.delete(project_id, alongside=placement.do)
    shutil.rmtree(removed)
    return record


def _check_folder(folder: Path, force: bool) -> None:
    if not force or not folder.is_dir():
        check_free(folder)
    elif (folder / ".facewright").exists():
        raise ProjectError(
            f"the folder is a project already: {folder}",
            hint="`facewright project rebind --path DIR` gives it a record; nothing was written",
        )


@contextmanager
def _template(wanted: NewProject) -> Iterator[Path]:
    if wanted.template_url is None:
        with template_folder(wanted.template) as folder:
            yield folder
        return
    here = Path(wanted.template_url)
    if here.is_dir():
        check_template(here)
        yield here
        return
    if not is_repository(wanted.template_url):
        raise ProjectError(
            "not a template: expected a folder or the address of a git repository, received "
            f"{wanted.template_url[:70]!r}"
        )
    with fetched(wanted.template_url) as folder:
        shutil.rmtree(folder / ".git")
        check_template(folder)
        yield folder


def _keep(registry: Registry, wanted: NewProject, project: Project, built: Path) -> ProjectRecord:
    placement = Placement(built, project.folder, merge=wanted.force)
    with taken_back(placement):
        return registry.projects.add(
            project,
            wanted.place,
            wanted.details,
            repository=wanted.repository,
            alongside=placement.do,
        )
