"""`facewright project list` and `show`."""

from typing import Annotated

import typer

from facewright.cli.output import OutputOption, QueryOption, emit
from facewright.cli.project.choose import NameOption, PathOption, chosen_project
from facewright.cli.scope_options import (
    DEFAULT_ACCOUNT,
    DEFAULT_WORKSPACE,
    AccountOption,
    WorkspaceOption,
    as_data,
    opened_registry,
)

_COLUMNS = ("name", "workspace", "account", "folder", "created")

AnyAccountOption = Annotated[
    str | None, typer.Option("--account", "-a", metavar="NAME", help="Only those in this account.")
]
AnyWorkspaceOption = Annotated[
    str | None,
    typer.Option("--workspace", "-w", metavar="NAME", help="Only those in this workspace."),
]


def show(
    name: NameOption = None,
    path: PathOption = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    account: AccountOption = DEFAULT_ACCOUNT,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show a project and its members."""
    with opened_registry() as registry:
        record = chosen_project(registry, name, path, (account, workspace))
        emit(as_data(record, registry), output=output, query=query)


def list_(
    workspace: AnyWorkspaceOption = None,
    account: AnyAccountOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show the projects of a workspace, of an account, or all."""
    with opened_registry() as registry:
        records = registry.projects.list(account, workspace)
    emit(list(map(as_data, records)), output=output, query=query, columns=_COLUMNS)
