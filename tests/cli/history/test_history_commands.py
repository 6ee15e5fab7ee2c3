"""`facewright history` and `facewright asset`, as people and scripts see them."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from facewright.cli.history.chart import chart_lines
from facewright.cli.history.compare import compared
from facewright.projects.project import Project, create_project, find_project
from facewright.runs.history import History
from facewright.runs.reading import Point
from facewright.runs.record import RunStatus, Submitted
from facewright.runs.reported import Record, line_of
from facewright.settings import Settings

FIRST = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, empty_history: Path) -> Path:
    """Return a folder with `data/` and a project `face/`, which has two runs."""
    place = tmp_path_factory.mktemp("commands")
    project = create_project(place / "face")
    (place / "outputs").mkdir()
    (place / "outputs" / "model.h5").write_bytes(b"model")
    (place / "logs").mkdir()
    (place / "logs" / "driver_log.txt").write_text("epoch 1\nepoch 2\n")
    (place / "data").mkdir()
    shutil.copy(empty_history, place / "data" / "facewright.db")
    history = open_history(place)
    for number, status in ((1, RunStatus.FAILED), (2, RunStatus.COMPLETED)):
        run = submitted(project, number)
        history.begin(run)
        history.status(run.run_id, RunStatus.RUNNING, run.created)
        history.report(run.run_id, line_of(Record("metric", 1, "loss", values=(0.5 / number,))))
        history.keep(run.run_id, place / "outputs", "outputs")
        history.keep(run.run_id, place / "logs", "logs")
        history.end(run.run_id, status, run.created + timedelta(seconds=65))
    return place


@pytest.fixture
def project(made: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return the project, with its history in the settings."""
    monkeypatch.setenv("FACEWRIGHT_DATA_DIRECTORY", str(made / "data"))
    return find_project(made / "face")


def open_history(place: Path) -> History:
    """Return the history in a folder."""
    settings = Settings(data_directory=place / "data")
    return History.open(settings.tracking_uri, settings.artifact_directory)


def submitted(project: Project, number: int) -> Submitted:
    """Return a run of a project."""
    return Submitted(
        run_id=f"{project.name}_{number}",
        project=project.name,
        project_id=project.id,
        account="local",
        workspace="default",
        user="ada",
        target="local",
        configuration="local",
        script_name="train.py",
        arguments=("--epochs", str(number)),
        created=FIRST + timedelta(minutes=number),
    )


def test_runs_are_listed_newest_first(project: Project, facewright: Callable[..., Any]) -> None:
    ended = facewright("history", "list", "-o", "table", cwd=project.folder)
    assert (ended.code, ended.stderr) == (0, "")
    assert [line.split() for line in ended.stdout.splitlines() if "─" not in line] == [
        ["loss", "Duration", "Run_id", "Script_name", "Start_time_utc", "Status"],
        ["0.25", "0:01:05", "face_2", "train.py", "2026-11-22T20:02:00", "Completed"],
        ["0.5", "0:01:05", "face_1", "train.py", "2026-11-22T20:01:00", "Failed"],
    ]


def test_the_queries_of_the_original_work(project: Project, facewright: Callable[..., Any]) -> None:
    ended = facewright(
        "history", "list", "--query", "[?status=='Completed'].run_id", cwd=project.folder
    )
    assert json.loads(ended.stdout) == ["face_2"]
    ended = facewright("history", "list", "--query", "max_by(@, &loss).run_id", cwd=project.folder)
    assert json.loads(ended.stdout) == "face_1"
    ended = facewright("history", "list", "--limit", 1, "--path", project.folder)
    assert [record["run_id"] for record in json.loads(ended.stdout)] == ["face_2"]


def test_a_list_without_runs_says_so(tmp_path: Path, facewright: Callable[..., Any]) -> None:
    create_project(tmp_path / "new")
    ended = facewright("history", "list", cwd=tmp_path / "new")
    assert ended == (0, "[]\n", "No runs yet; `facewright experiment submit` makes one\n")
    assert not (tmp_path / "data").exists()


def test_outside_a_project_all_projects_are_asked_for(
    project: Project, facewright: Callable[..., Any]
) -> None:
    ended = facewright("history", "list")
    assert (ended.code, ended.stdout) == (1, "")
    assert ended.stderr.startswith("error: not in a project")
    ended = facewright("history", "list", "--all-projects", "--query", "[].run_id", "-o", "tsv")
    assert ended.stdout == "face_2\nface_1\n"


def test_a_run_is_shown(project: Project, facewright: Callable[..., Any]) -> None:
    shown = json.loads(facewright("history", "info", "-r", "face_1").stdout)
    assert (shown["status"], shown["loss"], shown["parameters"]) == ("Failed", 0.5, {"epochs": "1"})
    assert shown["attachments"] == ["logs/driver_log.txt", "outputs/model.h5"]
    ended = facewright("history", "info", "-r", "face_1", "-a", "driver_log")
    assert ended == (0, "epoch 1\nepoch 2\n", "")
    ended = facewright("history", "last", "--query", "run_id", cwd=project.folder)
    assert ended.stdout == '"face_2"\n'


def test_differences_are_marked(project: Project, facewright: Callable[..., Any]) -> None:
    ended = facewright("history", "compare", "face_1", "face_2", "--only-differences")
    rows = {row["field"]: row for row in json.loads(ended.stdout)}
    assert rows["loss"] == {"field": "loss", "differs": True, "face_1": 0.5, "face_2": 0.25}
    assert rows["parameters.epochs"]["face_2"] == "2"
    assert "script_name" not in rows
    ended = facewright("history", "compare", "face_1")
    assert ended == (1, "", "error: nothing to compare: expected two or more runs\n")


def test_files_go_where_they_are_asked_for(
    project: Project, facewright: Callable[..., Any], tmp_path: Path
) -> None:
    ended = facewright("history", "download", "-r", "face_2", "-a", "outputs", "-d", "there")
    assert ended == (0, "Wrote there/outputs/model.h5\n", "")
    again = facewright("history", "download", "-r", "face_2", "-d", "there")
    assert again.code == 1
    assert again.stderr == (
        "error: 1 files are in the way, such as there/outputs/model.h5; nothing was written\n"
        "hint: replace them with --overwrite, or name another folder with -d\n"
    )


def test_a_promoted_file_is_brought_back(
    project: Project, facewright: Callable[..., Any], tmp_path: Path
) -> None:
    ended = facewright(
        "history",
        *("promote", "-r", "face_2", "-ap", "outputs/model.h5", "-n", "model"),
        cwd=project.folder,
    )
    link = project.folder / "assets" / "model.link"
    assert ended == (0, f"Wrote {link}\n", "")
    ended = facewright("asset", "download", "-l", link, "-d", "got")
    assert ended == (0, "Wrote got/model.h5\n", "")
    assert (tmp_path / "got" / "model.h5").read_bytes() == b"model"


def test_a_run_is_deleted_only_when_meant(
    made: Path, project: Project, facewright: Callable[..., Any], tmp_path: Path
) -> None:
    history = open_history(made)
    history.begin(submitted(create_project(tmp_path / "other"), 1))
    history.end("other_1", RunStatus.COMPLETED, FIRST)
    ended = facewright("history", "delete", "-r", "other_1")
    assert ended.code == 1
    assert "expected an answer or --yes, and there is no terminal" in ended.stderr
    assert facewright("history", "delete", "-r", "other_1", "-y") == (0, "Deleted other_1\n", "")
    ended = facewright("history", "info", "-r", "other_1")
    assert (ended.code, ended.stdout) == (1, "")
    assert ended.stderr.startswith("error: no run other_1 in the history\nhint: ")


def test_values_of_one_run_only_differ() -> None:
    rows = compared([{"run_id": "a", "x": float("nan")}, {"run_id": "b", "x": float("nan")}])
    assert [row["differs"] for row in rows] == [False]
    rows = compared([{"run_id": "a", "x": 1}, {"run_id": "b"}])
    assert rows == [{"field": "x", "differs": True, "a": 1, "b": None}]


def test_series_become_lines_of_bars() -> None:
    points = [Point(step, value) for step, value in enumerate([4, 2, float("nan"), 0])]
    assert chart_lines({"loss": points, "a": points[:2]}) == [
        "loss  █▅·▁  4 → 0  (steps 0–3)",
        "a     █▁  4 → 2  (steps 0–1)",
    ]
    (long,) = chart_lines({"x": [Point(step, step) for step in range(1000)]})
    assert len(long.split()[1]) == 40
