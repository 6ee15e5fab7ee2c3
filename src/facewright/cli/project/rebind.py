"""`facewright project rebind`: a moved, copied or cloned folder gets its record back."""

from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.output import OutputOption, QueryOption, emit
from facewright.cli.scope_options import as_data, opened_registry

FolderOption = Annotated[
    Path | None,
    typer.Option("--path", metavar="DIR", help="The folder; by default this one."),
]
NewIdOption = Annotated[
    bool, typer.Option("--new-id", help="Make a copy a project of its own instead.")
]


def rebind(
    path: FolderOption = None,
    new_id: NewIdOption = False,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Tie a folder to its record, wherever the project was seen before."""
    from facewright.projects.binding import rebind_as_new, rebind_project
    from facewright.projects.project import find_project

    project = find_project((path or Path.cwd()).resolve())
    tie = rebind_as_new if new_id else rebind_project
    with opened_registry() as registry:
        record = tie(registry.database, project, registry.user)
    emit(as_data(record), output=output, query=query)
