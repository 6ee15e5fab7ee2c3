"""Where a project's record is, read straight from the tables of a SQLite file.

`submit` asks it each time, and SQLAlchemy takes longer to load than all the rest of `submit`.
Whatever is not as expected is left to `ensure_project_record`; a test compares the two.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from facewright.projects.project import Project

_SQLITE = "sqlite:///"
_QUERY = """
SELECT accounts.name, workspaces.name
FROM facewright_projects AS projects
JOIN facewright_workspaces AS workspaces ON workspaces.id = projects.workspace_id
JOIN facewright_experimentation_accounts AS accounts ON accounts.id = workspaces.account_id
WHERE projects.id = ? AND projects.folder = ?
"""


class KnownPlace(NamedTuple):
    """The account and the workspace that a project is in."""

    account: str
    workspace: str


def known_place(database_url: str, project: Project) -> KnownPlace | None:
    """Return where a project is that was here before; None when that is not known at a glance.

    Args:
        database_url: Where records are.
        project: The folder; one that was moved or copied since is not known.
    """
    if not database_url.startswith(_SQLITE) or "?" in database_url:
        return None
    file = Path(database_url.removeprefix(_SQLITE)).absolute()
    asked = (project.id, str(project.folder.resolve()))
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
            row = database.execute(_QUERY, asked).fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else KnownPlace(*row)
