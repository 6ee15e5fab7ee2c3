"""Reading the history: lists, single runs, series, files."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from facewright.errors import RunError
from facewright.runs import tags
from facewright.runs.history import History
from facewright.runs.newest import Selection
from facewright.runs.run_record import RunRecord, run_record

if TYPE_CHECKING:
    from mlflow.entities import Run

_NEWEST = ["attributes.start_time DESC"]
_PAGE = 1000
_TEXT_LIMIT = 32 * 1024 * 1024
_LOGS = {"driver_log": "logs/driver_log.txt"}


class Point(NamedTuple):
    """A value of a series."""

    step: int
    value: float


class HistoryReader:
    """What the history says; MLflow's errors come as `HistoryUnreachable` or `RunError`.

    Args:
        history: The history.
    """

    def __init__(self, history: History) -> None:
        self._answering = history.answering
        self._runs = history.runs
        self._artefacts = history.artefacts

    def newest(self, wanted: Selection) -> list[RunRecord]:
        """Return runs, newest first, without their attachments."""
        experiments = self._runs.experiments(wanted.project_id)
        filter_ = f"attributes.status = '{tags.STATUS[wanted.status]}'" if wanted.status else ""
        found: list[Run] = []
        page = None
        while experiments and (wanted.limit is None or len(found) < wanted.limit):
            with self._answering():
                runs = self._runs.client.search_runs(
                    experiments,
                    filter_,
                    max_results=min(wanted.limit or _PAGE, _PAGE),
                    order_by=_NEWEST,
                    page_token=page,
                )
            found += [run for run in runs if _is_shown(run, wanted.nested)]
            if (page := runs.token) is None:
                break
        now = datetime.now(UTC)
        return [run_record(run, now) for run in found[: wanted.limit]]

    def last(self, project_id: str | None = None) -> RunRecord:
        """Return the newest run.

        Raises:
            RunError: There is none.
        """
        if newest := self.newest(Selection(project_id, limit=1)):
            return self.info(str(newest[0]["run_id"]))
        raise RunError("no runs yet", hint="`facewright experiment submit` makes one")

    def info(self, run_id: str) -> RunRecord:
        """Return a run with its attachments."""
        run = self._runs.find(run_id)
        paths = [each.path for each in self._artefacts.all(run.info.run_id)]
        return run_record(run, datetime.now(UTC), paths)

    def compare(self, run_ids: Sequence[str]) -> list[RunRecord]:
        """Return two or more runs, in that order, with their attachments.

        Raises:
            RunError: There are fewer, or there is no such run.
        """
        if len(dict.fromkeys(run_ids)) < 2:
            raise RunError("nothing to compare: expected two or more runs")
        return [self.info(run_id) for run_id in dict.fromkeys(run_ids)]

    def series(self, run_id: str) -> dict[str, list[Point]]:
        """Return the numbers of a run that have more than one step, by name."""
        run = self._runs.find(run_id)
        found = {name: self._series(run.info.run_id, name) for name in sorted(run.data.metrics)}
        return {name: points for name, points in found.items() if len(points) > 1}

    def text(self, run_id: str, artefact: str) -> str:
        """Return a text artefact; `driver_log` is what the script printed."""
        path = _LOGS.get(artefact, artefact)
        content = self._artefacts.read(self._runs.id_of(run_id), path, _TEXT_LIMIT)
        if b"\0" in content[:4096]:
            raise RunError(
                f"{path} is not a text",
                hint=f"`facewright history download -r {run_id} -a {path}` writes it to a file",
            )
        return content.decode("utf-8", "replace")

    def download(
        self, run_id: str, artefact: str | None, destination: Path, overwrite: bool = False
    ) -> list[Path]:
        """Write one artefact, a folder of them, or all, into a folder (see `Artefacts`)."""
        path = artefact if artefact is None else _LOGS.get(artefact, artefact)
        return self._artefacts.download(self._runs.id_of(run_id), path, destination, overwrite)

    def delete(self, run_id: str) -> None:
        """Take a run, and what is nested in it, out of the history.

        MLflow keeps it until ``mlflow gc`` and can restore it.

        Raises:
            RunError: It goes on.
        """
        run = self._runs.find(run_id)
        if not tags.STATUS_OF[run.info.status].is_final:
            raise RunError(
                f"the run goes on: {run_id}",
                hint=f"`facewright experiment cancel -r {run_id}` ends it",
            )
        nested = self._runs.all_nested(run_id)
        with self._answering():
            for each in (*nested, run):
                self._runs.client.delete_run(each.info.run_id)

    def _series(self, mlflow_id: str, name: str) -> list[Point]:
        with self._answering():
            history = self._runs.client.get_metric_history(mlflow_id, name)
        ordered = sorted(history, key=lambda metric: (metric.step, metric.timestamp))
        # The last of those with one step counts.
        return [Point(*each) for each in {one.step: one.value for one in ordered}.items()]


def _is_shown(run: "Run", nested: bool) -> bool:
    return tags.RUN_ID in run.data.tags or (nested and tags.NESTED in run.data.tags)
