"""Who may do what: roles on accounts, workspaces and projects, inherited downwards."""

import uuid
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from facewright.database.database import Database
from facewright.database.tables.accounts import AccountRow, MemberRow, ProjectRow, WorkspaceRow
from facewright.errors import AccountError
from facewright.projects.names import checked_line
from facewright.projects.records import Account, Member, ProjectRecord, Role, Scope, Workspace

Row = AccountRow | WorkspaceRow | ProjectRow
_KINDS: dict[type, type[Row]] = {
    Account: AccountRow,
    Workspace: WorkspaceRow,
    ProjectRecord: ProjectRow,
}


class Members:
    """The members of accounts, workspaces and projects. Use `open_registry`.

    Args:
        database: Where they are.
        user: The user of this machine, who is owner of everything.
    """

    def __init__(self, database: Database, user: str) -> None:
        self._database = database
        self._user = user

    def role_of(self, user: str, scope: Scope) -> Role | None:
        """Return the strongest role that a user has on something or on what it is in.

        Args:
            user: A user's name.
            scope: An account, a workspace or a project.

        Returns:
            None for somebody who has no business there.

        Raises:
            AccountError: It is not there any more.
        """
        if user == self._user:
            return Role.OWNER
        held = {member.role for member in self.list(scope) if member.user == user}
        return next((role for role in Role if role in held), None)

    def list(self, scope: Scope) -> "list[Member]":
        """Return the members of something, those of what it is in first; owners are among them.

        Raises:
            AccountError: It is not there any more.
        """
        with self._database.read() as session:
            lineage = _lineage(_row(session, scope))
            return [member for row in lineage for member in _members_on(session, row)]

    def set(self, user: str, role: Role, scope: Scope) -> Member:
        """Give a user a role, in place of the one given before on the same thing.

        Raises:
            AccountError: All seats of the account are taken, or the name cannot be kept.
        """
        name = checked_line(user, "user")
        with self._database.write() as session:
            row = _row(session, scope)
            _check_seats(session, _lineage(row)[0], name)
            member = session.scalars(_on(row).where(MemberRow.user == name)).one_or_none()
            if member is None:
                member = MemberRow(
                    id=str(uuid.uuid4()), user=name, created=datetime.now(UTC), **_key(row)
                )
                session.add(member)
            member.role = role.value
            return Member(name, role, scope.scope)

    def remove(self, user: str, scope: Scope) -> None:
        """Take away the role that was given on something; inherited ones stay.

        Raises:
            AccountError: None was given there.
        """
        with self._database.write() as session:
            given = _on(_row(session, scope)).where(MemberRow.user == user)
            member = session.scalars(given).one_or_none()
            if member is None:
                raise AccountError(f"{user!r} has no role that was given on {scope.scope}")
            session.delete(member)


def _row(session: Session, scope: Scope) -> Row:
    row = cast("Row | None", session.get(_KINDS[type(scope)], scope.id))
    if row is None:
        raise AccountError(f"it is not there any more: {scope.scope}")
    return row


def _lineage(row: Row) -> "tuple[AccountRow, *tuple[Row, ...]]":
    if isinstance(row, AccountRow):
        return (row,)
    if isinstance(row, WorkspaceRow):
        return (row.account, row)
    return (row.workspace.account, row.workspace, row)


def _members_on(session: Session, row: Row) -> "list[Member]":
    scope = _path(row)
    rows = session.scalars(_on(row).order_by(MemberRow.user))
    given = [Member(member.user, Role(member.role), scope) for member in rows]
    return [Member(row.owner, Role.OWNER, scope), *given]


def _path(row: Row) -> str:
    kinds = ("accounts", "workspaces", "projects")
    names = [each.name for each in _lineage(row)]
    return "".join(f"/{kind}/{name}" for kind, name in zip(kinds, names, strict=False))


def _on(row: Row) -> Any:
    (column, value), *_ = _key(row).items()
    return select(MemberRow).where(getattr(MemberRow, column) == value)


def _key(row: Row) -> dict[str, str]:
    columns = {AccountRow: "account_id", WorkspaceRow: "workspace_id", ProjectRow: "project_id"}
    return {columns[type(row)]: row.id}


def _check_seats(session: Session, account: AccountRow, user: str) -> None:
    # Locked, so that two who are added at once do not take the same last seat.
    session.refresh(account, with_for_update={"of": AccountRow})
    if account.seats is None:
        return
    seated = _people_in(session, account)
    if user not in seated and len(seated) >= account.seats:
        raise AccountError(
            f"all seats are taken: the account {account.name!r} has {account.seats}, and "
            f"{len(seated)} people are in it",
            hint="`facewright account experimentation update -n NAME --seats N` adds some",
        )


def _people_in(session: Session, account: AccountRow) -> set[str]:
    workspaces = select(WorkspaceRow.id).where(WorkspaceRow.account_id == account.id)
    projects = select(ProjectRow.id).where(ProjectRow.workspace_id.in_(workspaces))
    within: ColumnElement[bool] = or_(
        MemberRow.account_id == account.id,
        MemberRow.workspace_id.in_(workspaces),
        MemberRow.project_id.in_(projects),
    )
    return {account.owner, *session.scalars(select(MemberRow.user).where(within))}
