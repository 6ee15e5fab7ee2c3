"""What the commands about runs share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facewright.cli.console import Console

if TYPE_CHECKING:
    from facewright.projects.project import Project
    from facewright.runs.history import History
    from facewright.runs.newest import Selection
    from facewright.runs.reading import HistoryReader
    from facewright.runs.run_record import RunRecord
    from facewright.settings import Settings

HERE = Path()
_SECONDS_TO_SETTLE = 10.0

RunOption = Annotated[
    str, typer.Option("--run", "-r", metavar="RUN", help="A run, as `history list` shows it.")
]
ProjectPathOption = Annotated[
    Path, typer.Option("--path", metavar="DIR", help="A project's folder, or one in it.")
]
AllProjectsOption = Annotated[
    bool, typer.Option("--all-projects", help="Not only the project of this folder.")
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace files.")]


def open_history() -> "History":
    """Open the history that the settings name."""
    from facewright.settings import Settings

    settings = Settings()
    _settle(settings)
    return _open(settings)


def _open(settings: "Settings") -> "History":
    from facewright.runs.first_use import is_first_use
    from facewright.runs.history import History

    if is_first_use(settings.tracking_uri):
        Console().say("Making the tables of the history, once")
    return History.open(settings.tracking_uri, settings.artifact_directory)


def read_newest(wanted: "Selection") -> "list[RunRecord]":
    """Return the newest runs of the history that the settings name."""
    from facewright.runs.newest import newest_runs
    from facewright.settings import Settings

    settings = Settings()
    _settle(settings)
    return newest_runs(settings.tracking_uri, settings.artifact_directory, wanted)


def _settle(settings: "Settings") -> bool:
    """Let the history take in what has just ended; return whether it knows every run's end."""
    from facewright.runs.journals import Journals
    from facewright.runs.settling import settle

    settled = settle(Journals(settings.data_directory.absolute()), _SECONDS_TO_SETTLE)
    if not settled:
        Console().say("The history does not know the end of every run yet")
    return settled


def open_reader(run: str | None = None) -> "HistoryReader":
    """Open the history to read from it.

    Args:
        run: The run that is looked for, for the message.

    Raises:
        RunError: Nothing was ever written into it.
    """
    from facewright.errors import RunError
    from facewright.runs.first_use import is_first_use
    from facewright.settings import Settings

    settings = Settings()
    if _settle(settings) and is_first_use(settings.tracking_uri):
        wanted = f"no run {run} in the history: " if run else ""
        raise RunError(f"{wanted}no runs yet", hint="`facewright experiment submit` makes one")
    from facewright.runs.reading import HistoryReader

    return HistoryReader(_open(settings))


def chosen_project(path: Path, all_projects: bool) -> str | None:
    """Return the id of the project whose runs are meant; None for all projects.

    Raises:
        ProjectError: The folder is in no project.
    """
    return None if all_projects else project_at(path).id


def project_at(path: Path) -> "Project":
    """Return the project that holds a folder.

    Raises:
        ProjectError: None does.
    """
    from facewright.projects.project import find_project

    return find_project(path)
