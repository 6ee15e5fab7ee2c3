"""`facewright workspace create`, `update` and `delete`."""

from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.output import OutputOption, QueryOption, emit
from facewright.cli.scope_options import (
    DEFAULT_ACCOUNT,
    AccountOption,
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
    str, typer.Option("--name", "-n", metavar="NAME", help="Name of the workspace.")
]


def create(
    name: NameOption,
    account: AccountOption = DEFAULT_ACCOUNT,
    group: GroupOption = None,
    location: LocationOption = None,
    owner: OwnerOption = None,
    description: DescriptionOption = None,
    tag: TagOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Make a workspace in an account: 2 to 32 letters, digits and dashes."""
    from facewright.projects.records import Details

    tags = read_tags(tag) or {}
    details = Details(group, location, owner, None, description or "", tags)
    with opened_registry() as registry:
        workspace = registry.workspaces.create(name, account, details)
    emit(as_data(workspace), output=output, query=query)


def update(
    name: NameOption,
    account: AccountOption = DEFAULT_ACCOUNT,
    group: GroupOption = None,
    new_name: NewNameOption = None,
    owner: OwnerOption = None,
    description: DescriptionOption = None,
    tag: TagOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Change a workspace; what is left out stays, and new tags replace all the old ones."""
    from facewright.projects.records import Changes

    changes = Changes(new_name, owner, None, description, read_tags(tag))
    with opened_registry() as registry:
        check_group(registry.workspaces.show(name, account), group)
        workspace = registry.workspaces.update(name, changes, account)
    emit(as_data(workspace), output=output, query=query)


def delete(
    name: NameOption, account: AccountOption = DEFAULT_ACCOUNT, group: GroupOption = None
) -> None:
    """Delete a workspace; its projects must be gone."""
    with opened_registry() as registry:
        check_group(registry.workspaces.show(name, account), group)
        workspace = registry.workspaces.delete(name, account)
    Console().result(f"Deleted the workspace {workspace.name} of the account {workspace.account}")
