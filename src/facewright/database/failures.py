"""What went wrong with a database, in words of ours."""

from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from facewright.errors import DatabaseError

SETTING = "FACEWRIGHT_DATABASE_URL"
"""The variable that names the database of records."""

# What SQLite says, what it means, what to do.
_SQLITE = (
    (
        "file is not a database",
        "the file is not a database",
        "name another file in {setting}, or move this one away",
    ),
    (
        "malformed",
        "the database is damaged",
        "restore it from a backup; `sqlite3 FILE .recover` may save what is left",
    ),
    (
        "readonly",
        "the database cannot be written",
        "make the file and its folder writable, or name another one in {setting}",
    ),
    (
        "unable to open",
        "the database cannot be opened",
        "make its folder writable, or name another file in {setting}",
    ),
    (
        "locked",
        "the database stayed busy: another process kept it for itself",
        "try again when the other command has ended",
    ),
    ("full", "the disk is full; nothing was changed in the database", "make room, and try again"),
)


def explained(error: SQLAlchemyError, where: str, setting: str = SETTING) -> DatabaseError:
    """Return an error in words of ours.

    Args:
        error: What was raised.
        where: The database as it may be shown.
        setting: The variable that named it.
    """
    said = _said(error)
    for sign, words, hint in _SQLITE:
        if sign in said and "psycopg" not in type(getattr(error, "orig", None)).__module__:
            return DatabaseError(f"{words}: {where}", hint=hint.format(setting=setting))
    if _is_connection(error):
        return DatabaseError(
            f"the database server does not answer as it should: {where}: {said}",
            hint=f"start the server, or correct {setting}",
        )
    return DatabaseError(f"the database failed: {where}: {said}")


def not_a_place(file: Path, error: OSError, setting: str = SETTING) -> DatabaseError:
    """Return the error of a SQLite file that cannot be made."""
    return DatabaseError(
        f"the database cannot be opened: {file}: {error.strerror}",
        hint=f"make its folder writable, or name another file in {setting}",
    )


def _said(error: SQLAlchemyError) -> str:
    orig = error.orig if isinstance(error, DBAPIError) else error
    lines = str(orig).strip().splitlines()
    return lines[0] if lines else type(orig).__name__


def _is_connection(error: SQLAlchemyError) -> bool:
    # An error without a statement came up before there was a connection to run one on.
    return isinstance(error, DBAPIError) and (
        error.connection_invalidated or error.statement is None
    )
