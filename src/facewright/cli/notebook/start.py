"""`facewright notebook start`: Jupyter in a project, with a kernel for each run configuration."""

import os
from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.errors import ProjectError

PathOption = Annotated[
    Path, typer.Option("--path", metavar="DIR", help="The project's folder, or one in it.")
]
PortOption = Annotated[
    int | None, typer.Option(min=1, max=65535, help="Port of the server; a free one if left out.")
]
BrowserOption = Annotated[bool, typer.Option(help="Open a browser.")]


def start(
    path: PathOption = Path(), port: PortOption = None, browser: BrowserOption = True
) -> None:
    """Start Jupyter on this machine, for this user only; Ctrl-C stops it."""
    from facewright.compute.places import Places
    from facewright.projects.kernels import find_kernels
    from facewright.projects.notebooks import check_libraries, prepare_server
    from facewright.projects.project import find_project
    from facewright.settings import Settings

    check_libraries()
    settings = Settings()
    project = find_project(path)
    data = settings.data_directory.absolute()
    place = data / "notebooks" / project.id
    places = Places(project.folder, project.id, data, settings.shared_directory)
    kernels = find_kernels(project, places, place / "ipython")
    console = Console()
    for sentence in kernels.left_out:
        console.say(sentence)
    if not kernels.kernels:
        raise ProjectError(
            f"{project.name} has no run configuration for this machine",
            hint="make one with `facewright runconfiguration create -n local -t local`",
        )
    server = prepare_server(project.folder, place, kernels, os.environ, port=port, browser=browser)
    console.say(f"Kernels: {', '.join(kernel.title for kernel in kernels.kernels)}")
    # This process becomes the server, so that signals reach it and nothing outlives it.
    os.chdir(project.folder)
    os.execve(server.argv[0], server.argv, server.environment)  # noqa: S606 - no shell wanted
