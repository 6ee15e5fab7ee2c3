"""A project of small scripts, the command line, and an end for everything that was started."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from waiting_part import until

from facewright.projects.project import Project, create_project
from facewright.runs.journal import Journal
from facewright.runs.journals import Journals

SCRIPTS = {
    "hello.py": """
import sys
from pathlib import Path
print("hello", sys.argv[1:])
Path("outputs/made.txt").write_text("made by the run")
Path("elsewhere.txt").write_text("left behind")
""",
    "fail.py": """
import sys
print("so far so good")
sys.exit("no photos were found")
""",
    "count.py": """
import sys, time
from pathlib import Path
from facewright.runs import log
count, pause = int(sys.argv[1]), float(sys.argv[2])
for number in range(count):
    print("line", number)
    log("number", number, step=number)
    time.sleep(pause)
while sys.argv[3:] and not Path(sys.argv[3]).exists():
    time.sleep(0.05)
Path("outputs/count.txt").write_text(str(count))
""",
    "children.py": """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child", child.pid, flush=True)
time.sleep(600)
""",
    "kill_myself.py": """
import os, signal
from facewright.runs import log
log("before", 1)
print("about to die", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
""",
}


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """Return the user's data folder; what was started with it ends with the test."""
    folder = tmp_path / "data"
    yield folder
    while found := _started_with(folder):
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not _started_with(folder), 5, fails=False)


@pytest.fixture
def may_end(tmp_path: Path) -> Path:
    """Return a file that `count.py` waits for when it is told to: tests end it, not the clock."""
    return tmp_path / "may-end"


@pytest.fixture
def journals(data: Path) -> Journals:
    """Return the journals that the command line writes."""
    return Journals(data)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project of small scripts, whose runs the history does not hear of."""
    made = create_project(tmp_path / "plant", "plant")
    for name, text in SCRIPTS.items():
        (made.folder / name).write_text(text.lstrip())
    configuration = made.folder / "config" / "local.runconfig"
    text = configuration.read_text()
    configuration.write_text(text.replace("TrackedRun: true", "TrackedRun: false"))
    return made


@pytest.fixture
def tracked(project: Project, data: Path, empty_history: Path) -> Project:
    """Return the project with runs that the history hears of."""
    data.mkdir()
    shutil.copy(empty_history, data / "facewright.db")
    configuration = project.folder / "config" / "local.runconfig"
    configuration.write_text(configuration.read_text().replace("false", "true"))
    return project


Submit = Callable[..., Journal]


@pytest.fixture
def submit(facewright: Callable[..., "object"], project: Project, journals: Journals) -> Submit:
    """Return a function that submits a script and does not wait for its end."""

    def submitted(*command: str, configuration: str = "local") -> Journal:
        options = ["experiment", "submit", "--no-wait", "-c", configuration]
        ended = facewright(*options, *command, cwd=project.folder)
        assert ended.code == 0, ended  # type: ignore[attr-defined]
        run = re.fullmatch(r"RunId: (\S+)\n", ended.stdout)  # type: ignore[attr-defined]
        assert run is not None, ended
        return journals.find(run[1])

    return submitted


@pytest.fixture
def start(project: Project, data: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Return a function that starts the command line and does not wait for it."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "facewright", *arguments],
            cwd=project.folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def _started_with(data: Path) -> list[int]:
    """Return the processes whose environment names a data folder."""
    mark = f"FACEWRIGHT_DATA_DIRECTORY={data}\0".encode()
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit() and mark in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return [pid for pid in found if pid != os.getpid()]
