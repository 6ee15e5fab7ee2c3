"""Bringing a database up to date, once, however many processes open it."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, String, column, inspect, select, table, text

from facewright.database.base import PREFIX
from facewright.errors import DatabaseError

if TYPE_CHECKING:
    from alembic.config import Config

LATEST = "0002"
VERSION_TABLE = f"{PREFIX}version"
# Any number that nobody else uses: the advisory lock of a PostgreSQL database.
_LOCK = 7_261_093_448


def is_current(connection: Connection) -> bool:
    """Whether a database needs no step; without loading Alembic, which takes a while."""
    return _version(connection) == LATEST


def upgrade(connection: Connection) -> None:
    """Run the steps that are missing, all in the transaction of `connection`, or none.

    Args:
        connection: In a transaction that may write; on SQLite it holds the lock for writing.

    Raises:
        DatabaseError: The database was made by a newer release.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    version = _version(connection)
    if version == LATEST:  # another process was first
        return
    from alembic import command

    config = alembic_config(connection)
    _check_known(version, config)
    command.upgrade(config, "head")


def alembic_config(connection: Connection) -> "Config":
    """Return what Alembic's commands need."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "facewright.database:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    versions = table(VERSION_TABLE, column("version_num", String))
    return connection.scalar(select(versions.c.version_num))


def _check_known(version: str | None, config: "Config") -> None:
    from alembic.script import ScriptDirectory

    steps = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in steps:
        raise DatabaseError(
            f"the database is from a newer release: expected version {LATEST} or older, "
            f"received {version!r}",
            hint="update facewright, or name another database in FACEWRIGHT_DATABASE_URL",
        )
