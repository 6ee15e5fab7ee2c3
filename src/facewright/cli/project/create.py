"""`facewright project create`: a folder from a template, and its record."""

from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.output import OutputOption, QueryOption, emit
from facewright.cli.scope_options import (
    DEFAULT_ACCOUNT,
    DEFAULT_WORKSPACE,
    AccountOption,
    DescriptionOption,
    GroupOption,
    TagOption,
    WorkspaceOption,
    as_data,
    check_group,
    opened_registry,
    read_tags,
)

NameOption = Annotated[
    str, typer.Option("--name", "-n", metavar="NAME", help="Name of the project and its folder.")
]
ParentOption = Annotated[
    Path, typer.Option("--path", metavar="PARENT", help="Where the folder is made.")
]
TemplateOption = Annotated[
    str, typer.Option(metavar="NAME", help="`facewright project sample list` shows them.")
]
TemplateUrlOption = Annotated[
    str | None,
    typer.Option(metavar="URL", help="A folder or a git repository, in place of --template."),
]
RepositoryOption = Annotated[
    str | None, typer.Option("--repo", "-r", metavar="GITURL", help="Where it will be pushed to.")
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Use a folder that holds files; those stay as they are.")
]


def create(
    name: NameOption,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    account: AccountOption = DEFAULT_ACCOUNT,
    group: GroupOption = None,
    path: ParentOption = Path(),
    template: TemplateOption = "face",
    template_url: TemplateUrlOption = None,
    repo: RepositoryOption = None,
    force: ForceOption = False,
    description: DescriptionOption = None,
    tag: TagOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Make a project: PARENT/NAME with the files of a template, and a record in a workspace."""
    from facewright.projects.creation import NewProject, create_registered_project
    from facewright.projects.project_records import Place
    from facewright.projects.records import Details

    details = Details(description=description or "", tags=read_tags(tag) or {})
    place = Place(account, workspace)
    wanted = NewProject(name, path.resolve(), place, template, template_url, repo, force, details)
    with opened_registry() as registry:
        check_group(registry.workspaces.show(workspace, account), group)
        record = create_registered_project(registry, wanted)
    Console().say(f"Made the project {record.name} in {record.folder}")
    emit(as_data(record), output=output, query=query)
