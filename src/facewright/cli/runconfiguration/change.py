"""`facewright runconfiguration create` and `facewright runconfiguration delete`."""

from typing import Annotated

import typer

from facewright.cli.computetarget.options import ProjectOption, open_places
from facewright.cli.console import Console
from facewright.errors import TargetError

NameOption = Annotated[
    str, typer.Option("--name", "-n", metavar="NAME", help="The run configuration.")
]


def create(
    name: NameOption,
    target: Annotated[str, typer.Option("--target", "-t", help="Compute target to run on.")],
    project: ProjectOption = None,
) -> None:
    """Add a run configuration for a target of the project."""
    from facewright.compute.configuration import read_compute
    from facewright.compute.run_configuration import RunConfiguration, run_configuration_path
    from facewright.system.files import write_text

    places = open_places(project)
    path = run_configuration_path(places.config, name)
    read_compute(places.config, target)
    if path.exists():
        raise TargetError(f"the name is taken: {path} is there", hint="choose another name")
    write_text(path, RunConfiguration(target=target).text())
    Console().result(f"Wrote {path.relative_to(places.project)}")


def delete(name: NameOption, project: ProjectOption = None) -> None:
    """Remove a run configuration; its target stays."""
    from facewright.compute.run_configuration import run_configuration_path

    places = open_places(project)
    path = run_configuration_path(places.config, name)
    if not path.is_file():
        raise TargetError(
            f"the project has no run configuration of that name: {name!r}",
            hint="see `facewright runconfiguration list`",
        )
    path.unlink()
    Console().result(f"Removed {path.relative_to(places.project)}")
