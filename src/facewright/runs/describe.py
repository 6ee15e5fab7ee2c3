"""What this machine knows of a run, as plain values."""

from datetime import UTC, datetime
from typing import Any

from facewright.runs.journal import Journal
from facewright.runs.patience import now
from facewright.runs.reported_state import read_run


def describe(journal: Journal) -> dict[str, Any]:
    """Return a run's status with all that belongs to it.

    Returns:
        Times with a time zone, durations in seconds; None for what is not known yet.
    """
    submitted, watched = journal.order().submitted, journal.watched()
    verdict = journal.verdict()
    return {
        "run_id": journal.run_id,
        "status": str(journal.status()),
        "reason": verdict.reason if verdict else waiting(journal),
        "exit_code": verdict.exit_code if verdict else None,
        "target": submitted.target,
        "script_name": submitted.script_name,
        "arguments": list(submitted.arguments),
        "project": submitted.project,
        "created_utc": submitted.created,
        "start_time_utc": _time(watched.started),
        "end_time_utc": _time(verdict.ended) if verdict else None,
        "duration": duration(journal),
        "history": _history(journal),
    }


def duration(journal: Journal) -> float | None:
    """Return the seconds since the run's start, or until its end; None before it started."""
    started, verdict = journal.watched().started, journal.verdict()
    if started is None:
        return None
    return ((verdict.ended if verdict else now()) - started) / 1000


def waiting(journal: Journal) -> str | None:
    """Say since when a run cannot be watched, and why; None when it can."""
    watched = journal.watched()
    if watched.waiting_since is None:
        return None
    return f"waiting since {_clock(watched.waiting_since)}: {watched.waiting_for}"


def latest_numbers(journal: Journal) -> dict[str, float]:
    """Return the newest value of each metric that the run reported."""
    series = read_run(journal.folder, None).series
    return {name: points[-1][0] for name, points in sorted(series.items())}


def _history(journal: Journal) -> str:
    carried = journal.carried()
    if not journal.order().tracked:
        return "not tracked"
    if carried.waiting_since is not None:
        return f"waiting since {_clock(carried.waiting_since)}: {carried.waiting_for}"
    return "complete" if carried.done else "following"


def _time(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def _clock(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
