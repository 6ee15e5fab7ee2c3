"""What the commands about accounts, workspaces and projects have in common."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facewright.errors import AccountError

if TYPE_CHECKING:
    from facewright.projects.records import Account, Scope, Workspace
    from facewright.projects.registry import Registry

DEFAULT_ACCOUNT = "local"
DEFAULT_WORKSPACE = "default"

AccountOption = Annotated[
    str, typer.Option("--account", "-a", metavar="NAME", help="The experimentation account.")
]
WorkspaceOption = Annotated[
    str, typer.Option("--workspace", "-w", metavar="NAME", help="The workspace.")
]
GroupOption = Annotated[
    str | None,
    typer.Option("--resource-group", "-g", metavar="NAME", help="A label of your own."),
]
LocationOption = Annotated[
    str | None, typer.Option("--location", "-l", metavar="NAME", help="A label of your own.")
]
OwnerOption = Annotated[
    str | None, typer.Option(metavar="USER", help="The owner; you when left out.")
]
DescriptionOption = Annotated[str | None, typer.Option(metavar="TEXT", help="What it is for.")]
TagOption = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="NAME=VALUE", help="A tag; give it once for each."),
]
NewNameOption = Annotated[str | None, typer.Option(metavar="NAME", help="Another name.")]


@contextmanager
def opened_registry() -> Iterator["Registry"]:
    """Yield what is remembered in the database of the settings."""
    from facewright.database.database import open_database
    from facewright.projects.registry import open_registry
    from facewright.settings import Settings

    settings = Settings()
    with open_database(settings.database_url) as database:
        yield open_registry(database, settings.user)


def read_tags(given: list[str] | None) -> dict[str, str] | None:
    """Return tags as a dictionary; None where none were given.

    Raises:
        BadParameter: One has no ``=``.
    """
    if given is None:
        return None
    pairs = [each.partition("=") for each in given]
    for name, sign, _ in pairs:
        if not sign or not name:
            raise typer.BadParameter(f"expected NAME=VALUE, received {name!r}")
    return {name: value for name, _, value in pairs}


def check_group(record: "Account | Workspace", group: str | None) -> None:
    """Refuse to go on when a resource group was named, and the thing is in another.

    Raises:
        AccountError: It is.
    """
    if not in_group(record, group):
        raise AccountError(
            f"{record.name!r} is in another resource group: expected {group!r}, "
            f"it is in {record.resource_group!r}",
            hint="leave --resource-group out, or name the right one",
        )


def in_group(record: "Account | Workspace", group: str | None) -> bool:
    """Whether something is in a resource group; everything is in None."""
    return group is None or record.resource_group.lower() == group.lower()


def as_data(record: "Scope", registry: "Registry | None" = None) -> dict[str, Any]:
    """Return a record as data.

    Args:
        record: What is shown.
        registry: Says who the members are; None leaves them out.
    """
    from dataclasses import asdict

    data: Mapping[str, Any] = asdict(record)
    members = [asdict(each) for each in registry.members.list(record)] if registry else None
    return {**data, "scope": record.scope} | ({} if members is None else {"members": members})
