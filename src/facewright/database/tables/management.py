"""Models, manifests, images and services, and the accounts and environments they belong to."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from facewright.database.base import PREFIX, Base, Moment

_ID = String(36)
_NAME = String(255)
_DIGEST = String(71)
_MODELS = f"{PREFIX}models"
_MANIFESTS = f"{PREFIX}manifests"
_IMAGES = f"{PREFIX}images"
_SERVICES = f"{PREFIX}services"
_ENVIRONMENTS = f"{PREFIX}environments"


class ManagementAccountRow(Base):
    """A model management account; what only Azure needed is kept as it was given.

    Attributes:
        current: Whether commands belong to it now; at most one is.
        details: Resource group, location, SKU and whatever else was given.
    """

    __tablename__ = f"{PREFIX}management_accounts"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    name: Mapped[str] = mapped_column(_NAME)
    description: Mapped[str] = mapped_column(Text)
    tags: Mapped[dict[str, Any]] = mapped_column(JSON)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    current: Mapped[bool]
    created: Mapped[datetime] = mapped_column(Moment)
    modified: Mapped[datetime] = mapped_column(Moment)


class EnvironmentRow(Base):
    """A place where services live.

    Attributes:
        engine: ``process``, ``docker`` or ``kubernetes``.
        state: ``Succeeded``, ``Failed``, ``Creating`` or ``Deleting``.
        details: What its engine needs to know, and what only Azure needed.
        current: Whether commands mean it when they name none; at most one is.
        mode: ``local`` or ``cluster``: where services of the current environment go now.
    """

    __tablename__ = _ENVIRONMENTS
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    name: Mapped[str] = mapped_column(_NAME)
    engine: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    error: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    current: Mapped[bool]
    mode: Mapped[str] = mapped_column(String(16))
    created: Mapped[datetime] = mapped_column(Moment)


class ModelRow(Base):
    """A version of a registered model; its bytes are kept by digest.

    Attributes:
        place: Where it lay, relative, such as ``outputs/my_model.h5``; where it lies in an image.
        files: Digest and size of each file, and its path: its name, or that in the folder.
        digest: Of all of it.
        run_id: The run whose output it is, if known.
        facts: What its recognition contract says, if it has one: labels, threshold, embedder.
        published: Its version in the MLflow registry, or None until it is there.
    """

    __tablename__ = _MODELS
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(_NAME)
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(_DIGEST)
    size: Mapped[int] = mapped_column(BigInteger)
    place: Mapped[str] = mapped_column(Text)
    files: Mapped[list[Any]] = mapped_column(JSON)
    mime_type: Mapped[str] = mapped_column(String(127))
    description: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(JSON)
    run_id: Mapped[str | None] = mapped_column(_NAME)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    published: Mapped[str | None] = mapped_column(String(32))
    created: Mapped[datetime] = mapped_column(Moment)


class ManifestRow(Base):
    """A version of a manifest: a scoring script and what it needs, locked.

    Attributes:
        driver: Name of the scoring script.
        runtime: ``python``.
        files: Relative path, digest and size of script, schema and dependencies.
        requirements: As they were given: ``python`` and the lines of the pip section.
        lock: For each platform the wheels, by name, version and digest.
        schema: Of the scoring script's inputs and outputs, or None.
    """

    __tablename__ = _MANIFESTS
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    name: Mapped[str] = mapped_column(_NAME)
    version: Mapped[int]
    description: Mapped[str] = mapped_column(Text)
    driver: Mapped[str] = mapped_column(_NAME)
    runtime: Mapped[str] = mapped_column(String(16))
    files: Mapped[list[Any]] = mapped_column(JSON)
    requirements: Mapped[dict[str, Any]] = mapped_column(JSON)
    lock: Mapped[dict[str, Any]] = mapped_column(JSON)
    schema: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created: Mapped[datetime] = mapped_column(Moment)


class ManifestModelRow(Base):
    """A model of a manifest; `place` is where its files lie in an image."""

    __tablename__ = f"{PREFIX}manifest_models"

    manifest_id: Mapped[str] = mapped_column(
        _ID, ForeignKey(f"{_MANIFESTS}.id", ondelete="CASCADE"), primary_key=True
    )
    model_id: Mapped[str] = mapped_column(String(32), ForeignKey(f"{_MODELS}.id"), primary_key=True)
    place: Mapped[str] = mapped_column(Text)


class ImageRow(Base):
    """A version of an image.

    Attributes:
        digest: Of its manifest or index, once it was built.
        platforms: As ``linux/amd64``.
        base: What it stands on, as it was named, and its digest.
        location: Where it was pushed to, if it was.
        state: ``NotStarted``, ``Running``, ``Succeeded``, ``Failed`` or ``Cancelled``.
    """

    __tablename__ = _IMAGES
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    name: Mapped[str] = mapped_column(_NAME)
    version: Mapped[int]
    manifest_id: Mapped[str] = mapped_column(_ID, ForeignKey(f"{_MANIFESTS}.id"))
    description: Mapped[str] = mapped_column(Text)
    digest: Mapped[str | None] = mapped_column(_DIGEST)
    size: Mapped[int] = mapped_column(BigInteger)
    platforms: Mapped[list[str]] = mapped_column(JSON)
    base: Mapped[dict[str, Any]] = mapped_column(JSON)
    location: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    error: Mapped[str | None] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(Moment)


class ServiceRow(Base):
    """A service in an environment.

    Attributes:
        id: Its name where it is local, ``<name>.<environment>-<8 hex digits>`` in a cluster.
        settings: Replicas, limits, autoscaling, data collection and what else was asked for.
        address: Its scoring URL, once it has one.
        state: ``Running``, ``Succeeded``, ``Failed`` or ``Deleting``.
    """

    __tablename__ = _SERVICES
    __table_args__ = (UniqueConstraint("environment_id", "name"),)

    id: Mapped[str] = mapped_column(_NAME, primary_key=True)
    name: Mapped[str] = mapped_column(_NAME)
    environment_id: Mapped[str] = mapped_column(_ID, ForeignKey(f"{_ENVIRONMENTS}.id"))
    image_id: Mapped[str] = mapped_column(_ID, ForeignKey(f"{_IMAGES}.id"))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    address: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    error: Mapped[str | None] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(Moment)
    updated: Mapped[datetime] = mapped_column(Moment)


class DeploymentRow(Base):
    """An image that a service ran or runs; the newest that did not expire is the one it runs."""

    __tablename__ = f"{PREFIX}deployments"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    service_id: Mapped[str] = mapped_column(
        _NAME, ForeignKey(f"{_SERVICES}.id", ondelete="CASCADE")
    )
    image_id: Mapped[str] = mapped_column(_ID, ForeignKey(f"{_IMAGES}.id"))
    status: Mapped[str] = mapped_column(String(16))
    created: Mapped[datetime] = mapped_column(Moment)
    expired: Mapped[datetime | None] = mapped_column(Moment)
