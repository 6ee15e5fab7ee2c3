"""What people see of experiments, with real runs on this machine."""

import json
import re
import signal
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from waiting_part import until

from facewright.projects.project import Project, create_project
from facewright.runs.journal import Journal
from facewright.runs.journals import Journals
from facewright.runs.record import RunStatus

Facewright = Callable[..., Any]
Submit = Callable[..., Journal]


def _same(text: str) -> str:
    """Return output without what differs from run to run."""
    text = re.sub(r"plant_\d+", "plant_1", text)
    return re.sub(r"Duration: [\d.]+ s", "Duration: 1.0 s", text)


def _over(journal: Journal) -> Journal:
    until(lambda: journal.closed)
    return journal


def _lives(pid: int) -> bool:
    try:
        state = Path("/proc", str(pid), "stat").read_text()
    except FileNotFoundError:
        return False
    return state.rpartition(")")[2].split()[0] not in "ZX"


def test_submit_shows_the_run_its_output_and_its_end(
    facewright: Facewright, project: Project, data: Path
) -> None:
    ended = facewright(
        "experiment", "submit", "-c", "local", "hello.py", "--epochs", "5", cwd=project.folder
    )
    assert _same(ended.stdout) == (
        "RunId: plant_1\n"
        "hello ['--epochs', '5']\n"
        "\n"
        "Execution Details\n"
        "=================\n"
        "RunId: plant_1\n"
        "Status: Completed\n"
        "Duration: 1.0 s\n"
        "Target: local\n"
        "Outputs: 1 file; `facewright experiment return -r plant_1` brings them to outputs/\n"
    )
    assert (ended.code, ended.stderr) == (0, "Executing user inputs .....\n")


def test_a_script_that_fails_makes_submit_fail_with_its_last_words(
    facewright: Facewright, project: Project, data: Path
) -> None:
    ended = facewright("experiment", "submit", "-c", "local", "fail.py", cwd=project.folder)
    assert ended.code == 1
    assert "so far so good\nno photos were found\n" in ended.stdout
    assert "Status: Failed\nReason: exit code 1; it last printed: no photos were found\n" in (
        ended.stdout
    )
    assert "Outputs: none\n" in ended.stdout


def test_a_run_that_is_not_waited_for_can_be_followed_and_returned_again_and_again(
    facewright: Facewright, project: Project, submit: Submit
) -> None:
    run = submit("hello.py").run_id
    followed = facewright("experiment", "logs", "-r", run, "--follow")
    assert followed.code == 0
    assert followed.stdout.startswith("hello []\n\nExecution Details\n")
    status = json.loads(facewright("experiment", "status", "-r", run, "-o", "json").stdout)
    assert (status["status"], status["exit_code"], status["target"]) == ("Completed", 0, "local")
    for _ in range(2):
        returned = facewright("experiment", "return", "-r", run, "-t", "local", cwd=project.folder)
        assert returned.stdout == "Returned outputs/made.txt\n"
    assert (project.folder / "outputs" / "made.txt").read_text() == "made by the run"
    assert not (project.folder / "elsewhere.txt").exists()


def test_return_keeps_other_files_and_writes_nothing_over_a_link(
    facewright: Facewright, project: Project, submit: Submit, tmp_path: Path
) -> None:
    run = _over(submit("hello.py")).run_id
    outputs = project.folder / "outputs"
    outputs.mkdir()
    (outputs / "mine.txt").write_text("mine")
    precious = tmp_path / "precious.txt"
    precious.write_text("precious")
    (outputs / "made.txt").symlink_to(precious)
    refused = facewright("experiment", "return", "-r", run, cwd=project.folder)
    assert refused.code == 1
    assert refused.stderr.startswith("error: something is in the way: expected a file or nothing")
    assert precious.read_text() == "precious"
    (outputs / "made.txt").unlink()
    assert facewright("experiment", "return", "-r", run, cwd=project.folder).code == 0
    assert (outputs / "mine.txt").read_text() == "mine"


def test_return_into_another_project_is_refused_and_touches_nothing(
    facewright: Facewright, project: Project, submit: Submit, tmp_path: Path
) -> None:
    run = _over(submit("hello.py")).run_id
    other = create_project(tmp_path / "other", "other")
    before = sorted(other.folder.rglob("*"))
    refused = facewright("experiment", "return", "-r", run, "--project", other.folder)
    assert (refused.code, refused.stdout) == (1, "")
    assert refused.stderr.startswith(
        f"error: the run {run} is another project's: expected plant, received other in "
    )
    assert sorted(other.folder.rglob("*")) == before


def test_the_history_knows_the_end_of_a_run_as_soon_as_submit_has_ended(
    facewright: Facewright, tracked: Project
) -> None:
    ended = facewright("experiment", "submit", "-c", "local", "hello.py", cwd=tracked.folder)
    listed = facewright("history", "list", "-o", "json", cwd=tracked.folder)
    run = ended.stdout.splitlines()[0].removeprefix("RunId: ")
    assert [(each["run_id"], each["status"]) for each in json.loads(listed.stdout)] == [
        (run, "Completed")
    ]


def test_outputs_can_be_returned_while_the_run_goes_on(
    facewright: Facewright, project: Project, submit: Submit
) -> None:
    (project.folder / "slow.py").write_text(
        "import time\nopen('outputs/first.txt', 'w').write('1')\nprint('there', flush=True)\n"
        "time.sleep(600)\n"
    )
    journal = submit("slow.py")
    until(lambda: journal.log.exists() and journal.log.read_text() == "there\n")
    returned = facewright("experiment", "return", "-r", journal.run_id, cwd=project.folder)
    assert returned.stdout == "Returned outputs/first.txt\n"
    assert journal.status() is RunStatus.RUNNING


def test_a_script_killed_by_a_signal_failed_and_what_it_reported_is_there(
    facewright: Facewright, project: Project, data: Path
) -> None:
    ended = facewright("experiment", "submit", "-c", "local", "kill_myself.py", cwd=project.folder)
    assert ended.code == 1
    assert "about to die\n" in ended.stdout
    assert "Status: Failed\nReason: killed by signal 9 (SIGKILL)\n" in ended.stdout
    assert "Metrics: before 1\n" in ended.stdout


def test_interrupting_the_showing_leaves_the_run_going(
    project: Project, journals: Journals, start: Callable[..., Any], may_end: Path
) -> None:
    counting = ("count.py", "20", "0.1", str(may_end))
    showing = start("experiment", "submit", "-c", "local", *counting)
    run = showing.stdout.readline().removeprefix("RunId: ").strip()
    journal = journals.find(run)
    until(lambda: journal.log.exists() and journal.log.stat().st_size)
    showing.send_signal(signal.SIGINT)
    _, talk = showing.communicate(timeout=240)
    assert showing.returncode == 130
    assert talk == (
        f"Executing user inputs .....\n\nThe run {run} goes on\n"
        f"  follow it: facewright experiment logs -r {run} --follow\n"
        f"  end it:    facewright experiment cancel -r {run}\n"
    )
    assert journal.status() is RunStatus.RUNNING
    may_end.touch()
    _over(journal)
    assert journal.status() is RunStatus.COMPLETED
    assert journal.log.read_text() == "".join(f"line {number}\n" for number in range(20))


def test_two_submits_at_once_are_two_runs(
    project: Project, journals: Journals, start: Callable[..., Any]
) -> None:
    submits = [start("experiment", "submit", "-c", "local", "hello.py", str(i)) for i in (1, 2)]
    shown = [submit.communicate(timeout=240)[0] for submit in submits]
    assert [submit.returncode for submit in submits] == [0, 0]
    runs = [re.findall(r"RunId: (\S+)", text)[0] for text in shown]
    assert len(set(runs)) == 2
    assert ["hello ['1']" in shown[0], "hello ['2']" in shown[1]] == [True, True]


def test_cancel_ends_the_script_and_everything_it_started(
    facewright: Facewright, submit: Submit
) -> None:
    journal = submit("children.py")
    until(lambda: journal.log.exists() and journal.log.read_text().endswith("\n"))
    child = int(journal.log.read_text().split()[1])
    assert _lives(child)
    canceled = facewright("experiment", "cancel", "-r", journal.run_id)
    assert canceled.stdout == f"{journal.run_id}: Canceled\n"
    until(lambda: not _lives(child))
    again = facewright("experiment", "cancel", "-r", journal.run_id)
    assert again.stdout == f"{journal.run_id} ended before: Canceled\n"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("../plant/hello.py", "not a script of the project: expected a path inside it, received"),
        ("/etc/hostname", "not a script of the project: expected a path inside it, received"),
        ("missing.py", "there is no script 'missing.py' in the project"),
        ("config", "there is no script 'config' in the project"),
        ("outputs/kept.py", "the script is not sent: 'outputs/kept.py' is left out by"),
        ("", "not a script of the project: expected a path inside it, received ''"),
    ],
)
def test_a_script_that_is_none_of_the_project_is_refused_and_nothing_is_touched(
    facewright: Facewright, project: Project, data: Path, script: str, words: str
) -> None:
    (project.folder / "outputs").mkdir()
    (project.folder / "outputs" / "kept.py").write_text("print('kept')")
    before = sorted(project.folder.rglob("*"))
    ended = facewright("experiment", "submit", "-c", "local", script, cwd=project.folder)
    assert (ended.code, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"error: {words}")
    assert sorted(project.folder.rglob("*")) == before
    assert not (data / "runs").exists()
    assert not (data / "jobs").exists()


def test_a_script_whose_name_is_nearly_right_is_asked_for(
    facewright: Facewright, project: Project
) -> None:
    ended = facewright("experiment", "submit", "-c", "local", "helo.py", cwd=project.folder)
    assert ended.stderr.endswith("hint: did you mean 'hello.py'?\n")


@pytest.mark.parametrize("target", ["/etc/hostname", "../outside.py"])
def test_a_link_out_of_the_project_is_refused(
    facewright: Facewright, project: Project, data: Path, target: str
) -> None:
    (project.folder.parent / "outside.py").write_text("print('outside')")
    (project.folder / "link.py").symlink_to(target)
    ended = facewright("experiment", "submit", "-c", "local", "link.py", cwd=project.folder)
    assert (ended.code, ended.stdout) == (1, "")
    assert f"'link.py' is a link to '{target}'" in ended.stderr
    assert not (data / "runs").exists()


@pytest.mark.parametrize("name", ["../local", "/etc/passwd", "a b", "local\nlocal", ""])
def test_a_hostile_name_of_a_configuration_or_target_is_refused(
    facewright: Facewright, project: Project, data: Path, name: str
) -> None:
    for options in (("-c", name), ("-c", "local", "-t", name)):
        ended = facewright("experiment", "submit", *options, "hello.py", cwd=project.folder)
        assert (ended.code, ended.stdout) == (1, "")
        assert ended.stderr.startswith("error: not a name: expected 1 to 64 letters")
    assert not (data / "runs").exists()


@pytest.mark.parametrize(
    ("verb", "run"),
    [
        ("status", "../../etc"),
        ("logs", "/etc/passwd_1"),
        ("cancel", "open"),
        ("return", "plant_1/../x_2"),
        ("clean", ""),
        ("diagnostics", "../plant_1"),
    ],
)
def test_a_hostile_run_id_is_refused(
    facewright: Facewright, project: Project, verb: str, run: str
) -> None:
    ended = facewright("experiment", verb, "-r", run, cwd=project.folder)
    assert (ended.code, ended.stdout) == (1, "")
    assert ended.stderr.startswith("error: not a run's id: expected PROJECT_MILLISECONDS")


def test_any_argument_arrives_as_it_was_given(
    facewright: Facewright, project: Project, data: Path
) -> None:
    given = ["two\nlines", "-c", "--wait", "$(id)", "; rm -rf /", "*", "ünï", "", " "]
    (project.folder / "echo.py").write_text("import json, sys\nprint(json.dumps(sys.argv[1:]))\n")
    ended = facewright("experiment", "submit", "-c", "local", "echo.py", *given, cwd=project.folder)
    assert json.loads(ended.stdout.splitlines()[1]) == given


def test_a_file_of_five_gigabytes_is_refused_by_name(
    facewright: Facewright, project: Project, data: Path
) -> None:
    with (project.folder / "photos.tar").open("wb") as file:
        file.truncate(5 * 1024**3)
    ended = facewright("experiment", "submit", "-c", "local", "hello.py", cwd=project.folder)
    assert (ended.code, ended.stdout) == (1, "")
    assert "the project is too large to be " in ended.stderr
    assert "photos.tar (5.4 GB)" in ended.stderr
    assert "FACEWRIGHT_PROJECT_MEGABYTES=" in ended.stderr
    assert not (data / "runs").exists()


def test_clean_removes_the_job_and_with_journal_what_is_here(
    facewright: Facewright, submit: Submit, data: Path
) -> None:
    journal = submit("count.py", "1000", "1")
    run = journal.run_id
    until(lambda: journal.status() is RunStatus.RUNNING)
    refused = facewright("experiment", "clean", "-r", run)
    assert refused.code == 1
    assert refused.stderr.startswith(f"error: the run {run} goes on")
    facewright("experiment", "cancel", "-r", run)
    until(lambda: not (data / "runs" / "open" / run).exists())
    assert facewright("experiment", "clean", "-r", run).stdout == f"Cleaned {run}\n"
    assert not (data / "jobs" / run).exists()
    assert facewright("experiment", "status", "-r", run).code == 0
    cleaned = facewright("experiment", "clean", "--all", "finished", "--journal")
    assert cleaned.stdout == f"Cleaned {run}\n"
    assert facewright("experiment", "status", "-r", run).code == 1


def test_diagnostics_tell_no_secrets(
    facewright: Facewright, project: Project, submit: Submit, tmp_path: Path
) -> None:
    configuration = project.folder / "config" / "local.runconfig"
    text = configuration.read_text()
    configuration.write_text(
        text.replace("EnvironmentVariables: {}", "EnvironmentVariables: {TOKEN: sesame}")
    )
    journal = _over(submit("hello.py"))
    file = tmp_path / "diagnostics.zip"
    written = facewright("experiment", "diagnostics", "-r", journal.run_id, "--file", file)
    assert written.stdout == f"Wrote {file}\n"
    with zipfile.ZipFile(file) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert not any(b"sesame" in content for content in held.values())
    assert json.loads(held["order.json"])["environment"] == {"TOKEN": "…"}
    assert json.loads(held["target.json"]) == {"phase": "ended", "exit_code": 0, "reason": None}
    assert held["logs/driver_log.txt"] == b"hello []\n"


def test_list_shows_what_is_not_over(facewright: Facewright, submit: Submit) -> None:
    over, going = _over(submit("hello.py")), submit("children.py")
    until(lambda: not (over.folder.parent / "open" / over.run_id).exists())
    ended = facewright("experiment", "list", "-o", "json", "--query", "[].run_id")
    assert json.loads(ended.stdout) == [going.run_id]


def test_prepare_says_that_this_python_is_used(facewright: Facewright, project: Project) -> None:
    ended = facewright("experiment", "prepare", "-c", "local", cwd=project.folder)
    assert ended.stdout == "Nothing to prepare: local uses the Python that is there\n"
