"""Everything that is remembered about accounts, workspaces, projects and members.

>>> registry = open_registry(database, "ada")   # doctest: +SKIP
>>> registry.workspaces.create("doors")         # doctest: +SKIP
"""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from facewright.database.database import Database
from facewright.database.tables.accounts import AccountRow, WorkspaceRow
from facewright.errors import AccountError
from facewright.projects.accounts import Accounts
from facewright.projects.members import Members
from facewright.projects.project_records import ProjectRecords
from facewright.projects.records import DEFAULT_ACCOUNT, DEFAULT_WORKSPACE, Details
from facewright.projects.rows import described, placed
from facewright.projects.workspaces import Workspaces, find_workspace


@dataclass(frozen=True)
class Registry:
    """What is remembered, by subject. Use `open_registry`.

    Attributes:
        database: Where it is.
        user: The user of this machine, who owns what is made.
    """

    database: Database
    user: str
    accounts: Accounts
    workspaces: Workspaces
    projects: ProjectRecords
    members: Members


def open_registry(database: Database, user: str) -> Registry:
    """Return what is remembered; the default account and workspace are there.

    Args:
        database: Where it is.
        user: The user of this machine, who owns everything.
    """
    ensure_defaults(database, user)
    kinds = (Accounts, Workspaces, ProjectRecords, Members)
    accounts, workspaces, projects, members = (kind(database, user) for kind in kinds)
    return Registry(database, user, accounts, workspaces, projects, members)  # type: ignore[arg-type]


def ensure_defaults(database: Database, user: str) -> None:
    """Make the default account and the default workspace, unless they are there."""
    if _has_defaults(database):
        return
    try:
        _make_defaults(database, user)
    except IntegrityError:  # another process was first
        if not _has_defaults(database):
            raise


def _has_defaults(database: Database) -> bool:
    with database.read() as session:
        try:
            find_workspace(session, DEFAULT_WORKSPACE, DEFAULT_ACCOUNT)
        except AccountError:
            return False
    return True


def _make_defaults(database: Database, user: str) -> None:
    said = Details(description="There from the start")
    with database.write() as session:
        account = AccountRow(**described(DEFAULT_ACCOUNT, said, user), **placed(said), seats=None)
        columns = described(DEFAULT_WORKSPACE, said, user) | placed(said)
        session.add(WorkspaceRow(**columns, account=account))
