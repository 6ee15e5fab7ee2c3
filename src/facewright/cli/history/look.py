"""`facewright history list`, `last` and `info`."""

import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facewright.cli.console import Console
from facewright.cli.history.options import (
    HERE,
    AllProjectsOption,
    ProjectPathOption,
    RunOption,
    chosen_project,
    open_reader,
    read_newest,
)
from facewright.cli.output import Format, OutputOption, QueryOption, emit
from facewright.runs.record import RunStatus

if TYPE_CHECKING:
    from facewright.runs.reading import HistoryReader

_COLUMNS = {
    "duration": "Duration",
    "run_id": "Run_id",
    "script_name": "Script_name",
    "start_time_utc": "Start_time_utc",
    "status": "Status",
}
_METRICS = 6


def list_(
    path: ProjectPathOption = HERE,
    all_projects: AllProjectsOption = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    all_: Annotated[bool, typer.Option("--all", help="Every run.")] = False,
    status: Annotated[RunStatus | None, typer.Option(help="Only those that stand there.")] = None,
    nested: Annotated[bool, typer.Option(help="With runs that scripts started inside.")] = False,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """List runs, newest first."""
    from facewright.runs.newest import Selection

    project = chosen_project(path, all_projects)
    records = read_newest(Selection(project, None if all_ else limit, status, nested))
    if not records:
        Console().say("No runs yet; `facewright experiment submit` makes one")
    emit(records, output=output, query=query, columns=_columns(records))


def last(
    path: ProjectPathOption = HERE,
    all_projects: AllProjectsOption = False,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show the newest run."""
    project = chosen_project(path, all_projects)
    emit(open_reader().last(project), output=output, query=query)


def info(
    run: RunOption,
    artifact: Annotated[
        str | None,
        typer.Option(
            "--artifact",
            "-a",
            metavar="NAME",
            help="Print this text instead; `driver_log` is what the script printed.",
        ),
    ] = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show a run: what it was, what it logged, which files it left."""
    reader = open_reader(run)
    if artifact is not None:
        sys.stdout.write(reader.text(run, artifact))
        return
    emit(reader.info(run), output=output, query=query)
    if query is None and output in (None, Format.TABLE) and sys.stdout.isatty():
        _draw(reader, run)


def _draw(reader: "HistoryReader", run: str) -> None:
    from facewright.cli.history.chart import chart_lines

    for line in chart_lines(reader.series(run)):
        Console().result(line)


def _columns(records: list[dict[str, Any]]) -> dict[str, str]:
    from facewright.runs.run_record import logged_names

    counted = Counter(name for record in records for name in logged_names([record]))
    shown = sorted(name for name, _ in counted.most_common(_METRICS))
    if len(counted) > len(shown):
        Console().say(f"{len(counted) - len(shown)} more logged values: see them with -o json")
    return {name: name for name in shown} | _COLUMNS
