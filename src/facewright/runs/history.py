"""The history of runs: MLflow, at a server, in a database, or in a file of the user's.

Whatever is written can be written again without changing anything, so whoever writes can be
interrupted anywhere and start over.
"""

import os
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from facewright.runs import tags
from facewright.runs.driver import with_driver
from facewright.runs.record import RunStatus, Submitted
from facewright.runs.reporting import now

if TYPE_CHECKING:
    from mlflow.entities import Run

    from facewright.runs.artefacts import Artefacts
    from facewright.runs.tracked_runs import TrackedRuns

_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"}
_PATIENCE = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
}
_ARTEFACTS, _CHILDREN, _NOTES = "artefacts", "children", ".kept"


class History:
    """What is written about runs; `facewright.runs.reading` reads it.

    Every method raises `HistoryUnreachable` within seconds when server or database does not answer,
    and `RunError` when there is no such run.
    """

    def __init__(self, runs: "TrackedRuns", artefacts: "Artefacts") -> None:
        self.runs = runs
        self.artefacts = artefacts

    @classmethod
    def open(cls, tracking_uri: str, artifacts: Path) -> "History":
        """Open the history; a new database gets its tables, which takes seconds.

        Args:
            tracking_uri: Address of an MLflow server, or URL of a database.
            artifacts: Folder of this machine for artefacts, if no server keeps them, and for notes.

        Raises:
            HistoryUnreachable: Nobody answers there.
            RunError: The address cannot be used.
        """
        # MLflow reads these when it is loaded and with each request.
        for name, value in (_QUIET | _PATIENCE).items():
            os.environ.setdefault(name, value)
        from facewright.runs.artefacts import Artefacts
        from facewright.runs.tracked_runs import TrackedRuns
        from facewright.runs.tracking import open_client

        client = open_client(with_driver(tracking_uri))
        has_server = tracking_uri.startswith(("http:", "https:"))
        place = artifacts.absolute()
        runs = TrackedRuns(client, None if has_server else place, place)
        return cls(runs, Artefacts(runs, place / _NOTES))

    def begin(self, submitted: Submitted) -> None:
        """Remember that a run was submitted."""
        from facewright.runs.arguments import parameters_of
        from facewright.runs.taken_in import add_parameters

        self.runs.begin(submitted)
        mlflow_id = self.runs.id_of(submitted.run_id)
        add_parameters(self.runs, mlflow_id, parameters_of(submitted.arguments))

    def status(self, run_id: str, status: RunStatus, since: datetime | None = None) -> None:
        """Remember where a run stands; what is over does not begin again.

        Args:
            run_id: The run.
            status: Submitting or Running; `end` knows the others.
            since: Since when, with a time zone; now if None.
        """
        run = self.runs.find(run_id)
        known = tags.STATUS_OF[run.info.status]
        if known.is_final or status.is_final or _has_started(run):
            return
        with self.answering():
            self.runs.client.update_run(run.info.run_id, tags.STATUS[status])
            if status is RunStatus.RUNNING:
                at = round(since.timestamp() * 1000) if since else now()
                self.runs.client.set_tag(run.info.run_id, tags.STARTED, str(at))

    def report(self, run_id: str, lines: bytes) -> int:
        """Take in what a script reported (see `reported`).

        Args:
            run_id: The run.
            lines: A piece of the report; the next one begins where this one's whole lines end. Any
                earlier piece may come again, as long as those after it do too.

        Returns:
            How many bytes were whole lines; the rest waits for its end.
        """
        from facewright.runs.taken_in import take_in, whole_lines

        whole = whole_lines(lines)
        if whole:
            take_in(self.runs, run_id, lines[:whole])
        return whole

    def keep(self, run_id: str, folder: Path, path: str) -> None:
        """Keep a folder's files as artefacts; those that did not change are not sent again.

        Args:
            run_id: The run.
            folder: The folder; links in it are left out.
            path: Where to among the artefacts, such as ``outputs``; empty for the top.
        """
        self.artefacts.keep(self.runs.id_of(run_id), folder, path)

    def keep_reported(self, run_id: str, report: Path) -> None:
        """Keep the figures and files in a report's folder, also those of nested runs.

        Args:
            run_id: The run, whose `reported.jsonl` was taken in before.
            report: The report's folder.
        """
        self.keep(run_id, report / _ARTEFACTS, "")
        for nested in self.runs.all_nested(run_id):
            name = nested.data.tags[tags.NESTED].rpartition("/")[2]
            folder = report / _CHILDREN / name / _ARTEFACTS
            self.artefacts.keep(nested.info.run_id, folder, "")

    def end(
        self, run_id: str, status: RunStatus, ended: datetime, reason: str | None = None
    ) -> None:
        """Remember how a run ended; nested runs that go on end with it.

        Args:
            run_id: The run.
            status: Completed, Failed or Canceled.
            ended: When, with a time zone.
            reason: In words, when there is more to say.
        """
        mlflow_id, at = self.runs.id_of(run_id), round(ended.timestamp() * 1000)
        nested = [run for run in self.runs.all_nested(run_id) if not _is_over(run)]
        with self.answering():
            if reason:
                self.runs.client.set_tag(mlflow_id, tags.REASON, reason[: tags.TAG_LIMIT])
            for each in (*(run.info.run_id for run in nested), mlflow_id):
                self.runs.client.set_terminated(each, tags.STATUS[status], at)

    @staticmethod
    def answering() -> AbstractContextManager[None]:
        """Return a context that turns MLflow's errors into ours."""
        from facewright.runs.tracking import answering

        return answering()


def _is_over(run: "Run") -> bool:
    return tags.STATUS_OF[run.info.status].is_final


def _has_started(run: "Run") -> bool:
    return tags.STARTED in run.data.tags
