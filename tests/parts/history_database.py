"""A database with MLflow's tables and nothing in them, made once for a test run."""

import fcntl
from pathlib import Path

from facewright.runs.history import History


def history_database(run_folder: Path) -> Path:
    """Return its file, to be copied; the first worker of this run makes it."""
    place = run_folder / "empty-history"
    with (run_folder / "empty-history.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            coming = run_folder / "empty-history-coming"
            History.open(f"sqlite:///{coming / 'history.db'}", coming / "artefacts")
            coming.rename(place)
    return place / "history.db"
