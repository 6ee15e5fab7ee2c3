"""Accounts, workspaces, projects and members as they are read from the database."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

DEFAULT_ACCOUNT = "local"
DEFAULT_WORKSPACE = "default"


class Role(StrEnum):
    """What a user may do; each role includes the ones after it."""

    OWNER = "owner"
    CONTRIBUTOR = "contributor"
    READER = "reader"

    def includes(self, other: "Role") -> bool:
        """Whether who has this role may do what `other` may."""
        order = list(Role)
        return order.index(self) <= order.index(other)


@dataclass(frozen=True)
class Account:
    """An experimentation account: what workspaces belong to.

    Attributes:
        id: GUID.
        name: Unique; case does not count.
        resource_group: A label of the user's.
        location: A label of the user's.
        owner: A user's name; has the role of owner.
        seats: How many people may be in it; None for any number.
        description: Text.
        tags: Text by text.
        created: In UTC.
    """

    id: str
    name: str
    resource_group: str
    location: str
    owner: str
    seats: int | None
    description: str
    tags: dict[str, str]
    created: datetime

    @property
    def scope(self) -> str:
        """Where it is in the tree, as a path."""
        return f"/accounts/{self.name}"


@dataclass(frozen=True)
class Workspace:
    """A workspace: what people share, and projects belong to.

    Attributes:
        account: Name of the account it is in; the others are as in `Account`.
    """

    id: str
    name: str
    account: str
    resource_group: str
    location: str
    owner: str
    description: str
    tags: dict[str, str]
    created: datetime

    @property
    def scope(self) -> str:
        """Where it is in the tree, as a path."""
        return f"/accounts/{self.account}/workspaces/{self.name}"


@dataclass(frozen=True)
class ProjectRecord:
    """What is remembered about a project.

    Attributes:
        id: GUID, the same as in the folder.
        name: Unique in the workspace.
        account: Name of the account.
        workspace: Name of the workspace.
        folder: Where it was seen last.
        repository: Address of its git repository, or None.
    """

    id: str
    name: str
    account: str
    workspace: str
    folder: Path
    repository: str | None
    owner: str
    description: str
    tags: dict[str, str]
    created: datetime

    @property
    def scope(self) -> str:
        """Where it is in the tree, as a path."""
        return f"/accounts/{self.account}/workspaces/{self.workspace}/projects/{self.name}"


Scope = Account | Workspace | ProjectRecord


@dataclass(frozen=True)
class Member:
    """A user's role.

    Attributes:
        user: The user's name.
        role: The role.
        scope: Path of the account, workspace or project that it was given on.
    """

    user: str
    role: Role
    scope: str


@dataclass(frozen=True)
class Details:
    """What is said about something new.

    Attributes:
        resource_group: None for that of the account it is in, or else ``local``.
        location: Likewise.
        owner: None for the user who makes it.
        seats: Of an account; None for any number.
    """

    resource_group: str | None = None
    location: str | None = None
    owner: str | None = None
    seats: int | None = None
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Changes:
    """What is to change; None leaves things as they are.

    Attributes:
        name: A new name.
        seats: 0 for any number.
        tags: All of them: the old ones go.
    """

    name: str | None = None
    owner: str | None = None
    seats: int | None = None
    description: str | None = None
    tags: dict[str, str] | None = None
