"""What `photos embed` and `model score` share: where the work is done, and what is shown of it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facewright.cli.console import Console
from facewright.cli.errors import FAILED
from facewright.cli.output import Format, emit
from facewright.cli.plain import visible
from facewright.errors import TargetError

if TYPE_CHECKING:
    from facewright.bulk.run import Outcome
    from facewright.bulk.work import Task
    from facewright.compute.target import Target

ToOption = Annotated[
    str, typer.Option("--to", metavar="DIR|URI", help="Where the rows go, as Parquet files.")
]
TargetOption = Annotated[
    str | None,
    typer.Option(
        "--target", "-t", metavar="NAME", help="A target of type ray; this machine if left out."
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(min=1, help="Processes, or actors; as many as there is room for if left out."),
]
_LOCAL = ("local", None)
_MOST_SHOWN = 20


def run_task(
    task: "Task",
    target: str | None,
    workers: int | None,
    output: Format | None,
    query: str | None,
) -> None:
    """Do a task here or on a target, and show what became of it."""
    console = Console()
    try:
        outcome = _done(task, target, workers, console)
    except KeyboardInterrupt:
        console.say("Stopped; the same command goes on where this one was")
        raise
    _show(outcome, console, output, query)
    if outcome.unread:
        console.say(
            f"{outcome.unread} photos could not be read, or changed meanwhile: run it again"
        )
        raise typer.Exit(FAILED)


def _done(task: "Task", target: str | None, workers: int | None, console: Console) -> "Outcome":
    from facewright.bulk.job import Request
    from facewright.bulk.processes import Processes
    from facewright.bulk.run import run_bulk

    if target in _LOCAL:
        return run_bulk(task, Processes(workers), console)
    from facewright.runs.bulk_job import run_on_target

    request = Request(task=task, workers=workers, ray=True)
    return run_on_target(_target(str(target)), request, console)


def _target(name: str) -> "Target":
    from facewright.cli.computetarget.options import open_places
    from facewright.compute.catalogue import open_target
    from facewright.compute.configuration import Kind, read_compute

    places = open_places(None)
    configuration = read_compute(places.config, name)
    if configuration.kind is not Kind.RAY:
        raise TargetError(
            f"{name} is of another type: expected ray, received {configuration.kind}",
            hint="leave --target out for this machine, or run the command in a script of the "
            "project with `facewright experiment submit`",
        )
    return open_target(name, configuration, places)


def _show(outcome: "Outcome", console: Console, output: Format | None, query: str | None) -> None:
    if output not in (None, Format.TABLE) or query is not None:
        emit(_data(outcome), output=output, query=query)
        return
    for failure in outcome.failures[:_MOST_SHOWN]:
        words = f"{failure.path}: {failure.message} ({failure.code})"
        console.result(f"No rows for {visible(words)}")
    missing = outcome.failed + outcome.unread
    if missing > _MOST_SHOWN:
        console.result(f"… {missing} photos without rows; all are in {outcome.output}/failed")
    console.result(
        f"{outcome.paths} photos, {outcome.photos} different: {outcome.faces} faces in "
        f"{outcome.output}/faces; {outcome.known} were done before, {outcome.failed} have no rows"
    )
    console.say(f"It took {outcome.seconds:.1f} s: {outcome.rate:.1f} photos a second")


def _data(outcome: "Outcome") -> dict[str, Any]:
    return {**asdict(outcome), "rate": outcome.rate}
