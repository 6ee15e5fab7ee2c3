"""`facewright account modelmanagement create`, `set`, `update` and `delete`."""

from typing import TYPE_CHECKING

import typer

from facewright.cli.account.modelmanagement.opening import (
    DescriptionOption,
    GroupOption,
    InstancesOption,
    LocationOption,
    NameOption,
    SkuOption,
    TagsOption,
    as_data,
    check_group,
    opened_accounts,
    tags_in,
)
from facewright.cli.output import OutputOption, QueryOption, emit

if TYPE_CHECKING:
    from facewright.management.accounts import AccountChanges


def create(
    name: NameOption,
    group: GroupOption = None,
    location: LocationOption = None,
    sku_name: SkuOption = None,
    sku_instances: InstancesOption = None,
    tags: TagsOption = None,
    description: DescriptionOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Make an account, which is the current one from then on."""
    place: dict[str, object] = {"resource_group": group, "location": location}
    details = place | {"sku_name": sku_name, "sku_instances": sku_instances}
    with opened_accounts() as accounts:
        account = accounts.create(name, _changes(details, tags, description))
    emit(as_data(account), output=output, query=query)


def set_(
    name: NameOption,
    group: GroupOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Make an account the current one."""
    with opened_accounts() as accounts:
        check_group(accounts.show(name), group)
        account = accounts.set(name)
    emit(as_data(account), output=output, query=query)


def update(
    name: NameOption,
    group: GroupOption = None,
    sku_name: SkuOption = None,
    sku_instances: InstancesOption = None,
    tags: TagsOption = None,
    description: DescriptionOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Change an account; what is left out stays, and new tags replace all the old ones."""
    if (sku_name is None) != (sku_instances is None):
        raise typer.BadParameter("expected --sku-name and --sku-instances together, or neither")
    details: dict[str, object] = {"sku_name": sku_name, "sku_instances": sku_instances}
    with opened_accounts() as accounts:
        check_group(accounts.show(name), group)
        account = accounts.update(name, _changes(details, tags, description))
    emit(as_data(account), output=output, query=query)


def delete(name: NameOption, group: GroupOption = None) -> None:
    """Delete an account; models stay."""
    with opened_accounts() as accounts:
        check_group(accounts.show(name), group)
        accounts.delete(name)


def _changes(
    details: dict[str, object], tags: str | None, description: str | None
) -> "AccountChanges":
    from facewright.management.accounts import AccountChanges

    return AccountChanges(details, None if tags is None else tags_in(tags), description)
