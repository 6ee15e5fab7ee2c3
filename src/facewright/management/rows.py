"""Rows of the database as records, and what all of them have in common."""

import uuid
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from facewright.database.tables.management import (
    DeploymentRow,
    EnvironmentRow,
    ImageRow,
    ManagementAccountRow,
    ManifestModelRow,
    ManifestRow,
    ModelRow,
    ServiceRow,
)
from facewright.errors import InUse, NotFound
from facewright.management.records import (
    Deployment,
    Environment,
    ImageRecord,
    ManagementAccount,
    Manifest,
    Model,
    PlacedModel,
    Service,
    StoredFile,
)
from facewright.system.outside_text import shown

_MOST_NAMED = 10
# Any number that nobody else uses: the advisory lock of a PostgreSQL database.
_LOCK = 7_261_093_449

Versioned = type[ModelRow] | type[ManifestRow] | type[ImageRow]


def account_of(row: ManagementAccountRow) -> ManagementAccount:
    """Return an account as a record."""
    return ManagementAccount(
        row.id, row.name, row.description, dict(row.tags), dict(row.details), row.current,
        row.created, row.modified,
    )  # fmt: skip


def model_of(row: ModelRow) -> Model:
    """Return a model as a record."""
    return Model(
        row.id, row.name, row.version, row.digest, row.size, row.place, files_of(row.files),
        row.mime_type, row.description, tuple(row.tags), row.run_id, dict(row.facts),
        row.published, row.created,
    )  # fmt: skip


def manifest_of(session: Session, row: ManifestRow) -> Manifest:
    """Return a manifest as a record, with its models."""
    of_it = select(ManifestModelRow).where(ManifestModelRow.manifest_id == row.id)
    placed = session.scalars(of_it.order_by(ManifestModelRow.place, ManifestModelRow.model_id))
    return Manifest(
        row.id, row.name, row.version, row.description, row.driver, row.runtime,
        files_of(row.files), dict(row.requirements), dict(row.lock), row.schema,
        tuple(PlacedModel(each.model_id, each.place) for each in placed), row.created,
    )  # fmt: skip


def image_of(row: ImageRow) -> ImageRecord:
    """Return an image as a record."""
    return ImageRecord(
        row.id, row.name, row.version, row.manifest_id, row.description, row.digest, row.size,
        tuple(row.platforms), dict(row.base), row.location, row.state, row.error, row.created,
    )  # fmt: skip


def environment_of(row: EnvironmentRow) -> Environment:
    """Return an environment as a record."""
    return Environment(
        row.id, row.name, row.engine, row.state, row.error, dict(row.details), row.current,
        row.mode, row.created,
    )  # fmt: skip


def service_of(row: ServiceRow) -> Service:
    """Return a service as a record."""
    return Service(
        row.id, row.name, row.environment_id, row.image_id, dict(row.settings), row.address,
        row.state, row.error, row.created, row.updated,
    )  # fmt: skip


def deployment_of(row: DeploymentRow) -> Deployment:
    """Return a deployment as a record."""
    return Deployment(
        row.id, row.service_id, row.image_id, row.status, row.created, row.expired
    )  # fmt: skip


def files_of(column: Iterable[dict[str, Any]]) -> tuple[StoredFile, ...]:
    """Return the files in a column."""
    return tuple(StoredFile(**each) for each in column)


def files_column(files: Iterable[StoredFile]) -> list[dict[str, Any]]:
    """Return files as a column keeps them."""
    return [asdict(file) for file in files]


def new_id() -> str:
    """Return the id of something new, a GUID; a model's is its 32 hex digits alone."""
    return str(uuid.uuid4())


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def alone(session: Session) -> None:
    """Wait until no other transaction that asked for this goes on.

    Who gives a version or removes files that others may share asks for it first. On SQLite only one
    transaction writes at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def next_version(session: Session, kind: Versioned, name: str) -> int:
    """Return the version of something new, from 1; to be called in the transaction that adds it.

    Args:
        session: Of `Database.write`.
        kind: The rows' class.
        name: What it is to be called.
    """
    alone(session)
    return (session.scalar(select(func.max(kind.version)).where(kind.name == name)) or 0) + 1


def missing(what: str, named: str, verb: str) -> NotFound:
    """Return the error of something that is not there.

    Args:
        what: Such as ``model``.
        named: The id or name that was asked for.
        verb: The command that lists what there is.
    """
    return NotFound(f"there is no {what} {shown(named)}", hint=f"`{verb}` shows what there is")


def in_use(what: str, named: str, users: Iterable[str]) -> InUse:
    """Return the error of something that something else needs.

    Args:
        what: Such as ``model``.
        named: Its name and id.
        users: What needs it, each as in ``the manifest doors 2 (<id>)``.
    """
    every = list(users)
    more = len(every) - _MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return InUse(
        f"the {what} {named} is in use by {', '.join(every[:_MOST_NAMED])}{rest}",
        hint="delete those first; nothing was deleted",
    )
