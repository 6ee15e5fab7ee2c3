"""`facewright project restore`: the files of a run, back in the project's folder."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.errors import FAILED
from facewright.errors import SnapshotError

if TYPE_CHECKING:
    from facewright.projects.project import Project
    from facewright.projects.snapshots import Changes, Snapshots
    from facewright.settings import Settings

RunOption = Annotated[
    str | None,
    typer.Option("--run-id", "--run", "-r", metavar="RUN", help="A run, as `history list` shows."),
]
CommitOption = Annotated[
    str | None, typer.Option(metavar="COMMIT", help="A snapshot, in place of a run.")
]
PathOption = Annotated[
    Path, typer.Option("--path", metavar="DIR", help="The project's folder, or one in it.")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def restore(
    run_id: RunOption = None,
    commit: CommitOption = None,
    path: PathOption = Path(),
    yes: YesOption = False,
) -> None:
    """Write the files as they were when a run was submitted; other files stay."""
    from facewright.projects.project import find_project
    from facewright.projects.snapshots import Snapshots, repository_of
    from facewright.settings import Settings

    settings = Settings()
    project = find_project(path)
    wanted = _commit(run_id, commit)
    what = f"the run {run_id}" if run_id else f"the snapshot {wanted}"
    snapshots = Snapshots(repository_of(settings.data_directory.absolute(), project.id))
    changes = snapshots.differences(wanted, project.folder)
    if not changes.changed and not changes.removed:
        Console().result(f"Nothing to restore: every file of {what} is as it was")
        return
    _show(changes)
    if not yes and not _agreed(what, changes):
        Console().say("Nothing was restored")
        raise typer.Exit(FAILED)
    before = _keep(snapshots, project, settings, what)
    snapshots.restore(wanted, project.folder)
    _say(changes, what, before)


def _commit(run_id: str | None, commit: str | None) -> str:
    if (run_id is None) == (commit is None):
        received = "neither" if run_id is None else "both"
        raise SnapshotError(
            f"expected --run-id or --commit, received {received}",
            hint="`facewright history list` shows the runs",
        )
    return commit or _commit_of(str(run_id))


def _commit_of(run_id: str) -> str:
    from facewright.cli.history.options import open_reader

    commit = open_reader(run_id).info(run_id)["properties"]["CommitId"]
    if not commit:
        raise SnapshotError(f"the run {run_id} has no snapshot of its code")
    return str(commit)


def _show(changes: "Changes") -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    table.add_column("a restore would")
    table.add_column("file", overflow="fold")
    for heading, paths in (
        ("overwrite", changes.changed),
        ("write", changes.removed),
        ("leave, ignored", changes.ignored),
        ("leave", changes.added),
    ):
        for path in paths:
            table.add_row(heading, Text(path))
    Console().table(table)


def _agreed(what: str, changes: "Changes") -> bool:
    if not sys.stdin.isatty():
        raise SnapshotError(
            f"{what} was not restored: expected an answer or --yes, and there is no terminal",
            hint="add --yes when you are sure",
        )
    question = f"Overwrite {len(changes.changed)} and write {len(changes.removed)} files?"
    return typer.confirm(question, err=True)


def _keep(snapshots: "Snapshots", project: "Project", settings: "Settings", what: str) -> str:
    from datetime import datetime

    from facewright.projects.contents import list_contents

    contents = list_contents(
        project.folder,
        limit=settings.project_megabytes * 1_000_000,
        most_files=settings.project_files,
    )
    now = datetime.now().astimezone()
    return snapshots.take(project.folder, contents.files, f"Before restoring {what}", now)


def _say(changes: "Changes", what: str, before: str) -> None:
    console = Console()
    console.result(
        f"Restored {what}: {len(changes.changed)} overwritten, {len(changes.removed)} written"
    )
    console.say(f"To undo: facewright project restore --commit {before}")
    if changes.removed:
        console.say("Files that were written anew stay then")
