"""`facewright computetarget detach`."""

import sys

import typer

from facewright.cli.computetarget.options import NameOption, ProjectOption, YesOption, open_places
from facewright.cli.console import Console
from facewright.cli.errors import FAILED
from facewright.errors import TargetError


def detach(name: NameOption, yes: YesOption = False, project: ProjectOption = None) -> None:
    """Remove a target from the project, and what signs in to it; what is there stays there."""
    from facewright.compute.attachment import detach as remove
    from facewright.compute.attachment import run_configurations_of
    from facewright.compute.configuration import compute_path

    places, console = open_places(project), Console()
    if compute_path(places.config, name).is_file() and not yes and not _agreed(name):
        console.say("Nothing was removed")
        raise typer.Exit(FAILED)
    for path in remove(name, places):
        console.result(f"Removed {path.relative_to(places.project)}")
    for other in run_configurations_of(name, places):
        console.say(f"The run configuration {other} still names {name}")


def _agreed(name: str) -> bool:
    if not sys.stdin.isatty():
        raise TargetError(
            f"{name!r} was not removed: expected an answer or --yes, and there is no terminal",
            hint="add --yes",
        )
    return typer.confirm(f"Remove {name} and the password or key that is kept for it?", err=True)
