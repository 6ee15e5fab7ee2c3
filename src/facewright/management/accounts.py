"""Model management accounts: labels, as Azure had them. One is there from the start."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from facewright.database.database import Database
from facewright.database.tables.management import ManagementAccountRow
from facewright.errors import ManagementError
from facewright.management.names import checked_account_name, checked_text
from facewright.management.records import ManagementAccount
from facewright.management.rows import account_of, alone, missing, new_id, now

DEFAULT = "local"
SKUS = ("S1", "S2", "S3", "DevTest")
_MOST_INSTANCES = 16
_LIST = "facewright account modelmanagement list"
_START = {"resource_group": DEFAULT, "location": DEFAULT, "sku_name": "S1", "sku_instances": 1}


@dataclass(frozen=True)
class AccountChanges:
    """What is said about an account; None leaves things as they are, or takes the default.

    Attributes:
        details: Any of ``resource_group``, ``location``, ``sku_name`` and ``sku_instances``.
        tags: All of them: the old ones go.
    """

    details: Mapping[str, Any]
    tags: Mapping[str, str] | None = None
    description: str | None = None


class ManagementAccounts:
    """The model management accounts of a database; nothing needs one to be made.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, said: AccountChanges) -> ManagementAccount:
        """Make an account, which is the current one from then on.

        Raises:
            ManagementError: The name is taken, or a value cannot be kept.
        """
        checked_account_name(name)
        with self._database.write() as session:
            _ensure_default(session)
            if _find(session, name) is not None:
                raise ManagementError(
                    f"the name is taken: an account {name!r} is there already",
                    hint="choose another name, or change it with update",
                )
            row = _new(name, said)
            session.add(row)
            _make_current(session, row)
            return account_of(row)

    def set(self, name: str) -> ManagementAccount:
        """Make an account the current one.

        Raises:
            NotFound: There is none of that name.
        """
        with self._database.write() as session:
            row = _existing(session, name)
            _make_current(session, row)
            return account_of(row)

    def show(self, name: str | None = None) -> ManagementAccount:
        """Return the account of a name, or the current one.

        Raises:
            NotFound: There is none of that name.
        """
        found = [each for each in self.list() if each.current or name is not None]
        named = [each for each in found if name in (None, each.name)]
        if not named:
            raise missing("account", name or DEFAULT, _LIST)
        return named[0]

    def update(self, name: str, said: AccountChanges) -> ManagementAccount:
        """Change an account.

        Raises:
            NotFound: There is none of that name.
            ManagementError: A value cannot be kept.
        """
        with self._database.write() as session:
            row = _existing(session, name)
            _fill(row, said)
            return account_of(row)

    def delete(self, name: str) -> ManagementAccount:
        """Delete an account; the first one is current again if it was.

        Raises:
            NotFound: There is none of that name.
            ManagementError: It is the first one, which stays.
        """
        with self._database.write() as session:
            row = _existing(session, name)
            if row.name == DEFAULT:
                raise ManagementError(f"the account {DEFAULT!r} stays: commands need one")
            session.delete(row)
            if row.current:
                _make_current(session, _existing(session, DEFAULT))
            return account_of(row)

    def list(self) -> "list[ManagementAccount]":
        """Return all accounts by name."""
        with self._database.read() as session:
            found = _all(session)
        if found:
            return found
        with self._database.write() as session:
            _ensure_default(session)
            return _all(session)


def _all(session: Session) -> list[ManagementAccount]:
    rows = session.scalars(select(ManagementAccountRow).order_by(ManagementAccountRow.name))
    return [account_of(row) for row in rows]


def _find(session: Session, name: str) -> ManagementAccountRow | None:
    wanted = select(ManagementAccountRow).where(ManagementAccountRow.name == name)
    return session.scalars(wanted).one_or_none()


def _existing(session: Session, name: str) -> ManagementAccountRow:
    _ensure_default(session)
    row = _find(session, name)
    if row is None:
        raise missing("account", name, _LIST)
    return row


def _ensure_default(session: Session) -> None:
    alone(session)
    if session.scalars(select(ManagementAccountRow.id).limit(1)).first() is None:
        row = _new(DEFAULT, AccountChanges({}))
        row.current = True
        session.add(row)
        session.flush()


def _new(name: str, said: AccountChanges) -> ManagementAccountRow:
    row = ManagementAccountRow(
        id=new_id(), name=name, description="", tags={}, details=_START, current=False,
        created=now(), modified=now(),
    )  # fmt: skip
    _fill(row, said)
    return row


def _fill(row: ManagementAccountRow, said: AccountChanges) -> None:
    given = {key: value for key, value in said.details.items() if value is not None}
    row.details = _checked({**row.details, **given})
    if said.tags is not None:
        row.tags = {checked_text(key, "tag"): checked_text(said.tags[key]) for key in said.tags}
    if said.description is not None:
        row.description = checked_text(said.description)
    row.modified = now()


def _checked(details: dict[str, Any]) -> dict[str, Any]:
    if details["sku_name"] not in SKUS:
        raise ManagementError(
            f"not a SKU: expected {', '.join(SKUS)}, received {details['sku_name']!r}"
        )
    if not 1 <= details["sku_instances"] <= _MOST_INSTANCES:
        raise ManagementError(
            f"not a number of instances: expected 1 to {_MOST_INSTANCES}, "
            f"received {details['sku_instances']}"
        )
    for key in ("resource_group", "location"):
        checked_text(details[key], key.replace("_", " "))
    return details


def _make_current(session: Session, row: ManagementAccountRow) -> None:
    session.execute(update(ManagementAccountRow).values(current=False))
    row.current = True
    session.flush()
