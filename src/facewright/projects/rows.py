"""What accounts, workspaces and projects have in common as rows."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError

from facewright.database.tables.accounts import AccountRow, ProjectRow, WorkspaceRow
from facewright.errors import AccountError
from facewright.projects.names import checked_line, checked_tags, checked_text, key_of
from facewright.projects.records import Account, Changes, Details, ProjectRecord, Workspace
from facewright.system.outside_text import article

_HERE = "local"
_MOST_SEATS = 1_000_000
_MOST_NAMED = 10


def account_of(row: AccountRow) -> Account:
    """Return an account as a record."""
    return Account(
        row.id, row.name, row.resource_group, row.location, row.owner, row.seats,
        row.description, dict(row.tags), row.created,
    )  # fmt: skip


def workspace_of(row: WorkspaceRow) -> Workspace:
    """Return a workspace as a record."""
    return Workspace(
        row.id, row.name, row.account.name, row.resource_group, row.location, row.owner,
        row.description, dict(row.tags), row.created,
    )  # fmt: skip


def project_of(row: ProjectRow) -> ProjectRecord:
    """Return a project as a record."""
    return ProjectRecord(
        row.id, row.name, row.workspace.account.name, row.workspace.name, Path(row.folder),
        row.repository, row.owner, row.description, dict(row.tags), row.created,
    )  # fmt: skip


def described(name: str, details: Details, user: str) -> dict[str, Any]:
    """Return the columns that all have, of something new.

    Raises:
        AccountError: A value cannot be kept.
    """
    return {
        "id": str(uuid.uuid4()),
        "name": name,
        "key": key_of(name),
        "owner": checked_line(details.owner or user, "owner"),
        "description": checked_text(details.description, "description"),
        "tags": checked_tags(details.tags),
        "created": datetime.now(UTC),
    }


def placed(details: Details, parent: AccountRow | None = None) -> dict[str, str]:
    """Return the columns that accounts and workspaces have, of something new.

    Args:
        details: What is said about it.
        parent: The account it is in, whose place it takes where none is said.

    Raises:
        AccountError: A value cannot be kept.
    """
    group = parent.resource_group if parent else _HERE
    location = parent.location if parent else _HERE
    return {
        "resource_group": checked_line(details.resource_group or group, "resource group"),
        "location": checked_line(details.location or location, "location"),
    }


def checked_seats(seats: int | None) -> int | None:
    """Return a number of seats, None for any number; 0 says that too.

    Raises:
        AccountError: It is negative or beyond a million.
    """
    if seats is not None and not 0 <= seats <= _MOST_SEATS:
        raise AccountError(f"not a number of seats: expected 0 to {_MOST_SEATS}, received {seats}")
    return seats or None


def change(row: AccountRow | WorkspaceRow | ProjectRow, changes: Changes) -> None:
    """Change what all have, except the name.

    Raises:
        AccountError: A value cannot be kept.
    """
    if changes.owner is not None:
        row.owner = checked_line(changes.owner, "owner")
    if changes.description is not None:
        row.description = checked_text(changes.description, "description")
    if changes.tags is not None:
        row.tags = dict(checked_tags(changes.tags))


@contextmanager
def unique(what: str, name: str, where: str = "") -> Iterator[None]:
    """Explain that a name is taken, when the database says so.

    Args:
        what: Such as ``workspace``.
        name: The name that was to be.
        where: Such as ``in the account local``.
    """
    try:
        yield
    except IntegrityError as error:
        place = f" {where}" if where else " there"
        raise AccountError(
            f"the name is taken: {article(what)} {name!r} is{place} already",
            hint="choose another name; case does not count",
        ) from error


def missing(what: str, name: str, names: Iterable[str], verb: str) -> AccountError:
    """Return the error of a name that nothing has.

    Args:
        what: Such as ``workspace``.
        name: What was asked for.
        names: What there is.
        verb: The command that lists them.
    """
    known = {key_of(each): each for each in names}
    close = get_close_matches(key_of(name[:100]), known, n=1)
    hint = f"did you mean {known[close[0]]!r}?" if close else f"`{verb}` shows what there is"
    shown = repr(name if len(name) <= 70 else f"{name[:70]}…")
    return AccountError(f"there is no {what} {shown}", hint=hint)


def has_children(what: str, name: str, kind: str, children: list[str]) -> AccountError:
    """Return the error of a parent that cannot go before its children, named in the plural."""
    named = ", ".join(children[:_MOST_NAMED])
    more = len(children) - _MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return AccountError(
        f"the {what} {name!r} is not empty: it holds the {kind} {named}{rest}",
        hint=f"delete its {kind} first; nothing was deleted",
    )
