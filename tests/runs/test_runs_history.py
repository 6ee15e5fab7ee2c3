"""What is written about runs: once, twice, in pieces, and whatever a script reported."""

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facewright.errors import RunError
from facewright.runs.history import History
from facewright.runs.record import RunStatus, Submitted
from facewright.runs.reported import LINE_LIMIT, Record, line_of

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
NESTED = "0123456789abcdef" * 2


def submitted(run_id: str = "face_1795377699443", **changes: Any) -> Submitted:
    """Return a run that was submitted."""
    values: dict[str, Any] = {
        "run_id": run_id,
        "project": "face",
        "project_id": "5a6e0c9e-6f7e-4c1e-9a53-5f3f4a3a2a11",
        "account": "local",
        "workspace": "default",
        "user": "ada",
        "target": "box",
        "configuration": "box",
        "script_name": "train.py",
        "arguments": ("--epochs", "5", "--mirror", "photos"),
        "created": NOW,
        "commit": "c0ffee",
        "environment": "sha256:1",
    }
    return Submitted(**{**values, **changes})


@pytest.fixture(scope="module")
def shared_history(tmp_path_factory: pytest.TempPathFactory, empty_history: Path) -> History:
    """Return a history in a new file; tests take runs of their own."""
    folder = tmp_path_factory.mktemp("history")
    shutil.copy(empty_history, folder / "runs.db")
    return History.open(f"sqlite:///{folder / 'runs.db'}", folder / "artefacts")


@pytest.fixture(scope="module")
def new_run(shared_history: History) -> Callable[[], str]:
    """Return a function that begins a run and returns its id."""
    count = iter(range(1, 10**6))

    def begin() -> str:
        run = submitted(f"face_{1795377699443 + next(count)}")
        shared_history.begin(run)
        return run.run_id

    return begin


def state(history: History, run_id: str) -> Any:
    """Return all that the history knows of a run and what is nested in it."""
    client = history.runs.client
    known = []
    for run in [history.runs.find(run_id), *history.runs.all_nested(run_id)]:
        series = {
            name: sorted(
                (each.step, each.timestamp, repr(each.value))
                for each in client.get_metric_history(run.info.run_id, name)
            )
            for name in run.data.metrics
        }
        metrics = {name: repr(value) for name, value in run.data.metrics.items()}
        tags = {
            name: value
            for name, value in run.data.tags.items()
            if not name.startswith(("facewright.", "mlflow."))
        }
        known.append((metrics, series, run.data.params, tags, run.info.status, run.info.end_time))
    return sorted(known, key=repr)


def test_a_record_survives_json() -> None:
    run = submitted()
    assert Submitted.from_json(run.to_json()) == run


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": 1}'])
def test_a_broken_record_is_refused(text: str) -> None:
    with pytest.raises(RunError, match="the record of a run cannot be read"):
        Submitted.from_json(text)


@pytest.mark.parametrize("run_id", ["", "face", "../x_1", "a b_1", "face_1\n", "x'--_1", "a/b_1"])
def test_a_hostile_run_id_is_refused(run_id: str) -> None:
    with pytest.raises(RunError, match="not a run's id"):
        submitted(run_id)


def test_a_run_goes_through_its_states(shared_history: History, new_run: Callable[[], str]) -> None:
    run_id = new_run()
    run = shared_history.runs.find(run_id)
    shared_history.status(run_id, RunStatus.SUBMITTING)
    assert shared_history.runs.find(run_id).info.status == "SCHEDULED"
    for _ in range(2):
        shared_history.status(run_id, RunStatus.RUNNING, NOW)
        assert shared_history.runs.find(run_id).info.status == "RUNNING"
    for _ in range(2):
        shared_history.end(run_id, RunStatus.CANCELED, NOW, "somebody asked")
    shared_history.status(run_id, RunStatus.RUNNING)
    ended = shared_history.runs.find(run_id)
    assert ended.info.status == "KILLED"
    assert ended.info.end_time == NOW.timestamp() * 1000
    assert ended.data.tags["facewright.reason"] == "somebody asked"
    assert run.data.params == {"epochs": "5", "mirror": "photos"}
    assert run.data.tags["mlflow.source.git.commit"] == "c0ffee"


def test_beginning_twice_makes_one_run(shared_history: History) -> None:
    run = submitted("twice_1")
    shared_history.begin(run)
    first = shared_history.runs.find("twice_1").info.run_id
    again = History(shared_history.runs, shared_history.artefacts)
    again.runs._known.clear()
    again.begin(run)
    assert again.runs.find("twice_1").info.run_id == first


def test_runs_of_a_project_are_counted(shared_history: History) -> None:
    project = {"project": "other", "project_id": "0" * 8}
    for number in (1, 2, 3):
        shared_history.begin(submitted(f"other_{number}", **project))
    numbers = [
        shared_history.runs.find(f"other_{number}").data.tags["facewright.run_number"]
        for number in (1, 2, 3)
    ]
    assert numbers == ["1", "2", "3"]


def test_a_project_of_the_same_name_has_its_own_experiment(shared_history: History) -> None:
    shared_history.begin(submitted("same_1", project_id="11111111"))
    shared_history.begin(submitted("same_2", project_id="22222222"))
    one, other = (shared_history.runs.find(f"same_{number}").info for number in (1, 2))
    assert one.experiment_id != other.experiment_id


def test_processes_that_begin_at_once_make_one_run_each(
    tmp_path: Path, empty_history: Path
) -> None:
    shutil.copy(empty_history, tmp_path / "runs.db")
    script = (  # two processes, of one that has loaded MLflow
        "import os, sys; from pathlib import Path\n"
        "from facewright.runs import tracked_runs, tracking\n"
        "from facewright.runs.history import History\n"
        "from facewright.runs.record import Submitted\n"
        "import mlflow.store.tracking.sqlalchemy_store\n"
        "lines = sys.argv[3:]\n"
        "child = os.fork()\n"
        "history = History.open(sys.argv[1], Path(sys.argv[2]))\n"
        "for line in lines if child else lines[::-1]: history.begin(Submitted.from_json(line))\n"
        "sys.exit(os.waitpid(child, 0)[1] if child else 0)\n"
    )
    lines = [submitted(f"face_{number}").to_json() for number in range(1, 5)]
    command = [sys.executable, "-c", script, f"sqlite:///{tmp_path / 'runs.db'}"]
    command.append(str(tmp_path / "artefacts"))
    subprocess.run([*command, *lines], check=True)
    history = History.open(f"sqlite:///{tmp_path / 'runs.db'}", tmp_path / "artefacts")
    found = history.runs.client.search_runs(history.runs.experiments(None))
    assert sorted(run.data.tags["facewright.run_number"] for run in found) == list("1234")


def some_records() -> list[Record]:
    """Return records of all kinds, some of which contradict others."""
    return [
        Record("metric", 1, "loss", values=(0.5, 0.25, math.nan), step=0),
        Record("metric", 2, "loss", values=(math.inf,), step=7),
        Record("metric", 2, "loss", values=(0.125,), step=7),
        Record("parameter", 3, "lr", value="0.1"),
        Record("parameter", 4, "lr", value="0.2"),
        Record("tag", 5, "note", value="first"),
        Record("child", 6, value="fold 1", run=NESTED),
        Record("metric", 7, "loss", values=(3.0,), run=NESTED),
        Record("tag", 8, "note", value="second"),
        Record("text", 9, "best", value="epoch 3"),
        Record("text", 9, "best", value="epoch 4"),
        Record("ended", 10, value="FAILED", run=NESTED),
        Record("metric", 11, "accuracy", values=(0.98,)),
    ]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cuts=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=5))
def test_pieces_and_repetitions_change_nothing(
    shared_history: History, new_run: Callable[[], str], cuts: list[tuple[float, float]]
) -> None:
    report = b"".join(map(line_of, some_records()))
    whole, pieces = new_run(), new_run()
    shared_history.report(whole, report)
    done = 0
    for earlier, share in [*cuts, (1.0, 1.0)]:
        # A carrier that was killed begins at some earlier line, and reads up to any byte.
        done = report.rfind(b"\n", 0, round(earlier * done)) + 1
        end = done + round(share * (len(report) - done))
        done += shared_history.report(pieces, report[done:end])
    assert state(shared_history, pieces) == state(shared_history, whole)


def test_a_report_becomes_metrics_parameters_and_tags(
    shared_history: History, new_run: Callable[[], str]
) -> None:
    run_id = new_run()
    shared_history.report(run_id, b"".join(map(line_of, some_records())))
    run = shared_history.runs.find(run_id)
    assert run.data.metrics["accuracy"] == 0.98
    assert run.data.params["lr"] == "0.1"
    assert run.data.tags["note"] == "second"
    assert run.data.tags["logged.best"] == "epoch 4"
    assert run.data.tags["facewright.problem"] == "parameter lr: '0.1' stays, '0.2' came later"
    (nested,) = shared_history.runs.all_nested(run_id)
    assert (nested.info.run_name, nested.info.status) == ("fold 1", "FAILED")
    assert nested.data.tags["mlflow.parentRunId"] == run.info.run_id


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    junk=st.lists(
        st.one_of(
            st.binary(max_size=50),
            st.recursive(
                st.none() | st.booleans() | st.floats() | st.text(max_size=5),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["kind", "name", "at"]), inner, max_size=3)
                ),
                max_leaves=5,
            ).map(lambda value: json.dumps(value).encode()),
        ),
        max_size=5,
    )
)
def test_junk_between_records_is_skipped(
    shared_history: History, new_run: Callable[[], str], junk: list[bytes]
) -> None:
    run_id = new_run()
    good = line_of(Record("metric", 1, "loss", values=(0.5,)))
    lines = b"\n".join(junk) + b"\n" + good
    assert shared_history.report(run_id, lines) == len(lines)
    assert shared_history.runs.find(run_id).data.metrics == {"loss": 0.5}


def hostile(**changes: Any) -> bytes:
    """Return a line that is nearly a record."""
    content = {"kind": "metric", "at": 1, "name": "x", "values": [1], "step": 0}
    return json.dumps({**content, **changes}).encode() + b"\n"


@pytest.mark.parametrize(
    "line",
    [
        hostile(kind="reboot"),
        hostile(kind=["metric"]),
        hostile(name="../../x"),
        hostile(name="x\n"),
        hostile(name=None),
        hostile(values=[]),
        hostile(values=[1] * 1001),
        hostile(values=["1"]),
        hostile(values=[True]),
        hostile(values=[10**400]),
        hostile(values={"a": 1}),
        hostile(step=2**70),
        hostile(at="now"),
        hostile(at=1e300),
        hostile(run="'; drop table runs; --"),
        hostile(run=5),
        hostile(name="y" * LINE_LIMIT),
        hostile(kind="tag", name="facewright.run_id", value="face_1"),
        hostile(kind="tag", name="mlflow.parentRunId", value="1"),
        hostile(kind="tag", name="logged.x", value="1"),
        hostile(kind="child", value="x"),
        hostile(kind="tag", value="x" * 5001),
        b"[" * 30_000 + b"\n",
        b'{"kind": "metric", "at": 1, "name": "x", "values": [NaN], "step": null}\n',
    ],
)
def test_a_hostile_line_changes_nothing(
    shared_history: History, new_run: Callable[[], str], line: bytes
) -> None:
    run_id = new_run()
    before = shared_history.runs.find(run_id).data.to_dictionary()
    assert shared_history.report(run_id, line) == len(line)
    assert shared_history.runs.find(run_id).data.to_dictionary() == before
    assert shared_history.runs.all_nested(run_id) == []


def test_a_line_without_end_waits_until_it_is_too_long(
    shared_history: History, new_run: Callable[[], str]
) -> None:
    run_id = new_run()
    assert shared_history.report(run_id, b'{"kind"') == 0
    assert shared_history.report(run_id, b"x" * LINE_LIMIT) == LINE_LIMIT


def test_text_that_a_database_refuses_is_mended(
    shared_history: History, new_run: Callable[[], str]
) -> None:
    run_id = new_run()
    shared_history.report(run_id, hostile(kind="tag", name="t", value="a\0b\ud800c"))
    assert shared_history.runs.find(run_id).data.tags["t"] == "a\N{REPLACEMENT CHARACTER}b?c"


def test_a_run_has_room_for_so_many_names_and_any_number_of_values(
    shared_history: History, new_run: Callable[[], str]
) -> None:
    run_id = new_run()
    names = [Record("metric", 1, f"m{number}", values=(1.0,)) for number in range(1500)]
    curve = [
        Record("metric", 2, "m0", values=(0.5,) * 1000, step=1000 * part) for part in range(1, 11)
    ]
    shared_history.report(run_id, b"".join(map(line_of, names + curve)))
    run = shared_history.runs.find(run_id)
    assert len(run.data.metrics) == 1000
    client = shared_history.runs.client
    assert len(client.get_metric_history(run.info.run_id, "m0")) == 10_001


def test_unknown_runs_are_named(shared_history: History) -> None:
    with pytest.raises(RunError, match="no run nobody_1 in the history"):
        shared_history.report("nobody_1", b"{}\n")


def test_files_are_kept_once(
    shared_history: History, new_run: Callable[[], str], tmp_path: Path
) -> None:
    run_id = new_run()
    outputs = tmp_path / "outputs"
    (outputs / "deep").mkdir(parents=True)
    (outputs / "deep" / "model.h5").write_bytes(b"model")
    (outputs / "link").symlink_to("/etc/hostname")
    (outputs / "away").symlink_to("/etc")
    (outputs / "new\nline").write_bytes(b"x")
    shared_history.keep(run_id, outputs, "outputs")
    mlflow_id = shared_history.runs.id_of(run_id)
    kept = {each.path: each.size for each in shared_history.artefacts.all(mlflow_id)}
    assert kept == {"outputs/deep/model.h5": 5}
    problem = shared_history.runs.find(run_id).data.tags["facewright.problem"]
    assert problem == "1 files were not kept for their names: 'outputs/new\\nline'"
    place = next((shared_history.artefacts._notes.parent).glob(f"*/{mlflow_id}/**/model.h5"))
    place.write_bytes(b"seen")
    (outputs / "deep" / "model.h5").touch()
    shared_history.keep(run_id, outputs, "outputs")
    assert place.read_bytes() == b"seen"
    (outputs / "deep" / "model.h5").write_bytes(b"changed")
    shared_history.keep(run_id, outputs, "outputs")
    assert place.read_bytes() == b"changed"


def test_reported_files_are_kept_with_the_run_they_belong_to(
    shared_history: History, new_run: Callable[[], str], tmp_path: Path
) -> None:
    run_id = new_run()
    shared_history.report(run_id, line_of(Record("child", 1, value="fold", run=NESTED)))
    for folder in (tmp_path / "artefacts", tmp_path / "children" / NESTED / "artefacts"):
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text("x")
    shared_history.keep_reported(run_id, tmp_path)
    (nested,) = shared_history.runs.all_nested(run_id)
    for mlflow_id in (shared_history.runs.id_of(run_id), nested.info.run_id):
        assert [each.path for each in shared_history.artefacts.all(mlflow_id)] == ["a.txt"]


def test_nested_runs_end_with_their_run(
    shared_history: History, new_run: Callable[[], str]
) -> None:
    run_id = new_run()
    shared_history.report(run_id, line_of(Record("child", 1, value="fold", run=NESTED)))
    shared_history.end(run_id, RunStatus.FAILED, NOW)
    assert [run.info.status for run in shared_history.runs.all_nested(run_id)] == ["FAILED"]


def test_an_unmodified_client_reads_everything(
    shared_history: History, new_run: Callable[[], str], tmp_path: Path
) -> None:
    run_id = new_run()
    shared_history.report(run_id, b"".join(map(line_of, some_records())))
    (tmp_path / "driver_log.txt").write_text("hello")
    shared_history.keep(run_id, tmp_path, "logs")
    shared_history.end(run_id, RunStatus.COMPLETED, NOW)
    script = (
        "import sys; from mlflow import MlflowClient\n"
        "client = MlflowClient(sys.argv[1])\n"
        "found = client.search_experiments(filter_string=\"name = 'default/face'\")\n"
        "query = f\"attributes.run_name = '{sys.argv[2]}'\"\n"
        "run, = client.search_runs([found[0].experiment_id], query)\n"
        "path = client.download_artifacts(run.info.run_id, 'logs/driver_log.txt')\n"
        "print(run.info.status, run.data.metrics['accuracy'], run.data.params['lr'])\n"
        "print(len(client.get_metric_history(run.info.run_id, 'loss')), open(path).read())\n"
    )
    uri = shared_history.runs.client.tracking_uri
    ended = subprocess.run(
        [sys.executable, "-c", script, uri, run_id], capture_output=True, text=True, cwd=tmp_path
    )
    assert ended.stdout == "FINISHED 0.98 0.1\n5 hello\n", ended.stderr
