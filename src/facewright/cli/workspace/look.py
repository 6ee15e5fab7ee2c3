"""`facewright workspace list` and `show`."""

from typing import Annotated

import typer

from facewright.cli.output import OutputOption, QueryOption, emit
from facewright.cli.scope_options import (
    DEFAULT_ACCOUNT,
    DEFAULT_WORKSPACE,
    AccountOption,
    GroupOption,
    as_data,
    check_group,
    in_group,
    opened_registry,
)

_COLUMNS = ("name", "account", "resource_group", "location", "owner", "created")

NameOption = Annotated[
    str, typer.Option("--name", "-n", metavar="NAME", help="Name of the workspace.")
]
AnyAccountOption = Annotated[
    str | None, typer.Option("--account", "-a", metavar="NAME", help="Only those in this account.")
]


def show(
    name: NameOption = DEFAULT_WORKSPACE,
    account: AccountOption = DEFAULT_ACCOUNT,
    group: GroupOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show a workspace and its members."""
    with opened_registry() as registry:
        workspace = registry.workspaces.show(name, account)
        check_group(workspace, group)
        emit(as_data(workspace, registry), output=output, query=query)


def list_(
    account: AnyAccountOption = None,
    group: GroupOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show the workspaces of an account, or all."""
    with opened_registry() as registry:
        workspaces = registry.workspaces.list(account)
    chosen = [each for each in workspaces if in_group(each, group)]
    emit(list(map(as_data, chosen)), output=output, query=query, columns=_COLUMNS)
