"""Records of projects: which there are, in which workspace, in which folder."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from facewright.database.database import Database
from facewright.database.tables.accounts import AccountRow, ProjectRow, WorkspaceRow
from facewright.projects.accounts import find_account
from facewright.projects.names import checked_project_name, checked_repository, key_of
from facewright.projects.project import Project
from facewright.projects.records import (
    DEFAULT_ACCOUNT,
    DEFAULT_WORKSPACE,
    Changes,
    Details,
    ProjectRecord,
)
from facewright.projects.rows import change, described, missing, project_of, unique
from facewright.projects.workspaces import find_workspace


@dataclass(frozen=True)
class Place:
    """A workspace to put a project into.

    Attributes:
        account: Name of its account.
        workspace: Its name.
    """

    account: str = DEFAULT_ACCOUNT
    workspace: str = DEFAULT_WORKSPACE

    @property
    def scope(self) -> str:
        """The workspace as a path."""
        return f"/accounts/{self.account}/workspaces/{self.workspace}"

    @classmethod
    def of(cls, scope: str | None) -> "Place":
        """Return the place that a project's folder names, or the default one."""
        match (scope or "").split("/"):
            case ["", "accounts", account, "workspaces", workspace]:
                return cls(account, workspace)
        return cls()


class ProjectRecords:
    """The projects of a database. Use `open_registry`.

    Args:
        database: Where they are.
        user: Who makes new ones.
    """

    def __init__(self, database: Database, user: str) -> None:
        self._database = database
        self._user = user

    def add(
        self,
        project: Project,
        place: Place,
        details: Details | None = None,
        *,
        repository: str | None = None,
        alongside: Callable[[], None] = lambda: None,
    ) -> ProjectRecord:
        """Remember a project.

        Args:
            project: The folder, its name and its id.
            place: The workspace.
            details: What is said about it.
            repository: Address of its git repository.
            alongside: Done when the record is certain to be kept unless this fails.

        Raises:
            AccountError: There is no such workspace, or the name is taken in it.
            ProjectError: The repository is none.
        """
        known = checked_repository(repository) if repository is not None else None
        where = f"in the workspace {place.workspace!r}"
        with unique("project", project.name, where), self._database.write() as session:
            said = (details or Details(), self._user)
            row = new_project_row(session, project, place, said)
            row.repository = known
            session.add(row)
            session.flush()
            alongside()
            return project_of(row)

    def show(self, name: str, place: Place | None = None) -> ProjectRecord:
        """Return the record of a project.

        Args:
            name: Its name in the workspace, or its id.
            place: The workspace.

        Raises:
            AccountError: There is none.
        """
        with self._database.read() as session:
            return project_of(find_project_row(session, name, place or Place()))

    def list(
        self, account: str | None = None, workspace: str | None = None
    ) -> "list[ProjectRecord]":
        """Return the projects of a workspace, of an account, or all.

        Raises:
            AccountError: There is no such account or workspace.
        """
        wanted = select(ProjectRow).join(WorkspaceRow).join(AccountRow)
        wanted = wanted.order_by(AccountRow.key, WorkspaceRow.key, ProjectRow.key)
        with self._database.read() as session:
            if workspace is not None:
                within = find_workspace(session, workspace, account or DEFAULT_ACCOUNT)
                wanted = wanted.where(WorkspaceRow.id == within.id)
            elif account is not None:
                wanted = wanted.where(AccountRow.id == find_account(session, account).id)
            return list(map(project_of, session.scalars(wanted)))

    def update(
        self, project_id: str, changes: Changes, repository: str | None = None
    ) -> ProjectRecord:
        """Change a record; what is None stays, an empty repository is taken away.

        Raises:
            AccountError: There is no such project, or a value cannot be kept.
            ProjectError: The repository is none.
        """
        with self._database.write() as session:
            row = find_project_row(session, project_id, Place())
            change(row, changes)
            if repository is not None:
                row.repository = checked_repository(repository) if repository else None
            session.flush()
            return project_of(row)

    def delete(
        self, project_id: str, alongside: Callable[[], None] = lambda: None
    ) -> ProjectRecord:
        """Forget a project and who may do what with it; its folder stays.

        Args:
            project_id: Its id.
            alongside: Done when the record is certain to go unless this fails.

        Raises:
            AccountError: There is no such project.
        """
        with self._database.write() as session:
            row = find_project_row(session, project_id, Place())
            record = project_of(row)
            session.delete(row)
            session.flush()
            alongside()
            return record


def find_project_row(session: Session, name: str, place: Place) -> ProjectRow:
    """Return the row of a project.

    Args:
        session: Where to look.
        name: Its id, or its name in the workspace.
        place: The workspace.

    Raises:
        AccountError: There is none.
    """
    by_id = session.get(ProjectRow, name[:36])
    if by_id is not None and by_id.id == name:
        return by_id
    workspace = find_workspace(session, place.workspace, place.account)
    within = ProjectRow.workspace_id == workspace.id
    wanted = select(ProjectRow).where(within, ProjectRow.key == key_of(name))
    row = session.scalars(wanted).one_or_none()
    if row is None:
        names = session.scalars(select(ProjectRow.name).where(within))
        known_as = f"project in the workspace {workspace.name!r} named"
        raise missing(known_as, name, names, "facewright project list")
    return row


def new_project_row(
    session: Session, project: Project, place: Place, said: tuple[Details, str]
) -> ProjectRow:
    """Return a row that is not yet in the session, while nobody else changes the workspace.

    Args:
        session: A transaction that writes.
        project: The folder, its name and its id.
        place: The workspace.
        said: What is said about it, and the user who makes it.

    Raises:
        AccountError: There is no such workspace, or a value cannot be kept.
    """
    columns = described(checked_project_name(project.name), *said) | {"id": project.id}
    workspace = find_workspace(session, place.workspace, place.account, lock=True)
    return ProjectRow(**columns, workspace=workspace, folder=str(project.folder.resolve()))
