"""`facewright project restore`."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from facewright.projects.contents import list_contents
from facewright.projects.project import Project, create_project
from facewright.projects.snapshots import Snapshots, repository_of

COMMAND = (
    "import sys, typer\n"
    "from facewright.cli.errors import run_and_explain\n"
    "from facewright.cli.project.restore import restore\n"
    "app = typer.Typer(pretty_exceptions_enable=False)\n"
    "app.command()(restore)\n"
    "sys.exit(run_and_explain(app))\n"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("FACEWRIGHT_DATA_DIRECTORY", str(tmp_path / "data"))
    return create_project(tmp_path / "doors")


@pytest.fixture
def snapshots(project: Project, tmp_path: Path) -> Snapshots:
    return Snapshots(repository_of(tmp_path / "data", project.id))


@pytest.fixture
def commit(snapshots: Snapshots, project: Project) -> str:
    files = list_contents(project.folder).files
    return snapshots.take(project.folder, files, "x", datetime.now(UTC))


@pytest.fixture
def restore(project: Project) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: str) -> tuple[int, str, str]:
        ended = subprocess.run(
            [sys.executable, "-c", COMMAND, *arguments],
            cwd=project.folder,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "COLUMNS": "100"},
        )
        return ended.returncode, ended.stdout, ended.stderr

    return run


def _change(project: Project) -> None:
    (project.folder / "train.py").write_text("other")
    (project.folder / "score.py").unlink()
    (project.folder / "mine.txt").write_text("mine")


def test_it_shows_restores_and_can_be_undone(
    project: Project, commit: str, restore: Callable[..., tuple[int, str, str]]
) -> None:
    _change(project)
    code, stdout, stderr = restore("--commit", commit, "--yes")
    assert (code, [line.rstrip() for line in stdout.splitlines()]) == (
        0,
        [
            "a restore would  file",
            "overwrite        train.py",
            "write            score.py",
            "leave            mine.txt",
            f"Restored the snapshot {commit}: 1 overwritten, 1 written",
        ],
    )
    assert (project.folder / "train.py").read_text() != "other"
    assert (project.folder / "mine.txt").read_text() == "mine"
    undo = stderr.splitlines()[0].removeprefix("To undo: facewright project restore ").split()
    assert restore(*undo, "--yes")[0] == 0
    assert (project.folder / "train.py").read_text() == "other"


def test_without_a_terminal_it_wants_yes(
    project: Project, commit: str, restore: Callable[..., tuple[int, str, str]]
) -> None:
    _change(project)
    code, _, stderr = restore("--commit", commit)
    assert (code, stderr) == (
        1,
        f"error: the snapshot {commit} was not restored: expected an answer or --yes, and there "
        "is no terminal\nhint: add --yes when you are sure\n",
    )
    assert (project.folder / "train.py").read_text() == "other"


def test_nothing_to_do_is_said(commit: str, restore: Callable[..., tuple[int, str, str]]) -> None:
    assert restore("--commit", commit) == (
        0,
        f"Nothing to restore: every file of the snapshot {commit} is as it was\n",
        "",
    )


@pytest.mark.parametrize("arguments", [[], ["--run-id", "x", "--commit", "y"]])
def test_one_of_run_and_commit_is_named(
    restore: Callable[..., tuple[int, str, str]], arguments: list[str]
) -> None:
    code, stdout, stderr = restore(*arguments)
    assert (code, stdout) == (1, "")
    assert stderr.startswith("error: expected --run-id or --commit, received ")


def test_the_code_of_a_run_comes_back(
    project: Project, restore: Callable[..., tuple[int, str, str]]
) -> None:
    restore("-r", "doors_1")  # makes the tables of the history, as a first command would
    script = project.folder / "hello.py"
    script.write_text("print('hello')\n")
    submit = [sys.executable, "-m", "facewright", "experiment", "submit", "-c", "local", "hello.py"]
    ended = subprocess.run(
        submit, cwd=project.folder, capture_output=True, text=True, check=False, timeout=300
    )
    assert ended.returncode == 0, ended.stderr
    told = ended.stdout + ended.stderr
    run = next(line for line in told.splitlines() if "RunId:" in line).split("RunId:")[1].strip()
    script.write_text("print('something else')\n")
    code, stdout, stderr = restore("--run-id", run, "--yes")
    assert code == 0, stderr
    assert (code, stdout.splitlines()[-1]) == (
        0,
        f"Restored the run {run}: 1 overwritten, 0 written",
    )
    assert script.read_text() == "print('hello')\n"


def test_a_run_that_is_not_there_is_named(
    project: Project, restore: Callable[..., tuple[int, str, str]]
) -> None:
    code, stdout, stderr = restore("-r", "doors_1")
    assert (code, stdout) == (1, "")
    assert "error: " in stderr
    assert "doors_1" in stderr


@pytest.mark.parametrize(("answer", "code", "text"), [("y", 0, "def"), ("n", 1, "other")])
def test_at_a_terminal_it_asks(
    project: Project, commit: str, answer: str, code: int, text: str
) -> None:
    _change(project)
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "--commit", commit],
        cwd=project.folder,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        os.write(ours, f"{answer}\n".encode())
        _, stderr = process.communicate(timeout=120)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == code
    assert b"Overwrite 1 and write 1 files? [y/N]:" in stderr
    assert text in (project.folder / "train.py").read_text()
