"""Experimentation accounts, workspaces, projects and members."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ACCOUNTS = "facewright_experimentation_accounts"
_WORKSPACES = "facewright_workspaces"
_PROJECTS = "facewright_projects"
_MEMBERS = "facewright_members"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        _ACCOUNTS,
        *_described(),
        sa.Column("resource_group", sa.String(90), nullable=False),
        sa.Column("location", sa.String(90), nullable=False),
        sa.Column("seats", sa.Integer),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_ACCOUNTS}"),
        _unique(_ACCOUNTS, "key"),
    )
    op.create_table(
        _WORKSPACES,
        *_described(),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("resource_group", sa.String(90), nullable=False),
        sa.Column("location", sa.String(90), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_WORKSPACES}"),
        _foreign(_WORKSPACES, "account_id", _ACCOUNTS),
        _unique(_WORKSPACES, "account_id", "key"),
    )
    op.create_table(
        _PROJECTS,
        *_described(),
        sa.Column("workspace_id", sa.String(36), nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("repository", sa.Text),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_PROJECTS}"),
        _foreign(_PROJECTS, "workspace_id", _WORKSPACES),
        _unique(_PROJECTS, "workspace_id", "key"),
    )
    _create_members()


def _create_members() -> None:
    op.create_table(
        _MEMBERS,
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("account_id", sa.String(36)),
        sa.Column("workspace_id", sa.String(36)),
        sa.Column("project_id", sa.String(36)),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_MEMBERS}"),
        _foreign(_MEMBERS, "account_id", _ACCOUNTS, ondelete="CASCADE"),
        _foreign(_MEMBERS, "workspace_id", _WORKSPACES, ondelete="CASCADE"),
        _foreign(_MEMBERS, "project_id", _PROJECTS, ondelete="CASCADE"),
        _unique(_MEMBERS, "account_id", "user"),
        _unique(_MEMBERS, "workspace_id", "user"),
        _unique(_MEMBERS, "project_id", "user"),
        sa.CheckConstraint(
            "(account_id IS NOT NULL AND workspace_id IS NULL AND project_id IS NULL) OR "
            "(account_id IS NULL AND workspace_id IS NOT NULL AND project_id IS NULL) OR "
            "(account_id IS NULL AND workspace_id IS NULL AND project_id IS NOT NULL)",
            name=op.f(f"ck_{_MEMBERS}_one_scope"),
        ),
    )


def _described() -> "list[sa.Column[object]]":
    return [
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    ]


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _foreign(
    table: str, column: str, other: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)
