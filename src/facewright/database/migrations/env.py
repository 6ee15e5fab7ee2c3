"""What Alembic runs around the steps; the connection, and its transaction, come from the caller."""

from alembic import context

from facewright.database.base import PREFIX
from facewright.database.schema import metadata


def _ours(name: str | None, kind: str, parents: object) -> bool:
    # MLflow's tables may live beside ours.
    return kind != "table" or (name or "").startswith(PREFIX)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=f"{PREFIX}version",
    include_name=_ours,
    render_as_batch=True,
)
context.run_migrations()
