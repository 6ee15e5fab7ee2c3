"""`facewright account modelmanagement show` and `list`."""

from typing import Annotated

import typer

from facewright.cli.account.modelmanagement.opening import (
    GroupOption,
    as_data,
    check_group,
    in_group,
    opened_accounts,
)
from facewright.cli.output import OutputOption, QueryOption, emit

_COLUMNS = {
    "name": "Name",
    "subscription": "Subscription",
    "resource_group": "Resource Group",
    "location": "Location",
    "created_on": "Created On",
}


def show(
    name: Annotated[
        str | None,
        typer.Option("--name", "-n", metavar="NAME", help="An account; else the current one."),
    ] = None,
    group: GroupOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show an account."""
    with opened_accounts() as accounts:
        account = accounts.show(name)
    check_group(account, group)
    emit(as_data(account), output=output, query=query, columns=_COLUMNS)


def list_(
    group: GroupOption = None, output: OutputOption = None, query: QueryOption = None
) -> None:
    """Show all accounts."""
    with opened_accounts() as accounts:
        found = [each for each in accounts.list() if in_group(each, group)]
    emit(list(map(as_data, found)), output=output, query=query, columns=_COLUMNS)
