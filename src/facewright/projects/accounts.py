"""Experimentation accounts: made, shown, changed, deleted."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from facewright.database.database import Database
from facewright.database.tables.accounts import AccountRow, WorkspaceRow
from facewright.errors import AccountError
from facewright.projects.names import checked_name, key_of
from facewright.projects.records import DEFAULT_ACCOUNT, Account, Changes, Details
from facewright.projects.rows import (
    account_of,
    change,
    checked_seats,
    described,
    has_children,
    missing,
    placed,
    unique,
)


class Accounts:
    """The experimentation accounts of a database. Use `open_registry`.

    Args:
        database: Where they are.
        user: Who makes new ones.
    """

    def __init__(self, database: Database, user: str) -> None:
        self._database = database
        self._user = user

    def create(self, name: str, details: Details | None = None) -> Account:
        """Make an account.

        Raises:
            AccountError: The name is taken, or a value cannot be kept.
        """
        said = details or Details()
        columns = described(checked_name(name, "account"), said, self._user) | placed(said)
        row = AccountRow(**columns, seats=checked_seats(said.seats))
        with unique("account", name), self._database.write() as session:
            session.add(row)
            session.flush()
            return account_of(row)

    def show(self, name: str) -> Account:
        """Return an account.

        Raises:
            AccountError: There is none of this name.
        """
        with self._database.read() as session:
            return account_of(find_account(session, name))

    def list(self) -> "list[Account]":
        """Return all accounts, by name."""
        with self._database.read() as session:
            return list(
                map(account_of, session.scalars(select(AccountRow).order_by(AccountRow.key)))
            )

    def update(self, name: str, changes: Changes) -> Account:
        """Change an account; what is None in `changes` stays.

        Raises:
            AccountError: There is none of this name, or a value cannot be kept.
        """
        with unique("account", changes.name or name), self._database.write() as session:
            row = find_account(session, name)
            if changes.name is not None:
                check_not_default(row.key, DEFAULT_ACCOUNT, "account")
                row.name = checked_name(changes.name, "account")
                row.key = key_of(row.name)
            if changes.seats is not None:
                row.seats = checked_seats(changes.seats)
            change(row, changes)
            session.flush()
            return account_of(row)

    def delete(self, name: str) -> Account:
        """Delete an account without workspaces, and return what it was.

        Raises:
            AccountError: There is none of this name, or it is the default one, or not empty.
        """
        with self._database.write() as session:
            row = find_account(session, name, lock=True)
            check_not_default(row.key, DEFAULT_ACCOUNT, "account")
            within = select(WorkspaceRow.name).where(WorkspaceRow.account_id == row.id)
            children = list(session.scalars(within.order_by(WorkspaceRow.key)))
            if children:
                raise has_children("account", row.name, "workspaces", children)
            session.delete(row)
            return account_of(row)


def find_account(session: Session, name: str, *, lock: bool = False) -> AccountRow:
    """Return the row of an account.

    Args:
        session: Where to look.
        name: Its name.
        lock: Whether nobody else may change it, or put something into it, meanwhile.

    Raises:
        AccountError: There is none of this name.
    """
    wanted = select(AccountRow).where(AccountRow.key == key_of(name))
    row = session.scalars(wanted.with_for_update() if lock else wanted).one_or_none()
    if row is None:
        names = session.scalars(select(AccountRow.name))
        raise missing("account", name, names, "facewright account experimentation list")
    return row


def check_not_default(key: str, default: str, what: str) -> None:
    """Refuse to take away what exists on every machine."""
    if key == default:
        raise AccountError(
            f"the {what} {default!r} cannot be renamed or deleted: it is always there",
            hint="leave it empty when you do not need it",
        )
