"""MLflow's tracking store of a job: what a script logs with MLflow goes to the job's report.

``MLFLOW_TRACKING_URI=facewright:`` chooses it. Nothing is kept in memory: a run's state is what its
report says, so several processes of a job see the same.
"""

import os
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from mlflow.entities import (
    Experiment,
    LifecycleStage,
    Metric,
    Param,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunStatus,
    RunTag,
)
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, INVALID_STATE, NOT_IMPLEMENTED
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID, MLFLOW_RUN_NAME

from facewright.runs.job_environment import tracking_id
from facewright.runs.reported import (
    CHILD,
    ENDED,
    METRIC,
    PARAMETER,
    TAG,
    TEXT_LIMIT,
    Record,
    is_name,
)
from facewright.runs.reported_state import ReportedRun, nested_runs, read_run
from facewright.runs.reporting import ARTEFACTS, append, now, report_folder

CHILDREN = "children"
_EXPERIMENT = "0"


class ReportingStore(AbstractStore):
    """Takes what a script logs with MLflow; what only a history can do is refused.

    The run of the job goes by the id in ``MLFLOW_RUN_ID``. A run that the script starts besides is
    nested in it. There is one experiment, by whatever name it is asked for: the project's.

    Args:
        store_uri: ``facewright:``.
        artifact_uri: Not used; artefacts go to the report.
    """

    def __init__(self, store_uri: str | None = None, artifact_uri: str | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def search_experiments(self, *_: Any, **__: Any) -> PagedList[Experiment]:
        """Return the only experiment."""
        return PagedList([self.get_experiment(_EXPERIMENT)], None)

    def create_experiment(self, name: str, *_: Any, **__: Any) -> str:
        """Return the only experiment's id."""
        return _EXPERIMENT

    def get_experiment(self, experiment_id: str) -> Experiment:
        """Return the only experiment."""
        return self.get_experiment_by_name("project")

    def get_experiment_by_name(self, experiment_name: str) -> Experiment:
        """Return the only experiment under that name."""
        return Experiment(_EXPERIMENT, experiment_name, _folder().as_uri(), LifecycleStage.ACTIVE)

    def set_experiment_tag(self, experiment_id: str, tag: Any) -> None:
        """Do nothing: the experiment is the project's."""

    def get_run(self, run_id: str) -> Run:
        """Return what was reported of a run so far."""
        folder = _folder()
        nested = _nested(run_id)
        state = read_run(folder, nested)
        if nested is not None and not state.known:
            raise MlflowException(f"this job has no run {run_id}", INVALID_PARAMETER_VALUE)
        place = folder / CHILDREN / nested if nested else folder
        return _run(run_id, state, place / ARTEFACTS)

    def create_run(
        self,
        experiment_id: str,
        user_id: str,
        start_time: int,
        tags: Iterable[RunTag] | None,
        run_name: str | None,
    ) -> Run:
        """Begin a nested run."""
        given = {tag.key: tag.value for tag in tags or ()}
        run = uuid.uuid4().hex
        parent = given.pop(MLFLOW_PARENT_RUN_ID, None)
        above = _nested(parent) if parent else None
        name = run_name or given.get(MLFLOW_RUN_NAME) or f"run-{run[:8]}"
        at = start_time or now()
        begun = Record(CHILD, at, value=name[:TEXT_LIMIT], run=run, parent=above)
        append(_folder(), [begun])
        self.log_batch(run, [], [], [RunTag(key, value) for key, value in given.items()])
        return self.get_run(run)

    def update_run_info(
        self, run_id: str, run_status: int | None, end_time: int | None, run_name: str | None
    ) -> RunInfo:
        """Hear that a run ended; how the job's own run ends, its target knows better."""
        nested = _nested(run_id)
        if nested is not None and run_status is not None and RunStatus.is_terminated(run_status):
            value = RunStatus.to_string(run_status)
            append(_folder(), [Record(ENDED, end_time or now(), value=value, run=nested)])
        if run_name:
            self.log_batch(run_id, [], [], [RunTag(MLFLOW_RUN_NAME, run_name)])
        return self.get_run(run_id).info

    def log_batch(
        self,
        run_id: str,
        metrics: Sequence[Metric],
        params: Sequence[Param],
        tags: Sequence[RunTag],
    ) -> None:
        """Report numbers, parameters and tags of a run."""
        run = _nested(run_id)
        self._refuse_changed(run, params)
        at = now()
        new = [_metric(metric, run) for metric in metrics]
        new += [_text(PARAMETER, param.key, param.value, at, run) for param in params]
        new += [_text(TAG, tag.key, tag.value, at, run) for tag in tags]
        append(_folder(), new)

    def get_metric_history(
        self,
        run_id: str,
        metric_key: str,
        max_results: int | None = None,
        page_token: str | None = None,
    ) -> PagedList[Metric]:
        """Return the values of a metric in the order in which they were reported."""
        found = read_run(_folder(), _nested(run_id)).series.get(metric_key, [])
        points = [Metric(metric_key, value, at, step) for value, at, step in found]
        return PagedList(points[:max_results], None)

    def log_inputs(
        self, run_id: str, datasets: Sequence[Any] | None = None, models: Any = None
    ) -> None:
        """Report which data a run used, as tags."""
        new = []
        for given in datasets or ():
            name = f"dataset.{given.dataset.name}"
            text = f"{given.dataset.source_type}: {given.dataset.source}"[:TEXT_LIMIT]
            new.append(_text(TAG, name, text, now(), _nested(run_id)))
        append(_folder(), new)

    def record_logged_model(self, run_id: str, mlflow_model: Any) -> None:
        """Do nothing: the model's files are artefacts of the run."""

    def delete_tag(self, run_id: str, key: str) -> None:
        """Refuse: what was reported stays reported."""
        raise _refusal("a tag cannot be taken back")

    def delete_run(self, run_id: str) -> None:
        """Refuse: a script does not delete runs."""
        raise _refusal("a run cannot be deleted")

    def restore_run(self, run_id: str) -> None:
        """Refuse: a script does not restore runs."""
        raise _refusal("a run cannot be restored")

    def delete_experiment(self, experiment_id: str) -> None:
        """Refuse: a script does not delete experiments."""
        raise _refusal("an experiment cannot be deleted")

    def restore_experiment(self, experiment_id: str) -> None:
        """Refuse: a script does not restore experiments."""
        raise _refusal("an experiment cannot be restored")

    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        """Refuse: a script does not rename experiments."""
        raise _refusal("an experiment cannot be renamed")

    def link_traces_to_run(self, trace_ids: list[str], run_id: str) -> None:
        """Refuse: a report holds no traces."""
        raise _refusal("traces cannot be linked")

    def _search_runs(self, *_: Any, **__: Any) -> tuple[list[Run], None]:
        """Return the job's own runs; those of the history cannot be seen from here."""
        folder = _folder()
        runs = [self.get_run(_job_run())]
        return runs + [self.get_run(run) for run in nested_runs(folder)], None

    def _refuse_changed(self, run: str | None, params: Sequence[Param]) -> None:
        if not params:
            return
        known = read_run(_folder(), run).parameters
        for param in params:
            if known.get(param.key, str(param.value)) != str(param.value):
                raise MlflowException(
                    f"changing param values is not allowed: {param.key!r} is "
                    f"{known[param.key]!r}, received {param.value!r}",
                    INVALID_PARAMETER_VALUE,
                )


def _folder() -> Path:
    folder = report_folder()
    if folder is None:
        raise MlflowException(
            "the tracking URI `facewright:` works inside a run of facewright; elsewhere set "
            "MLFLOW_TRACKING_URI to the history's own address",
            INVALID_STATE,
        )
    return folder


def _job_run() -> str:
    # MLflow takes `MLFLOW_RUN_ID` away once it was used.
    return tracking_id(os.environ.get("FACEWRIGHT_RUN_ID", ""))


def _nested(run_id: str) -> str | None:
    return None if run_id == _job_run() else run_id


def _refusal(what: str) -> MlflowException:
    return MlflowException(f"{what} from inside a run of facewright", NOT_IMPLEMENTED)


def _metric(metric: Metric, run: str | None) -> Record:
    _check_name(metric.key)
    try:
        value, step = float(metric.value), int(metric.step or 0)
    except (TypeError, ValueError) as error:
        raise MlflowException(
            f"not a number for {metric.key!r}: {metric.value!r}", INVALID_PARAMETER_VALUE
        ) from error
    return Record(METRIC, int(metric.timestamp or now()), metric.key, "", (value,), step, run)


def _text(kind: str, key: str, value: object, at: int, run: str | None) -> Record:
    _check_name(key)
    # MLflow shortens what is too long unless told otherwise; a report always does.
    return Record(kind, at, key, value=str(value)[:TEXT_LIMIT], run=run)


def _check_name(name: str) -> None:
    if not is_name(name):
        raise MlflowException(f"not a name to log by: {name[:100]!r}", INVALID_PARAMETER_VALUE)


def _run(run_id: str, state: ReportedRun, artefacts: Path) -> Run:
    info = RunInfo(
        run_id=run_id,
        experiment_id=_EXPERIMENT,
        user_id="",
        status=state.status,
        start_time=state.started,
        end_time=state.ended,
        lifecycle_stage=LifecycleStage.ACTIVE,
        artifact_uri=artefacts.as_uri(),
        run_name=state.name,
    )
    latest = [Metric(key, *max(found, key=_when)) for key, found in state.series.items()]
    params = [Param(key, value) for key, value in state.parameters.items()]
    tags = [RunTag(key, value) for key, value in state.tags.items()]
    return Run(info, RunData(latest, params, tags), RunInputs([]))


def _when(point: tuple[float, int, int]) -> tuple[int, int]:
    _, at, step = point
    return step, at
