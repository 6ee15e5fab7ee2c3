"""What the agent does that no target shows: lost jobs, streams, and other Pythons."""

import ast
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from compute_jobs import MakeJob, ended, log_of, wait_for

from facewright.compute import agent
from facewright.compute.agent import processes
from facewright.compute.agent.frames import Limits, pack_folder, unpack
from facewright.compute.agent_archive import agent_archive
from facewright.compute.job import JobState, Phase
from facewright.compute.local import LocalTarget
from facewright.errors import TargetError, TargetUnreachable

SLEEP = "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(1000)"


def record(folder: Path, name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / name).read_text())
    return found


def pid_in(folder: Path, name: str) -> int:
    return int(str(record(folder, name)["pid"]))


def test_the_agent_is_written_for_python_3_9_and_its_library() -> None:
    with zipfile.ZipFile(io.BytesIO(agent_archive())) as archive:
        for name in archive.namelist():
            tree = ast.parse(archive.read(name), feature_version=(3, 9))
            for node in ast.walk(tree):
                for module in _imported(node):
                    known = module in sys.stdlib_module_names or module.startswith("facewright")
                    assert known, (name, module)
    assert agent_archive() == agent_archive()


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    return [str(node.module).partition(".")[0]] if isinstance(node, ast.ImportFrom) else []


def test_every_module_of_the_agent_is_sent() -> None:
    with zipfile.ZipFile(io.BytesIO(agent_archive())) as archive:
        sent = {Path(name).name for name in archive.namelist() if "/agent/" in name}
    assert sent == {path.name for path in Path(agent.__path__[0]).glob("*.py")}


def test_a_job_without_its_launcher_runs_on_and_is_lost_then(
    local_target: LocalTarget, make_job: MakeJob, tmp_path: Path
) -> None:
    local_target.start(make_job(SLEEP))
    wait_for(lambda: log_of(local_target) != "")
    folder = tmp_path / "machine" / "jobs" / "job-1"
    os.kill(pid_in(folder, "launcher.json"), signal.SIGKILL)
    assert local_target.state("job-1") == JobState(Phase.RUNNING)
    os.kill(pid_in(folder, "command.json"), signal.SIGKILL)
    state = ended(local_target)
    assert state.phase is Phase.LOST
    assert state.reason == "the process that waited for the command was killed"


def test_a_job_without_its_launcher_can_be_cancelled(
    local_target: LocalTarget, make_job: MakeJob, tmp_path: Path
) -> None:
    local_target.start(make_job(SLEEP))
    wait_for(lambda: log_of(local_target) != "")
    folder = tmp_path / "machine" / "jobs" / "job-1"
    os.kill(pid_in(folder, "launcher.json"), signal.SIGKILL)
    local_target.cancel("job-1")
    assert not processes.lives(record(folder, "command.json"))
    assert local_target.state("job-1").phase is Phase.LOST


def test_a_pid_that_another_process_has_now_is_not_the_job(
    local_target: LocalTarget, make_job: MakeJob, tmp_path: Path
) -> None:
    local_target.start(make_job(""))
    ended(local_target)
    folder = tmp_path / "machine" / "jobs" / "job-1"
    (folder / "ended.json").unlink()
    for name in ("launcher.json", "command.json"):
        known = record(folder, name)
        (folder / name).write_text(json.dumps({**known, "pid": os.getpid()}))
    assert local_target.state("job-1").phase is Phase.LOST
    local_target.cancel("job-1")  # and nothing is killed


def test_a_machine_started_anew_has_lost_its_jobs(
    local_target: LocalTarget, make_job: MakeJob, tmp_path: Path
) -> None:
    local_target.start(make_job(""))
    ended(local_target)
    folder = tmp_path / "machine" / "jobs" / "job-1"
    (folder / "ended.json").unlink()
    for name in ("launcher.json", "command.json"):
        known = record(folder, name)
        (folder / name).write_text(json.dumps({**known, "boot": "another"}))
    state = local_target.state("job-1")
    assert state == JobState(Phase.LOST, None, "the machine was started anew meanwhile")


def test_a_start_that_was_killed_before_the_launcher_is_taken_up(
    local_target: LocalTarget, make_job: MakeJob, tmp_path: Path
) -> None:
    job = make_job("print('x')")
    local_target.start(job)
    ended(local_target)
    folder = tmp_path / "machine" / "jobs" / "job-1"
    for name in ("ended.json", "launcher.json", "command.json", "log.txt"):
        (folder / name).unlink()
    assert local_target.state("job-1").phase is Phase.LOST
    local_target.start(job)
    assert ended(local_target) == JobState(Phase.ENDED, 0)
    assert log_of(local_target) == "x\n"


def test_a_job_outlives_whoever_submitted_it(
    local_target: LocalTarget, make_job: MakeJob, tmp_path: Path
) -> None:
    job = make_job("import time\nprint('on')\ntime.sleep(1)\nprint('off')")
    code = f"""
import os, signal
from pathlib import Path
from facewright.compute.job import Job
from facewright.compute.local import LocalTarget
target = LocalTarget("local", Path({str(tmp_path / "machine")!r}), Path({str(tmp_path)!r}))
target.start(Job({job.id!r}, {job.argv!r}, Path({str(job.source)!r}), {job.files!r}))
os.killpg(os.getpid(), signal.SIGKILL)
"""
    submitted = subprocess.run([sys.executable, "-c", code], start_new_session=True)
    assert submitted.returncode == -signal.SIGKILL
    assert ended(local_target) == JobState(Phase.ENDED, 0)
    assert log_of(local_target) == "on\noff\n"


def test_a_python_that_is_not_there_is_an_ended_job(make_job: MakeJob, tmp_path: Path) -> None:
    target = LocalTarget("local", tmp_path / "machine", tmp_path / "share", "/nowhere/python")
    target.start(make_job(""))
    state = ended(target)
    assert (state.phase, state.exit_code) == (Phase.ENDED, 127)
    assert "the command did not start" in str(state.reason)


def test_clean_removes_what_a_script_has_locked(
    local_target: LocalTarget, make_job: MakeJob, tmp_path: Path
) -> None:
    code = "import os\nos.makedirs('a/b/c')\nos.symlink('/etc', 'a/l')\nos.chmod('a/b', 0)"
    local_target.start(make_job(code + "\nos.chmod('a', 0o500)"))
    assert ended(local_target) == JobState(Phase.ENDED, 0)
    local_target.clean("job-1")
    assert [path.name for path in (tmp_path / "machine" / "jobs").iterdir()] == [".lock"]


def test_old_left_overs_of_killed_starts_are_swept(
    local_target: LocalTarget, make_job: MakeJob, tmp_path: Path
) -> None:
    jobs = tmp_path / "machine" / "jobs"
    for name, age in ((".old-1", 100_000), (".new-1", 0)):
        (jobs / name).mkdir(parents=True)
        os.utime(jobs / name, (time.time() - age,) * 2)
    local_target.start(make_job(""))
    ended(local_target)
    assert {path.name for path in jobs.iterdir()} == {".lock", ".new-1", "job-1"}


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "", ".", "a//b", "x\0", "a/./b"])
def test_a_stream_leads_nowhere_else(tmp_path: Path, path: str) -> None:
    line = json.dumps({"path": path, "size": 1}).encode() + b"\nx" + b'{"end": true}\n'
    with pytest.raises(TargetError):
        unpack(io.BytesIO(line), tmp_path / "in" / "side")
    assert [found.name for found in tmp_path.rglob("*") if found.is_file()] == []


def test_a_stream_has_limits(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    for name in "abc":
        (tmp_path / "from" / name).write_bytes(bytes(100))
    data = b"".join(pack_folder(tmp_path / "from"))
    unpack(io.BytesIO(data), tmp_path / "to", Limits(3, 300))
    for position, limits in enumerate((Limits(2, 300), Limits(3, 299))):
        with pytest.raises(TargetError, match="too much to copy"):
            unpack(io.BytesIO(data), tmp_path / f"not-{position}", limits)


@pytest.mark.parametrize(
    "data",
    [b"not json\n", b"[]\n", b'{"path": "a", "size": -1}\n', b'{"path": "a", "size": "1"}\n',
     b"x" * 100_000, b'{"path": 1}\n{"path": "1"}\n'],
)  # fmt: skip
def test_a_broken_stream_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(TargetError):
        unpack(io.BytesIO(data), tmp_path / "to")


def test_a_stream_that_ends_early_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "a").write_bytes(bytes(100))
    data = b"".join(pack_folder(tmp_path / "from"))
    for length in (0, 10, len(data) - 50, len(data) - 14, len(data) - 13):
        with pytest.raises((TargetUnreachable, TargetError)):
            unpack(io.BytesIO(data[:length]), tmp_path / f"to-{length}")


def test_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    one = json.dumps({"path": "a", "size": 1}).encode() + b"\nx"
    with pytest.raises(TargetError, match="two files in the same place"):
        unpack(io.BytesIO(one + one + b'{"end": true}\n'), tmp_path / "to")
