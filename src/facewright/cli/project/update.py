"""`facewright project update`: what is remembered about a project."""

from typing import Annotated

import typer

from facewright.cli.output import OutputOption, QueryOption, emit
from facewright.cli.project.choose import NameOption, PathOption, chosen_project
from facewright.cli.scope_options import (
    DEFAULT_ACCOUNT,
    DEFAULT_WORKSPACE,
    AccountOption,
    DescriptionOption,
    OwnerOption,
    TagOption,
    WorkspaceOption,
    as_data,
    opened_registry,
    read_tags,
)

RepositoryOption = Annotated[
    str | None,
    typer.Option("--repo", "-r", metavar="GITURL", help="Its git repository; '' for none."),
]


def update(
    name: NameOption = None,
    path: PathOption = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    account: AccountOption = DEFAULT_ACCOUNT,
    repo: RepositoryOption = None,
    owner: OwnerOption = None,
    description: DescriptionOption = None,
    tag: TagOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Change what is remembered; what is left out stays, and new tags replace all the old ones."""
    from facewright.projects.records import Changes

    changes = Changes(None, owner, None, description, read_tags(tag))
    with opened_registry() as registry:
        record = chosen_project(registry, name, path, (account, workspace))
        changed = registry.projects.update(record.id, changes, repo)
    emit(as_data(changed), output=output, query=query)
