"""A bulk job on a compute target: sent with its code, followed, stopped when interrupted."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from facewright.bulk.job import ERROR, OUTCOME, PROGRESS, REPORT, REQUEST, Request
from facewright.bulk.photo import Failure
from facewright.bulk.place import absolute
from facewright.bulk.reporter import Reporter
from facewright.bulk.run import Outcome
from facewright.bulk.work import Task
from facewright.compute.dependencies import Dependencies
from facewright.compute.job import Job, Phase
from facewright.compute.own_requirement import wanted_environment
from facewright.compute.target import Target
from facewright.errors import BulkError, MissingLibrary, TargetUnreachable

_SCRIPT = "bulk_job.py"
_PROGRAM = "import sys\n\nfrom facewright.bulk.job import main\n\nsys.exit(main())\n"
# The job's folder takes the place of what Ray started the job in, on every node.
_VARIABLES = {"RAY_OVERRIDE_JOB_RUNTIME_ENV": "1"}
_POLL = 0.5
_PATIENCE = 120.0
_LAST = 2000


def run_on_target(target: Target, request: Request, reporter: Reporter) -> Outcome:
    """Run a bulk job on a target to its end.

    Source and output are opened there, so both must be seen by every node: an object store, or a
    folder that they share. Interrupted, it stops the job; the same call goes on where it stopped.

    Args:
        target: Where; its Python has what the extra `bulk` brings.
        request: What is done.
        reporter: Hears the progress.

    Raises:
        BulkError: The job failed.
        TargetUnreachable: The target did not answer for two minutes; the job may go on.
    """
    job_id = f"bulk-{uuid.uuid4().hex[:12]}"
    with _job(job_id, request) as job:
        target.start(job)
    try:
        _follow(target, job_id, reporter)
        return _outcome(target, job_id)
    except BaseException:
        target.cancel(job_id)
        raise
    finally:
        target.clean(job_id)


@contextmanager
def _job(job_id: str, request: Request) -> Iterator[Job]:
    """Yield the job; its script finds the running Facewright beside itself."""
    recipe = request.task.recipe
    task = request.task
    there = Task(source=absolute(task.source), output=absolute(task.output), recipe=recipe.there())
    with wanted_environment(Dependencies(None, ("facewright",))) as wanted:
        code = wanted.code()
        if code is None:
            raise BulkError("the running Facewright cannot be packed")
        (code / REQUEST).write_text(request.model_copy(update={"task": there}).model_dump_json())
        (code / _SCRIPT).write_text(_PROGRAM)
        for name, path in recipe.files().items():
            place = code / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
        files = sorted(path.relative_to(code).as_posix() for path in _files(code))
        yield Job(job_id, (_SCRIPT,), code, files, _VARIABLES, {REPORT: "report"})


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _follow(target: Target, job_id: str, reporter: Reporter) -> None:
    follower = _Follower(reporter)
    heard = time.monotonic()
    try:
        while True:
            try:
                over = target.state(job_id).phase is not Phase.RUNNING
                follower.hear(target.read(job_id, f"report/{PROGRESS}", 0))
                heard = time.monotonic()
            except TargetUnreachable:
                if time.monotonic() - heard > _PATIENCE:
                    raise
                over = False
            if over:
                return
            time.sleep(_POLL)
    finally:
        follower.close()


class _Follower:
    """Shows what a job says of its progress, one bar after the other."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._label: str | None = None
        self._block: Any = None
        self._hear: Callable[[int, int], None] | None = None

    def hear(self, data: bytes) -> None:
        try:
            told = json.loads(data)
        except ValueError:  # none yet, or half of it
            return
        if told["label"] != self._label:
            self.close()
            self._label = told["label"]
            self._block = self._reporter.progress(told["label"])
            self._hear = self._block.__enter__()
        if self._hear is not None:
            self._hear(told["done"], told["total"])

    def close(self) -> None:
        if self._block is not None:
            self._block.__exit__(None, None, None)
            self._block = None


def _outcome(target: Target, job_id: str) -> Outcome:
    if told := _told(target, job_id, OUTCOME):
        failures = tuple(Failure(**each) for each in told.pop("failures"))
        return Outcome(**told, failures=failures)
    if told := _told(target, job_id, ERROR):
        kind = MissingLibrary if told["code"] == MissingLibrary.code else BulkError
        raise kind(told["message"], hint=told["hint"])
    state = target.state(job_id)
    log = target.read(job_id, "log.txt", 0)[-_LAST:].decode(errors="replace").strip()
    last = log.splitlines()[-1:] or ["it said nothing"]
    raise BulkError(
        f"the job on {target.name} ended without a result: {state.reason or last[0]}",
        hint="run the same command again, which goes on where it stopped; its Python needs what "
        "`pip install 'facewright[bulk]'` brings",
    )


def _told(target: Target, job_id: str, name: str) -> dict[str, Any]:
    data = b""
    while piece := target.read(job_id, f"report/{name}", len(data)):
        data += piece
    found: dict[str, Any] = json.loads(data) if data else {}
    return found
