"""`facewright experiment diagnostics`."""

from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.experiment.options import RunOption, RunTargetOption, find_run, open_workbench


def diagnostics(
    run: RunOption,
    target: RunTargetOption = None,
    file: Annotated[Path, typer.Option(help="Where to.")] = Path("diagnostics.zip"),
) -> None:
    """Write what is known of a run into a file for somebody who helps; no secrets are in it."""
    from facewright.runs.diagnostics import write_diagnostics

    workbench = open_workbench()
    journal = find_run(workbench, run, target)
    write_diagnostics(journal, workbench.target(journal), file)
    Console().result(f"Wrote {file}")
