"""Whether a database waits for MLflow's tables, told without loading MLflow."""

import sqlite3
from contextlib import closing
from pathlib import Path

_SQLITE = "sqlite:///"
_LAST_TABLE = "latest_metrics"


def is_first_use(tracking_uri: str) -> bool:
    """Return whether opening the history makes its tables first, which takes seconds.

    Args:
        tracking_uri: The history's address; only a file of SQLite is looked into.
    """
    if not tracking_uri.startswith(_SQLITE):
        return False
    path = Path(tracking_uri.removeprefix(_SQLITE))
    if not path.is_file():
        return True
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            query = "SELECT 1 FROM sqlite_master WHERE name = ?"
            return database.execute(query, (_LAST_TABLE,)).fetchone() is None
    except sqlite3.Error:
        return False
