"""A run's keeper is killed, its target and its history go away: nothing is lost or doubled."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from waiting_part import until

from facewright.projects.project import Project
from facewright.runs.history import History
from facewright.runs.journal import Journal
from facewright.runs.keepers import has_keeper
from facewright.runs.reading import HistoryReader
from facewright.runs.record import RunStatus
from facewright.settings import Settings

Facewright = Callable[..., Any]
Submit = Callable[..., Journal]


def _keepers(journal: Journal) -> list[int]:
    """Return the processes that keep a run."""
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            command = (folder / "cmdline").read_bytes().split(b"\0")
            if b"facewright.runs.keeper" in command and bytes(journal.folder) in command:
                found.append(int(folder.name))
    return found


def _kill_keepers(journal: Journal) -> None:
    until(lambda: _keepers(journal))
    for pid in _keepers(journal):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    # A process that dies loses its name before its locks.
    until(lambda: not _keepers(journal) and not has_keeper(journal))


def _lines(journal: Journal) -> list[str]:
    return journal.log.read_text().splitlines() if journal.log.exists() else []


def _numbers(journal: Journal) -> list[int]:
    records = map(json.loads, journal.reported.read_text().splitlines())
    return [record["step"] for record in records if record["kind"] == "metric"]


def _reader() -> HistoryReader:
    settings = Settings()
    return HistoryReader(History.open(settings.tracking_uri, settings.artifact_directory))


@pytest.mark.parametrize("kills", [1, 4])
def test_a_keeper_that_is_killed_is_followed_by_another_and_nothing_is_lost_or_doubled(
    facewright: Facewright, submit: Submit, may_end: Path, kills: int
) -> None:
    journal = submit("count.py", "60", "0.1", str(may_end))
    for kill in range(kills):
        until(lambda wanted=10 * kill + 5: len(_lines(journal)) >= wanted)  # type: ignore[misc]
        _kill_keepers(journal)
        assert facewright("experiment", "status", "-r", journal.run_id).code == 0
    may_end.touch()
    until(lambda: journal.closed)
    assert journal.status() is RunStatus.COMPLETED
    assert _lines(journal) == [f"line {number}" for number in range(60)]
    assert _numbers(journal) == list(range(60))
    assert (journal.outputs / "count.txt").read_text() == "60"


def test_a_keeper_killed_before_it_did_anything_is_made_up_for(
    facewright: Facewright, submit: Submit
) -> None:
    journal = submit("hello.py")
    for pid in _keepers(journal):
        os.kill(pid, signal.SIGKILL)
    facewright("experiment", "list")
    until(lambda: journal.closed)
    assert journal.status() is RunStatus.COMPLETED
    assert _lines(journal) == ["hello []"]


def test_submit_that_waits_gives_the_run_a_new_keeper_itself(
    project: Project, start: Callable[..., Any], journals: Any, may_end: Path
) -> None:
    command = ("experiment", "submit", "-c", "local", "count.py", "60", "0.1", str(may_end))
    showing = start(*command)
    journal = journals.find(showing.stdout.readline().removeprefix("RunId: ").strip())
    until(lambda: _lines(journal))
    _kill_keepers(journal)
    may_end.touch()
    shown, _ = showing.communicate(timeout=240)
    assert shown.startswith("".join(f"line {number}\n" for number in range(60)))
    assert "Status: Completed" in shown


def test_a_job_whose_own_watcher_is_killed_ends_as_failed_in_words(
    facewright: Facewright, submit: Submit, data: Path
) -> None:
    journal = submit("count.py", "1000", "0.2")
    until(lambda: len(_lines(journal)) > 3)
    job = data / "jobs" / journal.run_id
    for record in ("launcher.json", "command.json"):
        os.kill(json.loads((job / record).read_text())["pid"], signal.SIGKILL)
    until(lambda: journal.closed)
    verdict = journal.verdict()
    assert verdict is not None
    assert verdict.status is RunStatus.FAILED
    assert verdict.reason == (
        "the job was lost: the machine it ran on, or what kept it there, went down: "
        "the process that waited for the command was killed"
    )
    assert _numbers(journal)[:4] == [0, 1, 2, 3]


def test_a_job_removed_behind_its_back_ends_as_failed_in_words(submit: Submit, data: Path) -> None:
    journal = submit("count.py", "1000", "0.2")
    until(lambda: len(_lines(journal)) > 3)
    job = data / "jobs" / journal.run_id
    for record in ("launcher.json", "command.json"):
        os.kill(json.loads((job / record).read_text())["pid"], signal.SIGKILL)
    shutil.rmtree(job)
    until(lambda: journal.closed)
    verdict = journal.verdict()
    assert verdict is not None
    assert verdict.reason == ("the target knows nothing of the job any more: it was removed there")
    assert len(_lines(journal)) >= 3


def test_the_history_hears_everything_of_a_run(submit: Submit, tracked: Project) -> None:
    journal = submit("count.py", "5", "0")
    until(lambda: journal.closed)
    run = _reader().info(journal.run_id)
    assert run["status"] == "Completed"
    assert run["number"] == 4
    verdict = journal.verdict()
    assert verdict is not None
    # Whenever the history heard of them.
    times = (run["start_time_utc"], run["end_time_utc"])
    assert [round(time.timestamp() * 1000) for time in times] == [
        journal.watched().started,
        verdict.ended,
    ]
    assert [point.value for point in _reader().series(journal.run_id)["number"]] == [0, 1, 2, 3, 4]
    assert _reader().text(journal.run_id, "driver_log").splitlines()[-1] == "line 4"


def test_a_history_that_is_away_gets_everything_once_it_is_back(
    facewright: Facewright, submit: Submit, tracked: Project, data: Path, may_end: Path
) -> None:
    journal = submit("count.py", "40", "0.1", str(may_end))
    until(lambda: journal.carried().reported > 0)
    with contextlib.closing(sqlite3.connect(data / "facewright.db", isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")  # nobody else can write, as with a server that is away
        may_end.touch()  # were there no end to carry, there might be nothing left to wait with
        until(lambda: journal.verdict() is not None)
        until(lambda: journal.carried().waiting_since is not None)
        assert journal.status() is RunStatus.COMPLETED
        status = json.loads(facewright("experiment", "status", "-r", journal.run_id).stdout)
        assert status["history"].startswith("waiting since ")
        lock.execute("ROLLBACK")
    until(lambda: journal.closed)
    points = _reader().series(journal.run_id)["number"]
    assert [(point.step, point.value) for point in points] == [(i, i) for i in range(40)]
    assert _reader().info(journal.run_id)["status"] == "Completed"


def test_a_keeper_killed_while_it_carries_leaves_every_number_once(
    facewright: Facewright, submit: Submit, tracked: Project, may_end: Path
) -> None:
    journal = submit("count.py", "60", "0.1", str(may_end))
    for wanted in (5, 25):
        until(lambda wanted=wanted: len(_lines(journal)) >= wanted)  # type: ignore[misc]
        _kill_keepers(journal)
        facewright("experiment", "list")
    may_end.touch()
    until(lambda: journal.closed)
    points = _reader().series(journal.run_id)["number"]
    assert [(point.step, point.value) for point in points] == [(i, i) for i in range(60)]
