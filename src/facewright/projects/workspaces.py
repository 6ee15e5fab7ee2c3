"""Workspaces: made, shown, changed, deleted."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from facewright.database.database import Database
from facewright.database.tables.accounts import AccountRow, ProjectRow, WorkspaceRow
from facewright.projects.accounts import check_not_default, find_account
from facewright.projects.names import checked_name, key_of
from facewright.projects.records import (
    DEFAULT_ACCOUNT,
    DEFAULT_WORKSPACE,
    Changes,
    Details,
    Workspace,
)
from facewright.projects.rows import (
    change,
    described,
    has_children,
    missing,
    placed,
    unique,
    workspace_of,
)


class Workspaces:
    """The workspaces of a database. Use `open_registry`.

    Args:
        database: Where they are.
        user: Who makes new ones.
    """

    def __init__(self, database: Database, user: str) -> None:
        self._database = database
        self._user = user

    def create(
        self, name: str, account: str = DEFAULT_ACCOUNT, details: Details | None = None
    ) -> Workspace:
        """Make a workspace in an account.

        Raises:
            AccountError: There is no such account, the name is taken in it, or a value cannot be
                kept.
        """
        said = details or Details()
        columns = described(checked_name(name, "workspace"), said, self._user)
        where = f"in the account {account!r}"
        with unique("workspace", name, where), self._database.write() as session:
            parent = find_account(session, account, lock=True)
            row = WorkspaceRow(**columns, **placed(said, parent), account=parent)
            session.add(row)
            session.flush()
            return workspace_of(row)

    def show(self, name: str, account: str = DEFAULT_ACCOUNT) -> Workspace:
        """Return a workspace.

        Raises:
            AccountError: There is none of this name in the account.
        """
        with self._database.read() as session:
            return workspace_of(find_workspace(session, name, account))

    def list(self, account: str | None = None) -> "list[Workspace]":
        """Return the workspaces of an account, or of all, by account and name.

        Raises:
            AccountError: There is no such account.
        """
        wanted = select(WorkspaceRow).join(AccountRow).order_by(AccountRow.key, WorkspaceRow.key)
        with self._database.read() as session:
            if account is not None:
                wanted = wanted.where(AccountRow.id == find_account(session, account).id)
            return list(map(workspace_of, session.scalars(wanted)))

    def update(self, name: str, changes: Changes, account: str = DEFAULT_ACCOUNT) -> Workspace:
        """Change a workspace; what is None in `changes` stays.

        Raises:
            AccountError: There is none of this name, or a value cannot be kept.
        """
        where = f"in the account {account!r}"
        taken = unique("workspace", changes.name or name, where)
        with taken, self._database.write() as session:
            row = find_workspace(session, name, account)
            if changes.name is not None:
                _check_not_default(row)
                row.name = checked_name(changes.name, "workspace")
                row.key = key_of(row.name)
            change(row, changes)
            session.flush()
            return workspace_of(row)

    def delete(self, name: str, account: str = DEFAULT_ACCOUNT) -> Workspace:
        """Delete a workspace without projects, and return what it was.

        Raises:
            AccountError: There is none of this name, or it is the default one, or not empty.
        """
        with self._database.write() as session:
            row = find_workspace(session, name, account, lock=True)
            _check_not_default(row)
            within = select(ProjectRow.name).where(ProjectRow.workspace_id == row.id)
            children = list(session.scalars(within.order_by(ProjectRow.key)))
            if children:
                raise has_children("workspace", row.name, "projects", children)
            session.delete(row)
            return workspace_of(row)


def find_workspace(
    session: Session, name: str, account: str, *, lock: bool = False
) -> WorkspaceRow:
    """Return the row of a workspace.

    Args:
        session: Where to look.
        name: Its name.
        account: Name of its account.
        lock: Whether nobody else may change it, or put something into it, meanwhile.

    Raises:
        AccountError: There is none of this name in the account.
    """
    parent = find_account(session, account)
    within = WorkspaceRow.account_id == parent.id
    wanted = select(WorkspaceRow).where(within, WorkspaceRow.key == key_of(name))
    if lock:
        wanted = wanted.with_for_update(of=WorkspaceRow)
    row = session.scalars(wanted).one_or_none()
    if row is None:
        names = session.scalars(select(WorkspaceRow.name).where(within))
        where = f"facewright workspace list -a {parent.name}"
        raise missing(f"workspace in the account {parent.name!r} named", name, names, where)
    return row


def _check_not_default(row: WorkspaceRow) -> None:
    if row.account.key == DEFAULT_ACCOUNT:
        check_not_default(row.key, DEFAULT_WORKSPACE, "workspace")
