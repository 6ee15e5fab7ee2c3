"""What the commands about experiments share: options, the workbench, a run by its id."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facewright.errors import RunError

if TYPE_CHECKING:
    from facewright.runs.journal import Journal
    from facewright.workbench import Workbench

ConfigurationOption = Annotated[
    str,
    typer.Option(
        "--run-configuration", "-c", metavar="NAME", help="A run configuration of the project."
    ),
]
OtherTargetOption = Annotated[
    str | None,
    typer.Option("--target", "-t", help="Compute target in the place of the configuration's."),
]
RunOption = Annotated[str, typer.Option("--run", "-r", metavar="RUN", help="The run's id.")]
RunTargetOption = Annotated[
    str | None, typer.Option("--target", "-t", help="The run's compute target; it is known.")
]
ProjectOption = Annotated[
    Path | None,
    typer.Option(
        "--project", metavar="PATH", help="Folder of the project; the current one if left out."
    ),
]


def open_workbench() -> "Workbench":
    """Return the workbench; runs that lost their keeper have one again then."""
    from facewright.settings import Settings
    from facewright.workbench import Workbench

    workbench = Workbench(Settings())
    workbench.revive()
    return workbench


def find_run(workbench: "Workbench", run: str, target: str | None = None) -> "Journal":
    """Return the journal of a run.

    Raises:
        RunError: There is none, or it runs on another target than the one named.
    """
    journal = workbench.journals.find(run)
    actual = journal.order().submitted.target
    if target not in (None, actual):
        raise RunError(
            f"the run {run} is on another target: expected {actual}, received {target}",
            hint="leave out --target; it is known",
        )
    return journal
