"""Journals appear whole, and no two runs share one."""

import os
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from facewright.compute.dependencies import Dependencies
from facewright.compute.job import JobState, Phase
from facewright.errors import RunError
from facewright.runs.journal import Journal
from facewright.runs.journals import Journals
from facewright.runs.order import Order
from facewright.runs.record import RunStatus, Submitted
from facewright.runs.verdict import judge

AT = datetime(2026, 11, 22, tzinfo=UTC)


def _order(run_id: str = "plant_1", *arguments: str) -> Order:
    submitted = Submitted(
        run_id, "plant", "id", "local", "default", "ada", "box", "box", "a.py", arguments, AT
    )
    needs = Dependencies("3.11", ("numpy>=2",))
    return Order(submitted, "/plant", "sqlite://", "/artefacts", ("a.py",), {"A": "1"}, needs)


def test_an_order_is_read_as_it_was_written(tmp_path: Path) -> None:
    order = _order("plant_1", "two\nlines", "ünï", "\udcff")
    journal = Journals(tmp_path).begin(lambda draft: order)
    assert journal.order() == order
    assert stat.S_IMODE((journal.folder / "order.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.folder.stat().st_mode) == 0o700


def test_an_order_of_another_format_is_refused(tmp_path: Path) -> None:
    journal = Journals(tmp_path).begin(lambda draft: _order())
    path = journal.folder / "order.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2', 1))
    with pytest.raises(RunError, match="format 2, expected 1"):
        journal.order()


def test_runs_submitted_in_the_same_millisecond_are_different_runs(tmp_path: Path) -> None:
    journals = Journals(tmp_path)
    found: list[Journal] = []

    def begin() -> None:
        found.append(journals.begin(lambda draft: _order("plant_5")))

    threads = [threading.Thread(target=begin) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = sorted(journal.run_id for journal in found)
    assert names == sorted(f"plant_{number}" for number in range(5, 17))
    assert {journal.run_id for journal in journals.open_runs()} == set(names)
    assert all(journal.order().run_id == journal.run_id for journal in found)


def test_a_journal_that_cannot_be_filled_leaves_nothing(tmp_path: Path) -> None:
    journals = Journals(tmp_path)

    def fail(draft: Journal) -> Order:
        (draft.source / "half").write_text("half")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        journals.begin(fail)
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["open"]
    assert list(journals.open_runs()) == []


def test_a_marker_without_a_journal_is_no_run_and_goes_when_it_is_old(tmp_path: Path) -> None:
    journals = Journals(tmp_path)
    journals.begin(lambda draft: _order())
    marker = tmp_path / "runs" / "open" / "plant_2"
    marker.touch()
    assert [journal.run_id for journal in journals.open_runs()] == ["plant_1"]
    assert marker.exists()
    os.utime(marker, (0, 0))
    assert len(list(journals.open_runs())) == 1
    assert not marker.exists()


def test_the_first_verdict_stays(tmp_path: Path) -> None:
    journal = Journals(tmp_path).begin(lambda draft: _order())
    failed = judge(JobState(Phase.ENDED, 1), canceled=False, last_line="", now=1)
    completed = judge(JobState(Phase.ENDED, 0), canceled=False, last_line="", now=2)
    assert journal.end(failed) == failed
    assert journal.end(completed) == failed
    assert journal.status() is RunStatus.FAILED


def test_open_runs_are_found_without_looking_at_the_others(tmp_path: Path) -> None:
    journals = Journals(tmp_path)
    made = [journals.begin(lambda draft, n=n: _order(f"plant_{n}")) for n in (1, 2, 3)]  # type: ignore[misc]
    for journal in made[:2]:
        journals.close(journal)
    assert [journal.run_id for journal in journals.open_runs()] == ["plant_3"]
    assert [journal.run_id for journal in journals.finished()] == ["plant_1", "plant_2"]
