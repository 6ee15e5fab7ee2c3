"""`facewright experiment logs`."""

import sys
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.experiment.options import RunOption, RunTargetOption, find_run, open_workbench
from facewright.cli.experiment.streaming import show_until_over


def logs(
    run: RunOption,
    target: RunTargetOption = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on until the run is over.")
    ] = False,
) -> None:
    """Print what a run's script printed."""
    from facewright.runs.stream import printed

    journal = find_run(open_workbench(), run, target)
    if follow:
        show_until_over(journal, Console())
        return
    for piece in printed(journal):
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
