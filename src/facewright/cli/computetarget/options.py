"""What the commands about compute targets share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from facewright.compute.configuration import ComputeConfiguration
    from facewright.compute.places import Places

NameOption = Annotated[str, typer.Option("--name", "-n", metavar="NAME", help="The target.")]
ProjectOption = Annotated[
    Path | None,
    typer.Option(
        "--project", metavar="PATH", help="Folder of the project; the current one if left out."
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
ImageOption = Annotated[
    str | None,
    typer.Option("--base-docker-image", metavar="IMAGE", help="Image that containers start from."),
]
CpusOption = Annotated[
    float | None, typer.Option(metavar="NUMBER", help="Processors of a container.")
]
MemoryOption = Annotated[
    str | None, typer.Option(metavar="SIZE", help="Memory of a container, such as 2g.")
]
PythonOption = Annotated[
    str | None,
    typer.Option("--python-location", metavar="PATH", help="Interpreter on the target."),
]


def open_places(project: Path | None) -> "Places":
    """Return the places of a project, by default of the one that the current folder is in.

    Raises:
        ProjectError: There is no project.
    """
    from facewright.compute.places import Places
    from facewright.projects.project import find_project
    from facewright.settings import Settings

    settings, found = Settings(), find_project(project or Path.cwd())
    data = settings.data_directory.absolute()
    return Places(found.folder, found.id, data, settings.shared_directory)


def configured(**values: Any) -> "ComputeConfiguration":
    """Return the configuration of a target; what is None is left to the default.

    Raises:
        TargetError: A value cannot be used.
    """
    from facewright.compute.configuration import ComputeConfiguration
    from facewright.compute.settings_file import parsed_settings

    given = {key: value for key, value in values.items() if value is not None}
    return parsed_settings(given, ComputeConfiguration)
