"""What the commands about model management accounts share."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facewright.errors import ManagementError

if TYPE_CHECKING:
    from facewright.management.accounts import ManagementAccounts
    from facewright.management.records import ManagementAccount

NameOption = Annotated[
    str, typer.Option("--name", "-n", metavar="NAME", help="Name of the account.")
]
GroupOption = Annotated[
    str | None, typer.Option("--resource-group", "-g", metavar="NAME", help="A label of your own.")
]
LocationOption = Annotated[
    str | None, typer.Option("--location", "-l", metavar="NAME", help="A label of your own.")
]
SkuOption = Annotated[
    str | None, typer.Option("--sku-name", metavar="SKU", help="S1, S2, S3 or DevTest; recorded.")
]
InstancesOption = Annotated[
    int | None, typer.Option("--sku-instances", metavar="N", help="1 to 16; recorded.")
]


def _read_tags(text: str | None) -> str | None:
    # Looked at before the command starts; `tags_in` reads them.
    if text is not None:
        tags_in(text)
    return text


TagsOption = Annotated[
    str | None,
    typer.Option("--tags", "-t", metavar="JSON", help="A JSON object.", callback=_read_tags),
]
DescriptionOption = Annotated[
    str | None, typer.Option("--description", "-d", metavar="TEXT", help="What it is for.")
]


@contextmanager
def opened_accounts() -> Iterator["ManagementAccounts"]:
    """Yield the accounts in the database of the settings."""
    from facewright.database.database import open_database
    from facewright.management.accounts import ManagementAccounts
    from facewright.settings import Settings

    with open_database(Settings().database_url) as database:
        yield ManagementAccounts(database)


def tags_in(text: str) -> dict[str, str]:
    """Return tags given as a JSON object of texts.

    Raises:
        BadParameter: It is something else.
    """
    try:
        tags = json.loads(text)
    except (ValueError, RecursionError):
        tags = None
    if not isinstance(tags, dict) or not all(isinstance(each, str) for each in tags.values()):
        raise typer.BadParameter('expected a JSON object of texts, as in {"team": "doors"}')
    return tags


def as_data(account: "ManagementAccount") -> dict[str, Any]:
    """Return an account as data, in the original's form."""
    details = account.details
    return {
        "created_on": account.created,
        "current": account.current,
        "description": account.description,
        "id": account.id,
        "location": details["location"],
        "model_management_swagger_location": None,
        "modified_on": account.modified,
        "name": account.name,
        "resource_group": details["resource_group"],
        "sku": {"capacity": details["sku_instances"], "name": details["sku_name"]},
        "subscription": None,
        "tags": account.tags,
        "type": "modelManagementAccounts",
    }


def in_group(account: "ManagementAccount", group: str | None) -> bool:
    """Whether an account is in a resource group; every one is in None."""
    return group is None or str(account.details["resource_group"]).lower() == group.lower()


def check_group(account: "ManagementAccount", group: str | None) -> None:
    """Refuse to go on when a resource group was named, and the account is in another.

    Raises:
        ManagementError: It is.
    """
    if not in_group(account, group):
        raise ManagementError(
            f"{account.name!r} is in another resource group: expected {group!r}, it is in "
            f"{account.details['resource_group']!r}",
            hint="leave --resource-group out, or name the right one",
        )
