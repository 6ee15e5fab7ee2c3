"""`facewright experiment submit`: a script, on a compute target."""

from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.experiment.options import (
    ConfigurationOption,
    OtherTargetOption,
    ProjectOption,
    open_workbench,
)
from facewright.cli.experiment.streaming import show_until_over


def submit(
    configuration: ConfigurationOption,
    script: Annotated[
        str | None,
        typer.Argument(metavar="SCRIPT", help="A file of the project.", show_default=False),
    ] = None,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="ARGS...", help="What the script is given.", show_default=False),
    ] = None,
    target: OtherTargetOption = None,
    project: ProjectOption = None,
    wait: Annotated[
        bool, typer.Option(help="Show what the script prints, until the run is over.")
    ] = True,
) -> None:
    """Run a script of the project on a compute target; Ctrl-C ends the showing, not the run."""
    workbench, console = open_workbench(), Console()
    plan = workbench.plan(workbench.project(project), configuration, target)
    command = plan.configuration.arguments(script, arguments or [])
    if plan.configuration.prepare_environment:
        workbench.prepare(plan, console.say)
    journal = workbench.submit(plan, command, lambda run: console.result(f"RunId: {run}"))
    if not wait:
        console.say(f"Follow it with `facewright experiment logs -r {journal.run_id} --follow`")
        return
    console.say("Executing user inputs .....")
    show_until_over(journal, console)
