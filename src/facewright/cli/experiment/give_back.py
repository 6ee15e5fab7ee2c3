"""`facewright experiment return`: a run's outputs, back in the project."""

from facewright.cli.console import Console
from facewright.cli.experiment.options import (
    ProjectOption,
    RunOption,
    RunTargetOption,
    find_run,
    open_workbench,
)


def return_(run: RunOption, target: RunTargetOption = None, project: ProjectOption = None) -> None:
    """Copy a run's outputs into the project's `outputs/`; its other files there stay."""
    from facewright.runs.give_back import give_back

    workbench, console = open_workbench(), Console()
    journal = find_run(workbench, run, target)
    written = give_back(journal, workbench.project(project), workbench.target(journal))
    for path in written:
        console.result(f"Returned {path}")
    if not written:
        console.result(f"{run} left nothing in outputs/")
