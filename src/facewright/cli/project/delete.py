"""`facewright project delete`: its record, and its folder when asked."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.errors import FAILED
from facewright.cli.project.choose import NameOption, PathOption, chosen_project
from facewright.cli.scope_options import (
    DEFAULT_ACCOUNT,
    DEFAULT_WORKSPACE,
    AccountOption,
    GroupOption,
    WorkspaceOption,
    check_group,
    opened_registry,
)
from facewright.errors import ProjectError

if TYPE_CHECKING:
    from facewright.projects.records import ProjectRecord

YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
FolderOption = Annotated[
    bool, typer.Option("--delete-folder", help="Delete its folder too, with all that is in it.")
]


def delete(
    name: NameOption = None,
    path: PathOption = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    account: AccountOption = DEFAULT_ACCOUNT,
    group: GroupOption = None,
    delete_folder: FolderOption = False,
    yes: YesOption = False,
) -> None:
    """Forget a project; its folder stays, unless --delete-folder is given."""
    from facewright.projects.creation import delete_project

    with opened_registry() as registry:
        record = chosen_project(registry, name, path, (account, workspace))
        check_group(registry.workspaces.show(record.workspace, record.account), group)
        if not yes and not _agreed(record, delete_folder):
            Console().say("Nothing was deleted")
            raise typer.Exit(FAILED)
        delete_project(registry, record.id, folder=delete_folder)
    rest = "and its folder" if delete_folder else f"; its folder stays: {record.folder}"
    gap = " " if delete_folder else ""
    Console().result(f"Deleted the project {record.name}{gap}{rest}")


def _agreed(record: "ProjectRecord", folder: bool) -> bool:
    if not sys.stdin.isatty():
        raise ProjectError(
            f"{record.name!r} was not deleted: expected an answer or --yes, and there is no "
            "terminal",
            hint="add --yes when you are sure",
        )
    what = f" and everything in {record.folder}" if folder else ""
    return typer.confirm(f"Delete the project {record.name}{what}?", err=True)
