"""Model management accounts, environments, models, manifests, images and services."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ACCOUNTS = "facewright_management_accounts"
_ENVIRONMENTS = "facewright_environments"
_MODELS = "facewright_models"
_MANIFESTS = "facewright_manifests"
_MANIFEST_MODELS = "facewright_manifest_models"
_IMAGES = "facewright_images"
_SERVICES = "facewright_services"
_DEPLOYMENTS = "facewright_deployments"


def upgrade() -> None:
    """Make the tables."""
    _create_accounts()
    _create_environments()
    _create_models()
    _create_manifests()
    _create_images()
    _create_services()


def _create_accounts() -> None:
    op.create_table(
        _ACCOUNTS,
        _id(),
        _name(),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("current", sa.Boolean, nullable=False),
        _moment("created"),
        _moment("modified"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_ACCOUNTS}"),
        _unique(_ACCOUNTS, "name"),
    )


def _create_environments() -> None:
    op.create_table(
        _ENVIRONMENTS,
        _id(),
        _name(),
        sa.Column("engine", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("current", sa.Boolean, nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        _moment("created"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_ENVIRONMENTS}"),
        _unique(_ENVIRONMENTS, "name"),
    )


def _create_models() -> None:
    op.create_table(
        _MODELS,
        _id(length=32),
        *_version(),
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("mime_type", sa.String(127), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("run_id", sa.String(255)),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("published", sa.String(32)),
        _moment("created"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_MODELS}"),
        _unique(_MODELS, "name", "version"),
    )


def _create_manifests() -> None:
    op.create_table(
        _MANIFESTS,
        _id(),
        *_version(),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("driver", sa.String(255), nullable=False),
        sa.Column("runtime", sa.String(16), nullable=False),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("requirements", sa.JSON, nullable=False),
        sa.Column("lock", sa.JSON, nullable=False),
        sa.Column("schema", sa.JSON),
        _moment("created"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_MANIFESTS}"),
        _unique(_MANIFESTS, "name", "version"),
    )
    op.create_table(
        _MANIFEST_MODELS,
        _id("manifest_id"),
        _id("model_id", 32),
        sa.Column("place", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("manifest_id", "model_id", name=f"pk_{_MANIFEST_MODELS}"),
        _foreign(_MANIFEST_MODELS, "manifest_id", _MANIFESTS, ondelete="CASCADE"),
        _foreign(_MANIFEST_MODELS, "model_id", _MODELS),
    )


def _create_images() -> None:
    op.create_table(
        _IMAGES,
        _id(),
        *_version(),
        _id("manifest_id"),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("digest", sa.String(71)),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("platforms", sa.JSON, nullable=False),
        sa.Column("base", sa.JSON, nullable=False),
        sa.Column("location", sa.Text),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("error", sa.Text),
        _moment("created"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_IMAGES}"),
        _foreign(_IMAGES, "manifest_id", _MANIFESTS),
        _unique(_IMAGES, "name", "version"),
    )


def _create_services() -> None:
    op.create_table(
        _SERVICES,
        _id(length=255),
        _name(),
        _id("environment_id"),
        _id("image_id"),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("error", sa.Text),
        _moment("created"),
        _moment("updated"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_SERVICES}"),
        _foreign(_SERVICES, "environment_id", _ENVIRONMENTS),
        _foreign(_SERVICES, "image_id", _IMAGES),
        _unique(_SERVICES, "environment_id", "name"),
    )
    op.create_table(
        _DEPLOYMENTS,
        _id(),
        _id("service_id", 255),
        _id("image_id"),
        sa.Column("status", sa.String(16), nullable=False),
        _moment("created"),
        sa.Column("expired", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_DEPLOYMENTS}"),
        _foreign(_DEPLOYMENTS, "service_id", _SERVICES, ondelete="CASCADE"),
        _foreign(_DEPLOYMENTS, "image_id", _IMAGES),
    )


def _id(name: str = "id", length: int = 36) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length), nullable=False)


def _name() -> "sa.Column[str]":
    return sa.Column("name", sa.String(255), nullable=False)


def _version() -> "tuple[sa.Column[str], sa.Column[int]]":
    return _name(), sa.Column("version", sa.Integer, nullable=False)


def _moment(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _foreign(
    table: str, column: str, other: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)
