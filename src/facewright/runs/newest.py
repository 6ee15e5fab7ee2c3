"""The newest runs, read straight from MLflow's tables where they are in a database.

MLflow's own search gives the same, and is what answers wherever this cannot; but to load MLflow and
its store takes longer than all the rest of `history list` together. Only the oldest and plainest of
MLflow's tables are read, and a test compares the two ways.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from facewright.runs import tags
from facewright.runs.driver import with_driver
from facewright.runs.first_use import is_first_use
from facewright.runs.record import RunStatus
from facewright.runs.run_record import RunRecord, run_record

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

_NAN = float("nan")
_IDS_AT_ONCE = 500


@dataclass(frozen=True)
class Selection:
    """Which runs are meant.

    Attributes:
        project_id: Project whose runs they are; None for all projects.
        limit: How many at most; None for all.
        status: Only those that stand there.
        nested: With the runs that scripts started inside of runs.
    """

    project_id: str | None = None
    limit: int | None = 50
    status: RunStatus | None = None
    nested: bool = False


def newest_runs(tracking_uri: str, artifacts: Path, wanted: Selection) -> list[RunRecord]:
    """Return runs, newest first, without their attachments.

    Args:
        tracking_uri: The history's address.
        artifacts: Folder of artefacts (see `History.open`).
        wanted: Which runs.

    Raises:
        HistoryUnreachable: Nobody answers there.
    """
    if is_first_use(tracking_uri):
        return []
    if (found := _from_tables(tracking_uri, wanted)) is not None:
        return found
    from facewright.runs.history import History
    from facewright.runs.reading import HistoryReader

    return HistoryReader(History.open(tracking_uri, artifacts)).newest(wanted)


class _Info(NamedTuple):
    run_id: str
    experiment_id: str
    run_name: str
    user_id: str
    status: str
    start_time: int | None
    end_time: int | None
    lifecycle_stage: str


class _Data(NamedTuple):
    tags: dict[str, str]
    params: dict[str, str]
    metrics: dict[str, float]


class _Run(NamedTuple):
    info: _Info
    data: _Data


def _from_tables(tracking_uri: str, wanted: Selection) -> list[RunRecord] | None:
    if tracking_uri.startswith(("http:", "https:")) or "://" not in tracking_uri:
        return None
    import sqlalchemy

    try:
        engine = sqlalchemy.create_engine(with_driver(tracking_uri))
        with engine.connect() as connection:
            runs = list(_runs(connection, wanted))
        engine.dispose()
    except (sqlalchemy.exc.SQLAlchemyError, ImportError):
        return None  # MLflow knows better what is wrong
    now = datetime.now(UTC)
    return [run_record(run, now) for run in runs]


def _runs(connection: "Connection", wanted: Selection) -> Iterator[_Run]:
    infos = [_Info(row[0], str(row[1]), *row[2:]) for row in connection.execute(_select(wanted))]
    ids = [info.run_id for info in infos]
    found = _values(connection, "tags", ids)
    params = _values(connection, "params", ids)
    metrics = _values(connection, "latest_metrics", ids, "is_nan")
    for info in infos:
        measured = metrics[info.run_id].items()
        numbers = {name: _NAN if is_nan else value for name, (value, is_nan) in measured}
        yield _Run(info, _Data(_texts(found[info.run_id]), _texts(params[info.run_id]), numbers))


def _select(wanted: Selection) -> "Select[Any]":
    from sqlalchemy import column, select, table

    runs = table("runs", *map(column, _COLUMNS))
    marks = table("tags", column("run_uuid"), column("key"))
    projects = table("experiment_tags", *map(column, ("experiment_id", "key", "value")))
    ours = [tags.RUN_ID, tags.NESTED] if wanted.nested else [tags.RUN_ID]
    experiments = select(projects.c.experiment_id).where(projects.c.key == tags.PROJECT_ID)
    if wanted.project_id is not None:
        experiments = experiments.where(projects.c.value == wanted.project_id)
    statement = select(*(runs.c[name] for name in _COLUMNS)).where(
        runs.c.experiment_id.in_(experiments),
        runs.c.run_uuid.in_(select(marks.c.run_uuid).where(marks.c.key.in_(ours))),
        runs.c.lifecycle_stage == "active",
    )
    if wanted.status is not None:
        statement = statement.where(runs.c.status == tags.STATUS[wanted.status])
    return statement.order_by(runs.c.start_time.desc(), runs.c.run_uuid).limit(wanted.limit)


_COLUMNS = (
    "run_uuid",
    "experiment_id",
    "name",
    "user_id",
    "status",
    "start_time",
    "end_time",
    "lifecycle_stage",
)


def _values(
    connection: "Connection", name: str, ids: Sequence[str], *more: str
) -> dict[str, dict[str, tuple[Any, ...]]]:
    from sqlalchemy import column, select, table

    columns = ("run_uuid", "key", "value", *more)
    source = table(name, *map(column, columns))
    found: dict[str, dict[str, tuple[Any, ...]]] = defaultdict(dict)
    for some in _portions(ids):
        statement = select(*(source.c[each] for each in columns)).where(source.c.run_uuid.in_(some))
        for run, key, *values in connection.execute(statement):
            found[run][key] = tuple(values)
    return found


def _texts(values: dict[str, tuple[Any, ...]]) -> dict[str, str]:
    return {name: value[0] for name, value in values.items()}


def _portions(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _IDS_AT_ONCE] for start in range(0, len(ids), _IDS_AT_ONCE))
