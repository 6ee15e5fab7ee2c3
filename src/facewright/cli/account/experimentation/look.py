"""`facewright account experimentation list` and `show`."""

from typing import Annotated

import typer

from facewright.cli.output import OutputOption, QueryOption, emit
from facewright.cli.scope_options import (
    DEFAULT_ACCOUNT,
    GroupOption,
    as_data,
    check_group,
    in_group,
    opened_registry,
)

_COLUMNS = ("name", "resource_group", "location", "owner", "seats", "created")

NameOption = Annotated[
    str, typer.Option("--name", "-n", metavar="NAME", help="Name of the account.")
]


def show(
    name: NameOption = DEFAULT_ACCOUNT,
    group: GroupOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show an account and its members."""
    with opened_registry() as registry:
        account = registry.accounts.show(name)
        check_group(account, group)
        emit(as_data(account, registry), output=output, query=query)


def list_(
    group: GroupOption = None, output: OutputOption = None, query: QueryOption = None
) -> None:
    """Show all accounts."""
    with opened_registry() as registry:
        accounts = registry.accounts.list()
    chosen = [each for each in accounts if in_group(each, group)]
    emit(list(map(as_data, chosen)), output=output, query=query, columns=_COLUMNS)
