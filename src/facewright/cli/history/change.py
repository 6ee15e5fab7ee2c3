"""`facewright history promote` and `facewright history delete`."""

import sys
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.errors import FAILED
from facewright.cli.history.options import (
    HERE,
    ProjectPathOption,
    RunOption,
    open_history,
    open_reader,
    project_at,
)
from facewright.errors import RunError


def promote(
    run: RunOption,
    artifact_path: Annotated[
        str, typer.Option("--artifact-path", "-ap", metavar="PATH", help="A file of the run.")
    ],
    name: Annotated[str, typer.Option("--name", "-n", help="Name of the asset.")],
    path: ProjectPathOption = HERE,
) -> None:
    """Write `assets/NAME.link`, which says which file of which run is meant."""
    from facewright.runs import promotion

    assets = project_at(path).folder / "assets"
    link = promotion.promote(open_history(), run, artifact_path, name, assets)
    Console().result(f"Wrote {link}")


def delete(
    run: RunOption,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Take a run out of the history; its files stay until `mlflow gc`."""
    reader = open_reader(run)
    reader.info(run)
    if not yes and not _agreed(run):
        Console().say("Nothing was deleted")
        raise typer.Exit(FAILED)
    reader.delete(run)
    Console().result(f"Deleted {run}")


def _agreed(run: str) -> bool:
    if not sys.stdin.isatty():
        raise RunError(
            f"{run} was not deleted: expected an answer or --yes, and there is no terminal",
            hint="add --yes when you are sure",
        )
    return typer.confirm(f"Delete {run} from the history?", err=True)
