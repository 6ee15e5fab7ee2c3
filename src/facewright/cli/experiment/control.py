"""`facewright experiment cancel` and `facewright experiment clean`."""

from typing import TYPE_CHECKING, Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.experiment.options import RunOption, RunTargetOption, find_run, open_workbench
from facewright.errors import RunError

if TYPE_CHECKING:
    from facewright.runs.journal import Journal
    from facewright.workbench import Workbench


def cancel(
    run: RunOption,
    target: RunTargetOption = None,
    give_up: Annotated[
        bool, typer.Option("--give-up", help="Wait no longer for a target that does not answer.")
    ] = False,
) -> None:
    """End a run: its script and everything that started."""
    from facewright.runs.stream import wait_for_end

    journal, console = find_run(open_workbench(), run, target), Console()
    if journal.verdict() is not None:
        console.result(f"{run} ended before: {journal.status()}")
        return
    journal.ask_to_give_up() if give_up else journal.ask_to_cancel()
    if wait_for_end(journal):
        console.result(f"{run}: {journal.status()}")
    elif give_up:
        console.result(f"{run} ends within a minute, even if its target cannot be reached")
    else:
        console.result(f"{run} will end as soon as its target can be reached")
        console.say(f"No longer wait for it: `facewright experiment cancel -r {run} --give-up`")


def clean(
    run: Annotated[
        str | None, typer.Option("--run", "-r", metavar="RUN", help="The run's id.")
    ] = None,
    every: Annotated[
        str | None, typer.Option("--all", metavar="finished", help="All runs that are over.")
    ] = None,
    target: RunTargetOption = None,
    journal: Annotated[
        bool, typer.Option("--journal", help="Remove the outputs and logs on this machine too.")
    ] = False,
) -> None:
    """Remove a run's files from its target; the history and the shared folder stay."""
    from facewright.runs.removal import clean as remove

    workbench, console = open_workbench(), Console()
    for found in _chosen(workbench, run, every, target):
        remove(workbench.journals, found, workbench.target(found), journal_too=journal)
        console.result(f"Cleaned {found.run_id}")


def _chosen(
    workbench: "Workbench", run: str | None, every: str | None, target: str | None
) -> "list[Journal]":
    if run is not None and every is None:
        return [find_run(workbench, run, target)]
    if run is None and every == "finished":
        found = list(workbench.journals.finished())
        return [each for each in found if target in (None, each.order().submitted.target)]
    raise RunError(
        "nothing to clean: expected --run RUN, or --all finished", hint="name one of the two"
    )
