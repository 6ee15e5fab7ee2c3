"""A run as people and scripts see it: the fields of the original's run record."""

import json
import math
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from facewright.runs import tags

RunRecord = dict[str, Any]
"""Fields of a run, and a key for each number and text that its script logged."""

FIELDS = (
    "run_id",
    "run_number",
    "experiment_id",
    "name",
    "description",
    "user_id",
    "target",
    "script_name",
    "arguments",
    "status",
    "reason",
    "created_utc",
    "start_time_utc",
    "end_time_utc",
    "duration",
    "heartbeat_enabled",
    "hidden",
    "parent_run_id",
    "properties",
    "parameters",
    "tags",
    "attachments",
)
_COLLISION = "_logged"


def run_record(run: Any, now: datetime, artefacts: Iterable[str] = ()) -> RunRecord:
    """Return the record of a run.

    A logged number or text whose name is a field's gets ``_logged`` after it.

    Args:
        run: MLflow's, or what has the same `info` and `data`.
        now: Up to when a run that goes on has lasted.
        artefacts: Paths of its artefacts.
    """
    found, info = run.data.tags, run.info
    created = _time(info.start_time)
    started = _time(found.get(tags.STARTED)) or (created if tags.NESTED in found else None)
    ended = _time(info.end_time)
    record: RunRecord = {
        "run_id": found.get(tags.RUN_ID, info.run_id),
        "run_number": _number(found.get(tags.RUN_NUMBER)),
        "experiment_id": found.get(tags.PROJECT_ID, info.experiment_id),
        "name": info.run_name,
        "description": found.get(tags.NOTE),
        "user_id": found.get(tags.USER) or info.user_id or None,
        "target": found.get(tags.TARGET),
        "script_name": found.get(tags.SCRIPT),
        "arguments": _arguments(found.get(tags.ARGUMENTS)),
        "status": str(tags.STATUS_OF.get(info.status, info.status)),
        "reason": found.get(tags.REASON),
        "created_utc": created,
        "start_time_utc": started or created,
        "end_time_utc": ended,
        "duration": _duration(started or created, ended or now),
        "heartbeat_enabled": True,
        "hidden": info.lifecycle_stage == "deleted",
        "parent_run_id": _parent(found),
        "properties": {"CommitId": found.get(tags.COMMIT), "MlflowRunId": info.run_id},
        "parameters": dict(sorted(run.data.params.items())),
        "tags": {name: value for name, value in sorted(found.items()) if _is_users(name)},
        "attachments": sorted(artefacts),
    }
    return record | {_free(name): value for name, value in sorted(_logged(run).items())}


def logged_names(records: Iterable[RunRecord]) -> list[str]:
    """Return the names of what was logged in any of some runs, as the records call them."""
    return sorted({name for record in records for name in record if name not in FIELDS})


def _logged(run: Any) -> dict[str, Any]:
    texts = {
        name.removeprefix(tags.LOGGED): value
        for name, value in run.data.tags.items()
        if name.startswith(tags.LOGGED)
    }
    return texts | {name: _endless(value) for name, value in run.data.metrics.items()}


def _endless(value: float) -> float:
    # MLflow's database knows no infinity: it keeps the largest number instead.
    return math.copysign(math.inf, value) if abs(value) == sys.float_info.max else value


def _free(name: str) -> str:
    return f"{name}{_COLLISION}" if name in FIELDS else name


def _is_users(tag: str) -> bool:
    return not tag.startswith((tags.OURS, tags.LOGGED, "mlflow."))


def _parent(found: dict[str, str]) -> str | None:
    return found[tags.NESTED].rpartition("/")[0] if tags.NESTED in found else None


def _time(milliseconds: str | int | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(milliseconds or 0) / 1000, UTC) if milliseconds else None
    except (ValueError, OverflowError, OSError):
        return None


def _duration(start: datetime | None, end: datetime) -> str | None:
    if start is None:
        return None
    seconds = max(0, round((end - start).total_seconds()))
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _arguments(text: str | None) -> list[str]:
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    return [str(each) for each in found] if isinstance(found, list) else []
