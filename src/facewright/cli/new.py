"""`facewright new`: a project from the template."""

from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.console import Console


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; new or empty.")],
    name: Annotated[
        str | None, typer.Option(help="Name of the project; the folder's when left out.")
    ] = None,
) -> None:
    """Make a project: train.py, score.py, call_service.py, webcam_detect.py and their config."""
    from facewright.projects.project import create_project
    from facewright.settings import Settings

    project = create_project(folder, name)
    shared = Settings().shared_directory_of(project.name)
    console = Console()
    console.result(f"Made the project {project.name} in {project.folder}")
    console.say(f"Put photos into {shared / 'train' / 'images'}/<person>/, then run `train.py`")
