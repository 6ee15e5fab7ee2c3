"""A bulk job as the script of a compute target: its driver, in the folder of the job."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from facewright.bulk.executor import Executor
from facewright.bulk.processes import Processes
from facewright.bulk.run import run_bulk
from facewright.bulk.work import Task
from facewright.embedders.lazy import resolve
from facewright.errors import FacewrightError
from facewright.system.files import write_text

REPORT = "FACEWRIGHT_BULK_REPORT"
REQUEST, PROGRESS, OUTCOME, ERROR = "request.json", "progress.json", "outcome.json", "error.json"
_RAY = "facewright.bulk.ray_data:RayData"
_EVERY = 0.5  # seconds


class Request(BaseModel):
    """What a bulk job is asked.

    Attributes:
        task: Source, output and recipe.
        workers: How many at most; as many as there is room for when None.
        ray: Whether the cluster does it that the job runs on, or the job's own machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: Task
    workers: int | None = None
    ray: bool = False


def main() -> int:
    """Do what ``request.json`` asks; progress, outcome and error go to the job's report."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = Path(os.environ[REPORT])
    request = Request.model_validate_json(Path(REQUEST).read_bytes())
    try:
        outcome = run_bulk(request.task, _executor(request), _Telling(report))
    except FacewrightError as error:
        told = {"code": error.code, "message": error.message, "hint": error.hint}
        write_text(report / ERROR, json.dumps(told))
        sys.stderr.write(f"error: {error.message}\n")
        return 1
    write_text(report / OUTCOME, json.dumps(asdict(outcome)))
    return 0


def _executor(request: Request) -> Executor:
    if not request.ray:
        return Processes(request.workers)
    executor: Any = resolve(_RAY, "ray")(workers=request.workers, folder=str(Path.cwd()))
    found: Executor = executor
    return found


class _Telling:
    """Writes progress into a file, now and then."""

    def __init__(self, report: Path) -> None:
        self._file = report / PROGRESS

    @contextmanager
    def progress(self, label: str) -> Iterator[Callable[[int, int], None]]:
        print(label, flush=True)  # noqa: T201 - the job's log
        last = 0.0

        def hear(done: int, total: int) -> None:
            nonlocal last
            now = time.monotonic()
            if done == total or now - last > _EVERY:
                last = now
                write_text(self._file, json.dumps({"label": label, "done": done, "total": total}))

        yield hear
