"""Experimentation accounts, the workspaces in them, the projects in those, and who may do what."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from facewright.database.base import PREFIX, Base, Moment

_ID = String(36)
_ACCOUNTS = f"{PREFIX}experimentation_accounts"
_WORKSPACES = f"{PREFIX}workspaces"
_PROJECTS = f"{PREFIX}projects"


class _Described:
    """What accounts, workspaces and projects have in common.

    Attributes:
        id: GUID.
        name: As it was given.
        key: The name for comparing: names that differ only in case are the same.
        owner: A user's name.
        tags: Text by text.
    """

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(64))
    owner: Mapped[str] = mapped_column(String(64))
    description: Mapped[str] = mapped_column(Text)
    tags: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(Moment)


class AccountRow(_Described, Base):
    """An experimentation account; `seats` is None when any number of people may be in it."""

    __tablename__ = _ACCOUNTS
    __table_args__ = (UniqueConstraint("key"),)

    resource_group: Mapped[str] = mapped_column(String(90))
    location: Mapped[str] = mapped_column(String(90))
    seats: Mapped[int | None]


class WorkspaceRow(_Described, Base):
    """A workspace in an account."""

    __tablename__ = _WORKSPACES
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    account_id: Mapped[str] = mapped_column(_ID, ForeignKey(f"{_ACCOUNTS}.id"))
    resource_group: Mapped[str] = mapped_column(String(90))
    location: Mapped[str] = mapped_column(String(90))
    account: Mapped[AccountRow] = relationship(lazy="joined", innerjoin=True)


class ProjectRow(_Described, Base):
    """A project in a workspace; its id is the one in its folder."""

    __tablename__ = _PROJECTS
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    workspace_id: Mapped[str] = mapped_column(_ID, ForeignKey(f"{_WORKSPACES}.id"))
    folder: Mapped[str] = mapped_column(Text)
    repository: Mapped[str | None] = mapped_column(Text)
    workspace: Mapped[WorkspaceRow] = relationship(lazy="joined", innerjoin=True)


class MemberRow(Base):
    """A user's role on one account, workspace or project."""

    __tablename__ = f"{PREFIX}members"
    __table_args__ = (
        UniqueConstraint("account_id", "user"),
        UniqueConstraint("workspace_id", "user"),
        UniqueConstraint("project_id", "user"),
        CheckConstraint(
            "(account_id IS NOT NULL AND workspace_id IS NULL AND project_id IS NULL) OR "
            "(account_id IS NULL AND workspace_id IS NOT NULL AND project_id IS NULL) OR "
            "(account_id IS NULL AND workspace_id IS NULL AND project_id IS NOT NULL)",
            name="one_scope",
        ),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    user: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[str | None] = mapped_column(
        _ID, ForeignKey(f"{_ACCOUNTS}.id", ondelete="CASCADE")
    )
    workspace_id: Mapped[str | None] = mapped_column(
        _ID, ForeignKey(f"{_WORKSPACES}.id", ondelete="CASCADE")
    )
    project_id: Mapped[str | None] = mapped_column(
        _ID, ForeignKey(f"{_PROJECTS}.id", ondelete="CASCADE")
    )
    created: Mapped[datetime] = mapped_column(Moment)
