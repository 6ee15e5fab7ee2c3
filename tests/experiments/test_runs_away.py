"""Targets and disks that fail half-way: each run ends in a true status, and nothing is lost."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sshd_part import SshServer, ssh_server, ssh_user
from tracking_server import TrackingServer, missing_libraries
from waiting_part import until

from facewright import runs
from facewright.projects.project import Project
from facewright.runs.history import History
from facewright.runs.journal import Journal
from facewright.runs.reading import HistoryReader
from facewright.runs.record import RunStatus
from facewright.settings import Settings

# This Python may lie in a home that the other user cannot enter.
PYTHON = "/usr/bin/python3"
SOURCES = Path(runs.__file__).parents[2]

Facewright = Callable[..., Any]
Submit = Callable[..., Journal]


@pytest.fixture(scope="module")
def shared_sshd() -> Iterator[SshServer]:
    """Yield a server with a user of its own."""
    with ssh_user() as user, ssh_server(user) as server:
        yield server


@pytest.fixture
def sshd(shared_sshd: SshServer) -> SshServer:
    """Return a server that runs, whatever the test before did to it."""
    if not shared_sshd.runs:
        shared_sshd.start()
    return shared_sshd


@pytest.fixture
def box(sshd: SshServer, facewright: Facewright, project: Project) -> str:
    """Return the name of a target by SSH that uses the Python there."""
    options = ["-n", "box", "-a", sshd.host, "--port", str(sshd.port), "-u", sshd.user.name]
    options += ["--private-key-file", str(sshd.user.key_file), "--fingerprint", sshd.fingerprint()]
    options += ["--folder", str(sshd.user.folder), "--python-location", PYTHON]
    attached = facewright("computetarget", "attach", "remote", *options, cwd=project.folder)
    assert attached.code == 0, attached
    configuration = project.folder / "config" / "box.runconfig"
    lines = configuration.read_text().splitlines()
    kept = [line for line in lines if not line.startswith(("TrackedRun", "EnvironmentV"))]
    kept += ["TrackedRun: false", "EnvironmentVariables:", f"  PYTHONPATH: {SOURCES}"]
    configuration.write_text("\n".join(kept) + "\n")
    return "box"


def _lines(journal: Journal) -> list[str]:
    return journal.log.read_text().splitlines() if journal.log.exists() else []


def test_a_target_that_drops_the_connection_goes_on_and_loses_nothing(
    facewright: Facewright, submit: Submit, start: Facewright, sshd: SshServer, box: str
) -> None:
    may_end = sshd.user.folder / "may-end"
    journal = submit("count.py", "60", "0.1", str(may_end), configuration=box)
    until(lambda: len(_lines(journal)) > 3)
    sshd.drop()
    until(lambda: len(_lines(journal)) > 10)
    following = start("experiment", "logs", "-r", journal.run_id, "--follow")
    sshd.stop()
    until(lambda: journal.watched().waiting_since is not None)
    assert following.stderr.readline().startswith("waiting since ")
    shown = facewright("experiment", "status", "-r", journal.run_id, "--query", "[status, reason]")
    assert '"Running"' in shown.stdout
    assert "waiting since " in shown.stdout
    sshd.start()
    may_end.touch()
    until(lambda: journal.closed)
    assert journal.status() is RunStatus.COMPLETED
    assert _lines(journal) == [f"line {number}" for number in range(60)]
    assert (journal.outputs / "count.txt").read_text() == "60"


def test_a_target_that_is_away_at_submit_is_waited_for_and_can_be_given_up(
    facewright: Facewright, submit: Submit, sshd: SshServer, box: str
) -> None:
    sshd.stop()
    waited, given_up = (submit("hello.py", configuration=box) for _ in range(2))
    until(lambda: given_up.watched().waiting_since is not None)
    assert given_up.status() is RunStatus.SUBMITTING
    facewright("experiment", "cancel", "-r", given_up.run_id)
    until(lambda: given_up.closed)
    assert given_up.status() is RunStatus.CANCELED
    sshd.start()
    until(lambda: waited.closed)
    assert waited.status() is RunStatus.COMPLETED, waited.verdict()


def test_a_target_that_never_comes_back_is_given_up(
    facewright: Facewright, submit: Submit, sshd: SshServer, box: str
) -> None:
    journal = submit("count.py", "1000", "0.2", configuration=box)
    until(lambda: _lines(journal))
    sshd.stop()
    until(lambda: journal.watched().waiting_since is not None)
    canceled = facewright("experiment", "cancel", "-r", journal.run_id)
    assert canceled.stdout == f"{journal.run_id} will end as soon as its target can be reached\n"
    assert journal.verdict() is None
    given_up = facewright("experiment", "cancel", "-r", journal.run_id, "--give-up")
    assert given_up.code == 0
    until(lambda: journal.closed)
    verdict = journal.verdict()
    assert verdict is not None
    assert verdict.status is RunStatus.CANCELED
    assert str(verdict.reason).startswith("given up, and perhaps running still: ")
    sshd.start()
    cleaned = facewright("experiment", "clean", "-r", journal.run_id)
    assert cleaned.stdout == f"Cleaned {journal.run_id}\n"
    assert not (sshd.user.folder / "jobs" / journal.run_id).exists()


@pytest.fixture
def small_disk(tmp_path: Path, data: Path) -> Iterator[Path]:
    """Yield the user's data folder on a disk of four megabytes."""
    data.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(data)]
    if os.getuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        reason = "needs root, who may mount a small disk"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    yield data
    subprocess.run(["umount", "--lazy", str(data)], check=True)


def test_a_full_disk_ends_in_a_true_status_and_keeps_what_was_reported(
    facewright: Facewright, project: Project, submit: Submit, small_disk: Path
) -> None:
    (project.folder / "fill.py").write_text(
        "from facewright.runs import log\n"
        "log('before', 7)\n"
        "print('filling', flush=True)\n"
        "open('outputs/small.txt', 'w').write('small')\n"
        "with open('outputs/large.bin', 'wb', buffering=0) as file:\n"
        "    while True:\n"
        "        file.write(bytes(65536))\n"
    )
    journal = submit("fill.py")
    until(lambda: journal.verdict() is not None)
    verdict = journal.verdict()
    assert verdict is not None
    assert verdict.status is RunStatus.FAILED
    assert verdict.exit_code == 1
    assert verdict.reason is not None
    assert "the target's disk is full" in verdict.reason
    assert "what it left on the target could not be brought here" in verdict.reason
    (small_disk / "jobs" / journal.run_id / "project" / "outputs" / "large.bin").unlink()
    until(lambda: journal.closed)
    assert journal.status() is RunStatus.FAILED
    assert _lines(journal)[0] == "filling"
    assert '"before"' in journal.reported.read_text()
    returned = facewright("experiment", "return", "-r", journal.run_id, cwd=project.folder)
    assert returned.stdout == "Returned outputs/small.txt\n"


def test_a_target_without_room_for_the_files_fails_the_run_in_words(
    project: Project, submit: Submit, small_disk: Path
) -> None:
    (project.folder / "blob.bin").write_bytes(os.urandom(1_500_000))
    journal = submit("hello.py")
    until(lambda: journal.verdict() is not None)
    verdict = journal.verdict()
    assert verdict is not None
    assert verdict.status is RunStatus.FAILED
    assert "no room" in str(verdict.reason).lower() or "No space" in str(verdict.reason)


@pytest.fixture
def tracking(tmp_path: Path, empty_history: Path) -> Iterator[TrackingServer]:
    """Yield a tracking server that runs."""
    if missing := missing_libraries():
        reason = f"MLflow's server needs {', '.join(missing)}"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    server = TrackingServer(tmp_path / "tracking", empty_history)
    server.start()
    yield server
    server.stop()


def test_a_tracking_server_that_goes_away_and_comes_back_knows_everything(
    submit: Submit,
    tracked: Project,
    tracking: TrackingServer,
    monkeypatch: pytest.MonkeyPatch,
    may_end: Path,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking.address)
    journal = submit("count.py", "40", "0.1", str(may_end))
    until(lambda: journal.carried().reported > 0)
    tracking.stop()
    may_end.touch()
    until(lambda: journal.verdict() is not None)
    until(lambda: journal.carried().waiting_since is not None)
    tracking.start()
    until(lambda: journal.closed)
    settings = Settings()
    reader = HistoryReader(History.open(settings.tracking_uri, settings.artifact_directory))
    points = reader.series(journal.run_id)["number"]
    assert [(point.step, point.value) for point in points] == [(i, i) for i in range(40)]
    assert reader.info(journal.run_id)["status"] == "Completed"
