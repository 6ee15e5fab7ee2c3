"""What every compute target promises, on real machines and containers."""

import hashlib
import os
from pathlib import Path

import pytest
from compute_jobs import MakeJob, ended, log_of, wait_for

from facewright.compute.job import Job, JobState, Phase
from facewright.compute.target import Target
from facewright.errors import TargetError

HEARTBEAT = """
import os, pathlib, subprocess, sys, time
beat = ("import pathlib, time\\n"
        "while True:\\n"
        "    with open(%r, 'a') as file: file.write('.')\\n"
        "    time.sleep(0.05)\\n" % os.path.join(os.environ["REPORT"], "beats"))
child = ("import subprocess, sys, time\\n"
         "subprocess.Popen([sys.executable, '-c', %r], start_new_session=%s)\\n"
         "time.sleep(1000)\\n")
for own_session in (False, True):
    subprocess.Popen([sys.executable, "-c", child % (beat, own_session)])
print("started")
time.sleep(1000)
"""


@pytest.fixture(params=["local", "remote", "docker", "remotedocker"])
def target(request: pytest.FixtureRequest) -> Target:
    found: Target = request.getfixturevalue(f"{request.param}_target")
    return found


def test_outputs_come_back_exactly(target: Target, make_job: MakeJob, tmp_path: Path) -> None:
    code = """
import os, pathlib
pathlib.Path("outputs/deep/er").mkdir(parents=True)
pathlib.Path("outputs/empty").mkdir()
pathlib.Path("outputs/deep/er/data.bin").write_bytes(bytes(range(256)) * 9000)
pathlib.Path("outputs/größe …").write_text("ö", encoding="utf-8")
pathlib.Path("outputs/nothing").touch()
pathlib.Path("elsewhere.txt").write_text("stays")
pathlib.Path(os.environ["REPORT"], "said.json").write_text("{}")
"""
    target.start(make_job(code, folders={"REPORT": "report"}))
    assert ended(target) == JobState(Phase.ENDED, 0)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "old").touch()
    for _ in range(2):
        target.fetch("job-1", "project/outputs", tmp_path / "home")
        assert _tree(tmp_path / "home") == {
            "deep": None,
            "deep/er": None,
            "deep/er/data.bin": hashlib.sha256(bytes(range(256)) * 9000).hexdigest(),
            "empty": None,
            "größe …": hashlib.sha256("ö".encode()).hexdigest(),
            "nothing": hashlib.sha256(b"").hexdigest(),
        }
    target.fetch("job-1", "report", tmp_path / "said")
    assert set(_tree(tmp_path / "said")) == {"said.json"}
    assert target.read("job-1", "report/said.json", 1) == b"}"


def test_files_arrive_and_nothing_else(target: Target, make_job: MakeJob) -> None:
    code = """
import pathlib
print(sorted(str(p) for p in pathlib.Path().rglob("*")))
print(pathlib.Path("data/ü b").read_bytes())
"""
    job = make_job(code)
    (job.source / "data").mkdir()
    (job.source / "data" / "ü b").write_bytes(b"\0\xff")
    (job.source / "left out").touch()
    target.start(Job(job.id, job.argv, job.source, ["script.py", "data/ü b"]))
    assert ended(target) == JobState(Phase.ENDED, 0)
    expected = ["data", "data/ü b", "outputs", "script.py"]
    assert log_of(target) == f"{expected}\n" + r"b'\x00\xff'" + "\n"


def test_the_log_grows_and_is_read_by_offset(target: Target, make_job: MakeJob) -> None:
    code = """
import os, pathlib, sys, time
print("one")
print("two", file=sys.stderr)
go_on = pathlib.Path(os.environ["FACEWRIGHT_SHARED_DIRECTORY"], "go-on")
print(go_on)
for _ in range(2400):
    if go_on.exists(): break
    time.sleep(0.05)
print("three")
"""
    target.start(make_job(code, shared="growing"))
    wait_for(lambda: log_of(target).count("\n") == 3)
    assert target.state("job-1") == JobState(Phase.RUNNING)
    seen = log_of(target)
    assert seen.startswith("one\ntwo\n")
    assert target.read("job-1", "log.txt", 4).decode() == seen[4:]
    touch = "import os\nopen(os.environ['FACEWRIGHT_SHARED_DIRECTORY'] + '/go-on', 'x')"
    target.start(make_job(touch, id="job-2", shared="growing"))
    assert ended(target) == JobState(Phase.ENDED, 0)
    assert target.read("job-1", "log.txt", len(seen.encode())) == b"three\n"
    assert target.read("job-1", "log.txt", 10**9) == b""
    assert target.read("job-1", "report/not-there", 0) == b""


# Of these, engines mean something else by two; 0 and 2 are in other tests.
@pytest.mark.parametrize("code", [1, 127, 255])
def test_the_exit_code_is_kept(target: Target, make_job: MakeJob, code: int) -> None:
    target.start(make_job(f"raise SystemExit({code})"))
    assert ended(target).exit_code == code


def test_a_killed_command_says_by_what(target: Target, make_job: MakeJob) -> None:
    target.start(make_job("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"))
    state = ended(target)
    assert (state.phase, state.exit_code) == (Phase.ENDED, -9)
    assert state.reason is not None
    assert "SIGKILL" in state.reason


def test_cancel_stops_all_that_was_started(target: Target, make_job: MakeJob) -> None:
    target.start(make_job(HEARTBEAT, folders={"REPORT": "report"}))
    wait_for(lambda: len(target.read("job-1", "report/beats", 0)) > 10)
    target.cancel("job-1")
    state = ended(target)
    assert state.phase is Phase.ENDED
    assert state.exit_code
    assert state.reason == "cancelled"
    beats = len(target.read("job-1", "report/beats", 0))
    target.start(make_job("import time\ntime.sleep(1)", id="job-2"))
    ended(target, "job-2")
    assert len(target.read("job-1", "report/beats", 0)) == beats
    target.cancel("job-1")
    assert target.state("job-1") == state


def test_a_command_that_ignores_sigterm_is_cancelled(target: Target, make_job: MakeJob) -> None:
    code = "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('on')\ntime.sleep(1000)"
    target.start(make_job(code))
    wait_for(lambda: log_of(target) == "on\n")
    target.cancel("job-1")
    assert ended(target).exit_code in (-9, 137)


def test_starting_twice_is_one_job(target: Target, make_job: MakeJob) -> None:
    job = make_job("print('once')\nopen('outputs/once', 'x')")
    target.start(job)
    target.start(job)
    assert ended(target) == JobState(Phase.ENDED, 0)
    target.start(job)
    assert target.state("job-1") == JobState(Phase.ENDED, 0)
    assert log_of(target) == "once\n"


def test_arguments_arrive_unchanged(target: Target, make_job: MakeJob) -> None:
    arguments = [
        "two\nlines",
        " a  b ",
        "'",
        '"',
        "$HOME `id` $(id)",
        "ä€😀",
        "",
        "--help",
        "\\n;*",
    ]
    target.start(make_job("import sys\nprint(ascii(sys.argv[1:]))", *arguments))
    assert ended(target) == JobState(Phase.ENDED, 0)
    assert log_of(target) == ascii(arguments) + "\n"


def test_variables_arrive(target: Target, make_job: MakeJob) -> None:
    code = "import os\nprint(ascii([os.environ['A_B'], os.path.isdir(os.environ['PLACE'])]))"
    values = {"environment": {"A_B": "x y\n'ü"}, "folders": {"PLACE": "report"}}
    target.start(make_job(code, **values))
    assert ended(target) == JobState(Phase.ENDED, 0)
    assert log_of(target) == ascii(["x y\n'ü", True]) + "\n"


def test_hostile_outputs_are_left_out(target: Target, make_job: MakeJob, tmp_path: Path) -> None:
    code = r"""
import os, pathlib, socket
os.chdir("outputs")
os.symlink("/etc/passwd", "link")
os.symlink("/etc", "folder-link")
os.symlink("..", "up")
os.mkfifo("fifo")
listening = socket.socket(socket.AF_UNIX); listening.bind("socket")
for name in ("..hidden", "...", "a\nb", "back\\slash", "-rf", "$(touch x)", " "):
    pathlib.Path(name).write_text(name)
os.symlink("/etc", os.path.join(os.environ["REPORT"], "away"))
os.mkfifo(os.path.join(os.environ["REPORT"], "fifo"))
"""
    target.start(make_job(code, folders={"REPORT": "report"}))
    assert ended(target) == JobState(Phase.ENDED, 0)
    target.fetch("job-1", "project/outputs", tmp_path / "home")
    names = {"..hidden", "...", "a\nb", "back\\slash", "-rf", "$(touch x)", " "}
    assert set(_tree(tmp_path / "home")) == names
    for path in ("report/away/passwd", "report/fifo"):
        with pytest.raises(TargetError):
            target.read("job-1", path, 0)


def test_outputs_replaced_by_a_link_are_empty(
    target: Target, make_job: MakeJob, tmp_path: Path
) -> None:
    target.start(make_job("import os\nos.rmdir('outputs')\nos.symlink('/etc', 'outputs')"))
    assert ended(target) == JobState(Phase.ENDED, 0)
    target.fetch("job-1", "project/outputs", tmp_path / "home")
    assert _tree(tmp_path / "home") == {}


def test_jobs_run_side_by_side(target: Target, make_job: MakeJob) -> None:
    # Each waits for the other's file in the shared folder.
    code = """
import os, pathlib, sys, time
shared = pathlib.Path(os.environ["AZUREML_NATIVE_SHARE_DIRECTORY"])
(shared / sys.argv[1]).touch()
for _ in range(2400):
    if (shared / sys.argv[2]).exists(): break
    time.sleep(0.05)
else:
    raise SystemExit(1)
"""
    target.start(make_job(code, "a", "b", id="job-1", shared="meet/here"))
    target.start(make_job(code, "b", "a", id="job-2", shared="meet/here"))
    assert ended(target, "job-1") == JobState(Phase.ENDED, 0)
    assert ended(target, "job-2") == JobState(Phase.ENDED, 0)


def test_the_shared_folder_outlives_its_job(target: Target, make_job: MakeJob) -> None:
    folder = (
        "import os, pathlib\nshared = pathlib.Path(os.environ['FACEWRIGHT_SHARED_DIRECTORY'])\n"
    )
    target.start(make_job(folder + "(shared / 'kept').write_text('yes')", shared="ours"))
    assert ended(target) == JobState(Phase.ENDED, 0)
    target.clean("job-1")
    assert target.state("job-1") == JobState(Phase.ABSENT)
    for id, shared, expected in (("job-2", "ours", "True\n"), ("job-3", "theirs", "False\n")):
        target.start(make_job(folder + "print((shared / 'kept').exists())", id=id, shared=shared))
        ended(target, id)
        assert log_of(target, id) == expected


def test_clean_stops_and_removes(target: Target, make_job: MakeJob, tmp_path: Path) -> None:
    target.start(make_job(HEARTBEAT, folders={"REPORT": "report"}))
    wait_for(lambda: "started" in log_of(target))
    target.clean("job-1")
    target.clean("job-1")
    assert target.state("job-1") == JobState(Phase.ABSENT)
    assert log_of(target) == ""
    target.fetch("job-1", "project/outputs", tmp_path / "home")
    assert _tree(tmp_path / "home") == {}


def test_a_hostile_id_is_refused(target: Target, make_job: MakeJob) -> None:
    job = make_job("", id="job-1")
    for id in ("", ".", "..", "../x", "/etc", "a/b", "a\nb", "a b", "-x", "ä", "x" * 999):
        with pytest.raises(TargetError, match="id"):
            target.start(Job(id, job.argv, job.source, job.files))
        with pytest.raises(TargetError, match="id"):
            target.clean(id)


def test_a_hostile_file_is_not_sent(target: Target, make_job: MakeJob) -> None:
    job = make_job("")
    (job.source / "link").symlink_to("/etc/passwd")
    (job.source / "behind").symlink_to("/etc")
    os.mkfifo(job.source / "pipe")
    for path in ("../secret", "/etc/passwd", "a/../../b", "link", "pipe", "behind/x"):
        with pytest.raises(TargetError):
            target.start(Job(job.id, job.argv, job.source, ["script.py", path]))
        assert target.state("job-1") == JobState(Phase.ABSENT)


def test_only_the_log_and_the_report_are_read(target: Target, make_job: MakeJob) -> None:
    target.start(make_job("print('x')"))
    ended(target)
    for path in ("project/script.py", "../x", "log.txt/..", "report/../log.txt", "/etc/passwd"):
        with pytest.raises(TargetError):
            target.read("job-1", path, 0)


def test_an_unknown_job_is_absent(target: Target) -> None:
    assert target.state("never-started") == JobState(Phase.ABSENT)
    target.cancel("never-started")


def test_a_script_that_is_not_there_fails(target: Target, make_job: MakeJob) -> None:
    job = make_job("")
    target.start(Job(job.id, ["other.py"], job.source, ["script.py"]))
    assert ended(target).exit_code == 2
    assert "other.py" in log_of(target)


def _tree(root: Path) -> dict[str, str | None]:
    return {
        path.relative_to(root).as_posix(): None
        if path.is_dir()
        else hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
    }
