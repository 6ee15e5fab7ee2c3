"""What scripts report goes to files, whether they call us or MLflow."""

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest

from facewright import runs
from facewright.errors import InputError
from facewright.runs.job_environment import job_environment, tracking_id
from facewright.runs.reported import LINE_LIMIT, Record, line_of, records
from facewright.runs.reporter import RunReporter
from facewright.training.reporter import SilentReporter

RUN = "face.v2_1795377699443"


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that this process reports to."""
    folder = tmp_path / "report"
    monkeypatch.setenv("FACEWRIGHT_RUN_REPORT", str(folder))
    return folder


def read(report: Path) -> list[Record]:
    """Return what was reported."""
    return list(records((report / "reported.jsonl").read_bytes()))


@pytest.mark.parametrize(
    ("value", "values"),
    [
        (3, (3.0,)),
        (0.25, (0.25,)),
        (True, (1.0,)),
        (np.float32(0.5), (0.5,)),
        (np.array(7), (7.0,)),
        ([1, 2.5], (1.0, 2.5)),
        (np.array([1, 2], dtype=np.uint8), (1.0, 2.0)),
        ([np.float64(2), np.int8(3)], (2.0, 3.0)),
        (math.inf, (math.inf,)),
        (-math.inf, (-math.inf,)),
    ],
)
def test_numbers_are_reported(report: Path, value: Any, values: tuple[float, ...]) -> None:
    runs.log("loss", value, step=4)
    (record,) = read(report)
    assert (record.kind, record.name, record.values, record.step) == ("metric", "loss", values, 4)


def test_a_number_that_is_none_stays_one(report: Path) -> None:
    runs.log("loss", math.nan)
    assert math.isnan(read(report)[0].values[0])


def test_a_long_series_takes_several_lines_with_rising_steps(report: Path) -> None:
    runs.log("loss", list(range(2500)))
    found = read(report)
    assert [(len(record.values), record.step) for record in found] == [
        (1000, 0),
        (1000, 1000),
        (500, 2000),
    ]


def test_texts_parameters_and_tags_are_reported(report: Path) -> None:
    runs.log("best", "epoch 3\nof five")
    runs.log_parameters({"epochs": 5, "shared": Path("x")})
    runs.tag("note", "zweiter Versuch ☂")
    assert [(each.kind, each.name, each.value) for each in read(report)] == [
        ("text", "best", "epoch 3\nof five"),
        ("parameter", "epochs", "5"),
        ("parameter", "shared", "x"),
        ("tag", "note", "zweiter Versuch ☂"),
    ]


def test_a_figure_is_kept_as_a_picture(report: Path) -> None:
    matplotlib.use("agg")
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().plot([1, 2])
    runs.log("curves/loss", figure)
    picture = report / "artefacts" / "figures" / "curves" / "loss.png"
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_files_are_kept(report: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    runs.upload("notes/a.txt", tmp_path / "notes.txt")
    runs.upload("b.txt", "text")
    runs.upload("c.bin", b"\0")
    kept = report / "artefacts"
    assert (kept / "notes" / "a.txt").read_text() == "hello"
    assert (kept / "b.txt").read_text() == "text"
    assert (kept / "c.bin").read_bytes() == b"\0"


@pytest.mark.parametrize("name", ["", "/etc/x", "../x", "a/../../x", "a\\b", "."])
def test_a_hostile_name_of_a_file_is_refused(report: Path, name: str) -> None:
    with pytest.raises(InputError):
        runs.upload(name, b"x")
    assert not report.exists()


@pytest.mark.parametrize("name", ["", "a\nb", "../a", "/a", "a//b", "a?", "x" * 251, 5])
def test_a_name_that_mlflow_refuses_is_refused_at_once(report: Path, name: Any) -> None:
    with pytest.raises(InputError, match="not a name to report by"):
        runs.log(name, 1)


@pytest.mark.parametrize(
    ("value", "received"),
    [
        (None, "NoneType"),
        ({"a": 1}, "dict"),
        ([1, "b"], "list of int, str"),
        (np.zeros((2, 2)), r"ndarray of shape \(2, 2\)"),
        (1j, "complex"),
    ],
)
def test_what_cannot_be_logged_is_refused_in_words(report: Path, value: Any, received: str) -> None:
    with pytest.raises(InputError, match=f"'x' cannot be logged: .* received {received}"):
        runs.log("x", value)


def test_a_step_that_is_no_integer_is_refused(report: Path) -> None:
    with pytest.raises(InputError, match="not a step"):
        runs.log("x", 1, step=1.5)  # type: ignore[arg-type]


def test_a_long_text_is_refused(report: Path) -> None:
    with pytest.raises(InputError, match="expected at most 5000 characters, received 5001"):
        runs.log("x", "y" * 5001)


def test_the_widest_text_fits_a_line() -> None:
    assert len(line_of(Record("text", 2**53, "x" * 250, value="\N{UMBRELLA}" * 5000))) < LINE_LIMIT


def test_outside_a_run_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    runs.log("loss", 1)
    runs.log_parameters({"a": 1})
    runs.upload("x", b"x")
    assert list(tmp_path.iterdir()) == []


def test_training_reports_its_numbers(report: Path) -> None:
    reporter = RunReporter(SilentReporter())
    reporter.say("begins")
    assert list(reporter.track([1, 2], "photos", 2)) == [1, 2]
    reporter.metric("loss", 0.5, step=2)
    assert [(each.name, each.values, each.step) for each in read(report)] == [("loss", (0.5,), 2)]


def test_processes_report_at_once_without_mixing_lines(report: Path) -> None:
    script = (
        "import sys; from facewright import runs\n"
        "for i in range(300): runs.log(sys.argv[1], [i] * 900, step=i)"
    )
    names = ["a", "b", "c"]
    started = [subprocess.Popen([sys.executable, "-c", script, name]) for name in names]
    assert [process.wait() for process in started] == [0, 0, 0]
    found = read(report)
    for name in names:
        assert [each.step for each in found if each.name == name] == list(range(300))


def test_importing_the_functions_loads_the_standard_library_only() -> None:
    script = (
        "import sys; import facewright.runs\n"
        "print(sorted({'mlflow', 'numpy', 'pydantic', 'sqlalchemy', 'rich'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ended.stdout == "[]\n"


def run_script(report: Path, script: str) -> "subprocess.CompletedProcess[str]":
    """Run a script as a job does."""
    environment = {**os.environ, **job_environment(RUN), "FACEWRIGHT_RUN_REPORT": str(report)}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env=environment,
        cwd=report.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_mlflow_logs_lands_in_the_same_files(report: Path) -> None:
    ended = run_script(
        report,
        "import mlflow, facewright.runs\n"
        "mlflow.set_experiment('any')\n"
        "with mlflow.start_run() as run:\n"
        "    mlflow.log_metric('loss', 0.5, step=2)\n"
        "    mlflow.log_metrics({'a': float('nan'), 'b': 2})\n"
        "    mlflow.log_params({'lr': 0.1})\n"
        "    mlflow.set_tag('note', 'x')\n"
        "    mlflow.log_text('hello', 'notes/a.txt')\n"
        "    facewright.runs.log('c', 3)\n"
        "    print(run.info.run_id, mlflow.get_run(run.info.run_id).data.metrics['loss'])\n",
    )
    assert ended.stderr == ""
    assert ended.stdout == f"{tracking_id(RUN)} 0.5\n"
    found = read(report)
    assert {each.name for each in found if each.kind == "metric"} == {"loss", "a", "b", "c"}
    assert [each.value for each in found if each.kind == "parameter"] == ["0.1"]
    assert {each.run for each in found} == {None}
    assert (report / "artefacts" / "notes" / "a.txt").read_text() == "hello"
    assert sorted(path.name for path in report.parent.iterdir()) == ["report"]


def test_runs_that_a_script_starts_are_nested(report: Path) -> None:
    ended = run_script(
        report,
        "import mlflow\n"
        "with mlflow.start_run():\n"
        "    with mlflow.start_run(nested=True, run_name='fold 1'):\n"
        "        mlflow.log_metric('a', 1)\n"
        "        mlflow.log_text('x', 'a.txt')\n"
        "with mlflow.start_run(run_name='another'):\n"
        "    mlflow.log_metric('b', 1)\n"
        "print(len(mlflow.search_runs(output_format='list')))\n",
    )
    assert (ended.stdout, ended.stderr) == ("3\n", "")
    begun = {each.run: each.value for each in read(report) if each.kind == "child"}
    assert sorted(begun.values()) == ["another", "fold 1"]
    numbers = {(begun[each.run], each.name) for each in read(report) if each.kind == "metric"}
    assert numbers == {("fold 1", "a"), ("another", "b")}
    (file,) = report.glob("children/*/artefacts/a.txt")
    assert begun[file.parts[-3]] == "fold 1"


def test_a_changed_parameter_is_refused_as_mlflow_does(report: Path) -> None:
    ended = run_script(
        report, "import mlflow\nmlflow.log_param('a', 1)\nmlflow.log_param('a', 2)\n"
    )
    assert "changing param values is not allowed: 'a' is '1', received '2'" in ended.stderr


@pytest.mark.parametrize(
    "call",
    ["delete_run(run)", "rename_experiment('0', 'x')", "delete_tag(run, 'x')"],
)
def test_what_a_report_cannot_hold_is_refused_in_words(report: Path, call: str) -> None:
    ended = run_script(
        report,
        f"import os, mlflow\nrun = os.environ['MLFLOW_RUN_ID']\nmlflow.MlflowClient().{call}\n",
    )
    assert "from inside a run of facewright" in ended.stderr


def test_outside_a_run_the_address_explains_itself(tmp_path: Path) -> None:
    script = "import mlflow\nmlflow.set_tracking_uri('facewright:')\nmlflow.log_metric('a', 1)\n"
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True
    )
    assert "the tracking URI `facewright:` works inside a run of facewright" in ended.stderr
