"""Which project a command is about: the one named, or the one of a folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facewright.errors import ProjectError

if TYPE_CHECKING:
    from facewright.projects.records import ProjectRecord
    from facewright.projects.registry import Registry

NameOption = Annotated[
    str | None,
    typer.Option("--name", "-n", metavar="NAME", help="Name in its workspace, or its id."),
]
PathOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Its folder, in place of a name; by default this one."),
]


def chosen_project(
    registry: "Registry", name: str | None, path: Path | None, place: tuple[str, str]
) -> "ProjectRecord":
    """Return the record of a project; a folder without one gets it.

    Args:
        registry: Where records are.
        name: Its name or id, or None.
        path: A folder in it; the current one where neither is given.
        place: Names of account and workspace, for a name.

    Raises:
        AccountError: Nothing has this name.
        ProjectError: The folder is in no project, or both were given.
    """
    from facewright.projects.binding import ensure_project_record
    from facewright.projects.project import find_project
    from facewright.projects.project_records import Place

    if name is not None and path is not None:
        raise ProjectError("two projects: expected --name or --path, received both")
    if name is not None:
        return registry.projects.show(name, Place(*place))
    project = find_project((path or Path.cwd()).resolve())
    return ensure_project_record(registry.database, project, registry.user)
