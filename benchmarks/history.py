"""Time `facewright history list` over many runs.

Run ``python benchmarks/history.py``. The first run goes through the history itself; the others are
copies of its rows, since what is measured is reading. A project folder and a data folder are made
for it. The whole command is timed, from the start of Python to its end, a few times; the median
counts.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy

from facewright.projects.project import create_project
from facewright.runs.history import History
from facewright.runs.record import RunStatus, Submitted
from facewright.runs.reported import METRIC, TEXT, Record, line_of
from facewright.settings import Settings

GOAL = 2.0
_EPOCHS = 20
_COPIED = ("runs", "tags", "params", "metrics", "latest_metrics")
_ROWS_AT_ONCE = 500


def main() -> None:
    """Make the runs, list the newest, print the times."""
    options = _options()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        os.environ["FACEWRIGHT_DATA_DIRECTORY"] = str(folder / "data")
        begun = time.perf_counter()
        project = make_runs(folder / "face", options.runs)
        print(f"{options.runs} runs made in {time.perf_counter() - begun:.1f} s")
        times = [_list_once(project) for _ in range(options.rounds)]
    print("whole command, s: " + " ".join(f"{each:.2f}" for each in times))
    middle = statistics.median(times)
    print(f"goal of {GOAL:.0f} s: {'reached' if middle < GOAL else 'missed'} (median {middle:.2f})")


def make_runs(folder: Path, count: int) -> Path:
    """Make a project with runs in its history.

    Args:
        folder: The project's folder.
        count: How many runs.
    """
    settings = Settings()
    history = History.open(settings.database_url, settings.artifact_directory)
    project = create_project(folder)
    first = datetime.now(UTC) - timedelta(minutes=count)
    submitted = Submitted(
        run_id=f"{project.name}_{round(first.timestamp() * 1000)}",
        project=project.name,
        project_id=project.id,
        account="local",
        workspace="default",
        user="ada",
        target="local",
        configuration="local",
        script_name="train.py",
        arguments=("--epochs", str(_EPOCHS)),
        created=first,
    )
    history.begin(submitted)
    history.status(submitted.run_id, RunStatus.RUNNING, first)
    history.report(submitted.run_id, _report())
    history.end(submitted.run_id, RunStatus.COMPLETED, first + timedelta(seconds=40))
    _copy_run(settings.database_url, submitted.run_id, count - 1)
    return folder


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000, help="how many to make")
    parser.add_argument("--rounds", type=int, default=5, help="how often to list them")
    parser.add_argument("--folder", type=Path, help="a new folder, which is kept")
    return parser.parse_args()


def _report() -> bytes:
    curve = tuple(1 / (epoch + 1) for epoch in range(_EPOCHS))
    new = [
        Record(METRIC, 1, "loss", values=curve),
        Record(METRIC, 1, "held_out_accuracy", values=(0.98,)),
        Record(METRIC, 1, "strangers_named", values=(0.01,)),
        Record(TEXT, 1, "embedder", value="dlib-resnet-v1"),
    ]
    return b"".join(map(line_of, new))


def _copy_run(url: str, run_id: str, count: int) -> None:
    engine = sqlalchemy.create_engine(url)
    tables = sqlalchemy.MetaData()
    tables.reflect(engine, only=_COPIED)
    with engine.begin() as connection:
        source = {
            name: [dict(row._mapping) for row in connection.execute(tables.tables[name].select())]
            for name in _COPIED
        }
        for name in _COPIED:
            for chunk in _chunks(_copies(source[name], run_id, count)):
                connection.execute(tables.tables[name].insert(), chunk)
    engine.dispose()


def _copies(rows: list[dict[str, Any]], run_id: str, count: int) -> Iterator[dict[str, Any]]:
    project, _, created = run_id.rpartition("_")
    for number in range(1, count + 1):
        at = int(created) + number * 60_000
        new = {"run_uuid": uuid.uuid5(uuid.NAMESPACE_OID, str(number)).hex}
        for row in rows:
            copy = row | new
            if row.get("value") == run_id:
                copy["value"] = f"{project}_{at}"
            if "start_time" in row:
                copy |= {"start_time": at, "end_time": at + 40_000, "name": f"{project}_{at}"}
            if row.get("key") == "facewright.run_number":
                copy["value"] = str(number + 1)
            if row.get("key") == "facewright.started":
                copy["value"] = str(at)
            yield copy


def _chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _ROWS_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _list_once(project: Path) -> float:
    command = [sys.executable, "-m", "facewright", "history", "list", "-o", "table"]
    begun = time.perf_counter()
    ended = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - begun
    shown = sum("Completed" in line for line in ended.stdout.splitlines())
    if not shown:
        raise SystemExit(f"the list shows no runs:\n{ended.stdout}")
    return seconds


if __name__ == "__main__":
    main()
