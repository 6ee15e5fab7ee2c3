"""Where MLflow keeps our runs: an experiment for each project, a run for each of ours."""

from pathlib import Path

from mlflow.entities import Experiment, Run, ViewType
from mlflow.tracking import MlflowClient

from facewright.errors import RunError
from facewright.runs import tags
from facewright.runs.alone import alone
from facewright.runs.record import Submitted, checked_run_id
from facewright.runs.tracking import answering

_NEWEST = ["attributes.start_time DESC"]
_EXPERIMENTS = 1000


class TrackedRuns:
    """Finds and makes MLflow's experiments and runs by our ids.

    Args:
        client: MLflow's client.
        artifacts: Folder for artefacts where there is no server to keep them; None with a server.
        lock: Folder that one process at a time holds while it begins a run.
    """

    def __init__(self, client: MlflowClient, artifacts: Path | None, lock: Path) -> None:
        self.client = client
        self._artifacts = artifacts
        self._lock = lock
        self._known: dict[str, str] = {}

    def id_of(self, run_id: str) -> str:
        """Return MLflow's id of a run.

        Raises:
            RunError: There is no such run.
        """
        if run_id not in self._known:
            self._known[run_id] = self.find(run_id).info.run_id
        return self._known[run_id]

    def find(self, run_id: str) -> Run:
        """Return a run.

        Raises:
            RunError: There is no such run.
        """
        if run_id in self._known:
            with answering():
                return self.client.get_run(self._known[run_id])
        run = self._search(tags.RUN_ID, checked_run_id(run_id))
        if run is None:
            raise RunError(
                f"no run {run_id} in the history",
                hint="`facewright history list --all-projects` shows the runs",
            )
        return run

    def begin(self, submitted: Submitted) -> Run | None:
        """Make the run of something submitted; None when it is there."""
        with alone(self._lock):
            if self._search(tags.RUN_ID, submitted.run_id) is not None:
                return None
            with answering():
                experiment = self._experiment_for(submitted)
                number = submitted.run_number or self._next_number(experiment)
                return self.client.create_run(
                    experiment,
                    start_time=round(submitted.created.timestamp() * 1000),
                    tags=tags.tags_of(submitted, number),
                    run_name=submitted.run_id,
                )

    def nested(self, run_id: str, nested: str, parent: str | None, name: str, at: int) -> str:
        """Return MLflow's id of a nested run, which is made when it is new.

        Args:
            run_id: The run that it is part of.
            nested: Its id in the report, 32 hexadecimal digits.
            parent: Such an id of the nested run above it, or None.
            name: How the script calls it.
            at: When it began, in milliseconds since 1970.
        """
        key = f"{run_id}/{nested}"
        if key not in self._known:
            found = self._search(tags.NESTED, key) or self._make_nested(
                run_id, key, self._known.get(f"{run_id}/{parent}"), name, at
            )
            self._known[key] = found.info.run_id
        return self._known[key]

    def all_nested(self, run_id: str) -> list[Run]:
        """Return the nested runs of a run."""
        with answering():
            found = self._matching(f"tags.`{tags.NESTED}` LIKE '{run_id}/%'", 1000)
        # `_` stands for any character there.
        return [run for run in found if run.data.tags[tags.NESTED].startswith(f"{run_id}/")]

    def experiments(self, project_id: str | None) -> list[str]:
        """Return MLflow's ids of the experiments of our projects, or of one."""
        with answering():
            found: list[Experiment] = self.client.search_experiments(max_results=_EXPERIMENTS)
        return [
            each.experiment_id
            for each in found
            if tags.PROJECT_ID in each.tags and project_id in (None, each.tags[tags.PROJECT_ID])
        ]

    def _search(self, tag: str, value: str) -> Run | None:
        with answering():
            found = self._matching(f"tags.`{tag}` = '{value}'", 1)
        return found[0] if found else None

    def _matching(self, filter_: str, limit: int) -> list[Run]:
        everywhere = self.experiments(None)
        if not everywhere:
            return []
        return list(
            self.client.search_runs(everywhere, filter_, max_results=limit, order_by=_NEWEST)
        )

    def _make_nested(self, run_id: str, key: str, parent: str | None, name: str, at: int) -> Run:
        run = self.find(run_id)
        inherited = {
            tag: run.data.tags[tag]
            for tag in (tags.PROJECT_ID, tags.TARGET, tags.SCRIPT, tags.USER, tags.COMMIT)
            if tag in run.data.tags
        }
        own = {tags.NESTED: key, tags.PARENT: parent or run.info.run_id}
        with answering():
            return self.client.create_run(
                run.info.experiment_id, start_time=at, tags=inherited | own, run_name=name
            )

    def _experiment_for(self, submitted: Submitted) -> str:
        filter_ = f"tags.`{tags.PROJECT_ID}` = '{submitted.project_id}'"
        found = self.client.search_experiments(ViewType.ALL, 1, filter_)
        if found:
            if found[0].lifecycle_stage == "deleted":
                self.client.restore_experiment(found[0].experiment_id)
            return str(found[0].experiment_id)
        name = f"{submitted.workspace}/{submitted.project}"
        if self.client.get_experiment_by_name(name) is not None:
            name += f" ({submitted.project_id[:8]})"
        place = (self._artifacts / submitted.project_id).as_uri() if self._artifacts else None
        return str(
            self.client.create_experiment(name, place, {tags.PROJECT_ID: submitted.project_id})
        )

    def _next_number(self, experiment: str) -> int:
        # The newest by time need not be the last that began: two may be submitted at once.
        newest = self.client.search_runs(
            [experiment], "", ViewType.ALL, max_results=50, order_by=_NEWEST
        )
        numbers = [run.data.tags.get(tags.RUN_NUMBER, "0") for run in newest]
        return max((int(number) for number in numbers if number.isdecimal()), default=0) + 1
