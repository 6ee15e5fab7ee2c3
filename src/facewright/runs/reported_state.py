"""What a report says of a run so far; read again each time, since other processes append to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from facewright.runs.reported import (
    CHILD,
    ENDED,
    LINE_LIMIT,
    METRIC,
    PARAMETER,
    TAG,
    Record,
    records,
)
from facewright.runs.reporting import REPORTED


@dataclass
class ReportedRun:
    """A run as its report tells it.

    Attributes:
        known: Whether anything was reported of it.
        name: Of a nested run.
        status: As MLflow names it.
        started: When a nested run began, in milliseconds since 1970.
        ended: When it ended, or None.
        parameters: The first value of each.
        tags: The last value of each.
        series: For each metric: value, time, step, in the order of the report.
    """

    known: bool = False
    name: str = ""
    status: str = "RUNNING"
    started: int = 0
    ended: int | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    series: dict[str, list[tuple[float, int, int]]] = field(default_factory=dict)


def read_run(folder: Path, run: str | None) -> ReportedRun:
    """Return what the report in a folder says of a nested run, or of the run itself."""
    state = ReportedRun()
    for record in _all(folder):
        if record.run == run:
            _apply(state, record)
    return state


def nested_runs(folder: Path) -> list[str]:
    """Return the nested runs that a report knows, in the order in which they began."""
    begun = (record.run for record in _all(folder) if record.kind == CHILD)
    return list(dict.fromkeys(run for run in begun if run is not None))


def _apply(state: ReportedRun, record: Record) -> None:
    state.known = True
    if record.kind == METRIC:
        points = state.series.setdefault(record.name, [])
        points += [(v, record.at, record.step + i) for i, v in enumerate(record.values)]
    elif record.kind == PARAMETER:
        state.parameters.setdefault(record.name, record.value)
    elif record.kind == TAG:
        state.tags[record.name] = record.value
    elif record.kind == CHILD:
        state.name, state.started = record.value, record.at
    elif record.kind == ENDED:
        state.status, state.ended = record.value, record.at


def _all(folder: Path) -> Iterator[Record]:
    path = folder / REPORTED
    if not path.exists():
        return
    with path.open("rb") as file:
        while line := file.readline(LINE_LIMIT):
            yield from records(line)
