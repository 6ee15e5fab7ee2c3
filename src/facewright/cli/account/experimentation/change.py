"""`facewright account experimentation create`, `update` and `delete`."""

from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.output import OutputOption, QueryOption, emit
from facewright.cli.scope_options import (
    DescriptionOption,
    GroupOption,
    LocationOption,
    NewNameOption,
    OwnerOption,
    TagOption,
    as_data,
    check_group,
    opened_registry,
    read_tags,
)

NameOption = Annotated[
    str, typer.Option("--name", "-n", metavar="NAME", help="Name of the account.")
]
SeatsOption = Annotated[
    int | None, typer.Option(metavar="N", help="How many people may be in it; 0 for any number.")
]


def create(
    name: NameOption,
    group: GroupOption = None,
    location: LocationOption = None,
    owner: OwnerOption = None,
    seats: SeatsOption = None,
    description: DescriptionOption = None,
    tag: TagOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Make an account: 2 to 32 letters, digits and dashes."""
    from facewright.projects.records import Details

    tags = read_tags(tag) or {}
    details = Details(group, location, owner, seats, description or "", tags)
    with opened_registry() as registry:
        account = registry.accounts.create(name, details)
    emit(as_data(account), output=output, query=query)


def update(
    name: NameOption,
    group: GroupOption = None,
    new_name: NewNameOption = None,
    owner: OwnerOption = None,
    seats: SeatsOption = None,
    description: DescriptionOption = None,
    tag: TagOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Change an account; what is left out stays, and new tags replace all the old ones."""
    from facewright.projects.records import Changes

    changes = Changes(new_name, owner, seats, description, read_tags(tag))
    with opened_registry() as registry:
        check_group(registry.accounts.show(name), group)
        account = registry.accounts.update(name, changes)
    emit(as_data(account), output=output, query=query)


def delete(name: NameOption, group: GroupOption = None) -> None:
    """Delete an account; its workspaces must be gone."""
    with opened_registry() as registry:
        check_group(registry.accounts.show(name), group)
        account = registry.accounts.delete(name)
    Console().result(f"Deleted the account {account.name}")
