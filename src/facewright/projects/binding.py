"""Ties between projects' folders and their records: folders are moved, copied and cloned."""

import uuid
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from facewright.database.database import Database
from facewright.database.tables.accounts import ProjectRow
from facewright.errors import AccountError, ProjectError
from facewright.projects.names import key_of
from facewright.projects.project import Project, holds_project, write_record
from facewright.projects.project_records import Place, new_project_row
from facewright.projects.records import Details, ProjectRecord
from facewright.projects.rows import project_of
from facewright.projects.workspaces import find_workspace

_LONGEST_STEM = 56


def ensure_project_record(database: Database, project: Project, user: str) -> ProjectRecord:
    """Return the record of a project's folder; made, or moved with the folder, as needed.

    A folder that nobody knows is put into the workspace it names, or else the default one, under
    the first free name of ``NAME``, ``NAME-2``, ``NAME-3`` …

    Args:
        database: Where records are, opened by `open_registry` or like it.
        project: The folder.
        user: Who owns a new record.

    Raises:
        ProjectError: The folder is a copy of another project's.
    """
    project = replace(project, folder=project.folder.resolve())
    with database.read() as session:
        known = session.get(ProjectRow, project.id)
        if known is not None and known.folder == str(project.folder):
            return project_of(known)
    if known is not None:
        _check_no_copy(project, project_of(known))
    return rebind_project(database, project, user)


def rebind_project(database: Database, project: Project, user: str) -> ProjectRecord:
    """Tie a folder to the record of its id, wherever that was seen before.

    Args:
        database: Where records are.
        project: The folder.
        user: Who owns a new record.
    """
    try:
        return _bind(database, project, user)
    except IntegrityError:  # another process has just registered the same folder
        return _bind(database, project, user)


def _bind(database: Database, project: Project, user: str) -> ProjectRecord:
    with database.write() as session:
        row = session.get(ProjectRow, project.id)
        if row is None:
            row = _new_row(session, project, user)
            session.add(row)
        row.folder = str(project.folder.resolve())
        session.flush()
        return project_of(row)


def rebind_as_new(database: Database, project: Project, user: str) -> ProjectRecord:
    """Make a copied folder a project of its own, with an id and a record of its own.

    Args:
        database: Where records are.
        project: The folder.
        user: Who owns the record.
    """
    own = replace(project, id=str(uuid.uuid4()))
    with database.write() as session:
        row = _new_row(session, own, user)
        session.add(row)
        session.flush()
        write_record(own.folder, own)
        return project_of(row)


def _check_no_copy(project: Project, record: ProjectRecord) -> None:
    other = record.folder
    if not holds_project(other, project.id) or _is_same(other, project.folder):
        return
    raise ProjectError(
        f"the folder is a copy: {project.folder} has the id of the project {record.name!r}, "
        f"which is in {other}",
        hint="`facewright project rebind --new-id` makes the copy a project of its own; "
        "`facewright project rebind` makes it the project's folder in place of the other",
    )


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _new_row(session: Session, project: Project, user: str) -> ProjectRow:
    place = _known_place(session, Place.of(project.scope))
    row = new_project_row(session, project, place, (Details(), user))
    with session.no_autoflush:
        within = ProjectRow.workspace_id == row.workspace.id
        taken = set(session.scalars(select(ProjectRow.key).where(within)))
    stem = project.name[:_LONGEST_STEM]
    names = chain([project.name], (f"{stem}-{number}" for number in count(2)))
    row.name = next(name for name in names if key_of(name) not in taken)
    row.key = key_of(row.name)
    return row


def _known_place(session: Session, place: Place) -> Place:
    try:
        find_workspace(session, place.workspace, place.account)
    except AccountError:  # the folder comes from where there are other workspaces
        return Place()
    return place
