"""How a report gets into MLflow: in batches, and so that doing it again changes nothing.

A report comes in pieces, from its beginning to its end. After an interruption it may come again
from any earlier place on; when its last line has come, the history is as if all had come once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from mlflow.entities import Metric, Param, Run, RunTag

from facewright.errors import HistoryUnreachable, RunError
from facewright.runs import tags
from facewright.runs.reported import (
    CHILD,
    ENDED,
    LINE_LIMIT,
    METRIC,
    PARAMETER,
    TEXT,
    Record,
    records,
)
from facewright.runs.tracked_runs import TrackedRuns
from facewright.runs.tracking import answering

Item = TypeVar("Item")

_NAMES = 1000
_NESTED = 1000
_METRICS_AT_ONCE = 900
_TEXTS_AT_ONCE = 90
_ENDS = frozenset({"FINISHED", "FAILED", "KILLED"})


@dataclass
class _Piece:
    """What a piece of a report says of one run."""

    metrics: list[Metric] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    begun: Record | None = None
    ended: Record | None = None
    problem: str | None = None

    def add(self, record: Record) -> None:
        """Take a record in."""
        if record.kind == METRIC:
            self.metrics += _points(record)
        elif record.kind == PARAMETER:
            self._add_parameters({record.name: record.value})
        elif record.kind == TEXT:
            self.tags[tags.LOGGED + record.name] = record.value
        elif record.kind == CHILD:
            self.begun = record
        elif record.kind == ENDED:
            self.ended = record if record.value in _ENDS else self.ended
        elif _may_be_set(record.name):
            self.tags[record.name] = record.value

    def _add_parameters(self, new: Mapping[str, str]) -> None:
        for name, value in new.items():
            self.note_change(name, self.parameters.setdefault(name, value), value)

    def note_change(self, name: str, kept: str, dropped: str) -> None:
        """Remember that a parameter was reported with two values."""
        if not _same(kept, dropped):
            self.problem = f"parameter {name}: {kept[:100]!r} stays, {dropped[:100]!r} came later"


def whole_lines(lines: bytes) -> int:
    """Return how many bytes of a piece are whole lines; a line without end is none, if too long."""
    whole = lines.rfind(b"\n") + 1
    return len(lines) if not whole and len(lines) >= LINE_LIMIT else whole


def take_in(runs: TrackedRuns, run_id: str, lines: bytes) -> None:
    """Write what lines of a report say into MLflow.

    Args:
        runs: The history.
        run_id: Whose report it is.
        lines: Whole lines; those that are no records are skipped.
    """
    mlflow_id = runs.id_of(run_id)
    pieces: dict[str | None, _Piece] = {}
    for record in records(lines):
        if record.run in pieces or len(pieces) < _NESTED:
            pieces.setdefault(record.run, _Piece()).add(record)
    for nested, piece in pieces.items():
        target = mlflow_id if nested is None else _begin(runs, run_id, nested, piece)
        _write(runs, target, piece)
        if piece.ended is not None and nested is not None:
            with answering():
                runs.client.set_terminated(target, piece.ended.value, piece.ended.at)


def add_parameters(runs: TrackedRuns, mlflow_id: str, new: Mapping[str, str]) -> None:
    """Write parameters; those that are there stay as they are."""
    piece = _Piece(parameters=dict(new))
    _write(runs, mlflow_id, piece)


def _begin(runs: TrackedRuns, run_id: str, nested: str, piece: _Piece) -> str:
    begun = piece.begun or Record(CHILD, _first_time(piece), value=f"run-{nested[:8]}")
    return runs.nested(run_id, nested, begun.parent, begun.value, begun.at)


def _first_time(piece: _Piece) -> int:
    return min((metric.timestamp for metric in piece.metrics), default=0)


def _write(runs: TrackedRuns, mlflow_id: str, piece: _Piece) -> None:
    with answering():
        run = runs.client.get_run(mlflow_id)
    if run.info.lifecycle_stage == "deleted":
        raise RunError("the run was deleted from the history, which takes no more of it")
    _fit(piece, run)
    for metrics in _chunks(_unknown(runs, run, piece.metrics), _METRICS_AT_ONCE):
        _log(runs, mlflow_id, metrics=metrics)
    for params in _chunks([Param(*each) for each in piece.parameters.items()], _TEXTS_AT_ONCE):
        _log(runs, mlflow_id, params=params)
    if piece.problem:
        piece.tags[tags.PROBLEM] = piece.problem
    for texts in _chunks([RunTag(*each) for each in piece.tags.items()], _TEXTS_AT_ONCE):
        _log(runs, mlflow_id, tags_=texts)


def _fit(piece: _Piece, run: Run) -> None:
    """Leave out what the run has no room for, and parameters that it has."""
    metrics = _allowed((metric.key for metric in piece.metrics), run.data.metrics)
    piece.metrics = [metric for metric in piece.metrics if metric.key in metrics]
    for name in piece.parameters.keys() & run.data.params.keys():
        piece.note_change(name, run.data.params[name], piece.parameters.pop(name))
    allowed = _allowed(piece.parameters, run.data.params)
    piece.parameters = {
        name: piece.parameters[name] for name in piece.parameters if name in allowed
    }
    allowed = _allowed(piece.tags, run.data.tags)
    piece.tags = {name: piece.tags[name] for name in piece.tags if name in allowed}


def _unknown(runs: TrackedRuns, run: Run, metrics: list[Metric]) -> list[Metric]:
    """Leave out points that the run has; MLflow does so too, but takes ten times as long.

    Only a metric with a point that is not newer than the newest known can have come before.
    """
    newest = {each.key: each.timestamp for each in getattr(run.data, "_metric_objs", ())}
    again = {each.key for each in metrics if each.timestamp <= newest.get(each.key, -1)}
    known: set[tuple[str, int, int, str]] = set()
    for name in again:
        with answering():
            history = runs.client.get_metric_history(run.info.run_id, name)
        known.update(_point(each) for each in history)
    return [each for each in metrics if each.key not in again or _point(each) not in known]


def _point(metric: Metric) -> tuple[str, int, int, str]:
    return metric.key, metric.step, metric.timestamp, repr(metric.value)


def _allowed(names: Iterable[str], known: Mapping[str, object]) -> set[str]:
    allowed = set(known)
    for name in names:
        if len(allowed) < _NAMES:
            allowed.add(name)
    return allowed


def _log(
    runs: TrackedRuns,
    mlflow_id: str,
    metrics: list[Metric] | None = None,
    params: list[Param] | None = None,
    tags_: list[RunTag] | None = None,
) -> None:
    batches = [(metrics or [], params or [], tags_ or [])]
    while batches:
        batch = batches.pop(0)
        try:
            with answering():
                runs.client.log_batch(mlflow_id, *batch)
        except HistoryUnreachable:
            raise
        except RunError:
            # Something in it is refused: the rest is worth keeping.
            batches = _one_by_one(batch) + batches


def _one_by_one(
    batch: tuple[list[Metric], list[Param], list[RunTag]],
) -> list[tuple[list[Metric], list[Param], list[RunTag]]]:
    if sum(len(part) for part in batch) <= 1:
        return []
    metrics, params, tags_ = batch
    return (
        [([metric], [], []) for metric in metrics]
        + [([], [param], []) for param in params]
        + [([], [], [tag]) for tag in tags_]
    )


def _points(record: Record) -> Iterator[Metric]:
    for position, value in enumerate(record.values):
        yield Metric(record.name, value, record.at, record.step + position)


def _chunks(items: list[Item], size: int) -> Iterator[list[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _may_be_set(tag: str) -> bool:
    if tag.startswith((tags.OURS, tags.LOGGED)):
        return False
    return not tag.startswith("mlflow.") or tag in tags.FROM_SCRIPTS


def _same(one: str, other: str) -> bool:
    try:
        return one == other or float(one) == float(other)
    except ValueError:
        return False
