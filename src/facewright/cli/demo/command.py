"""`facewright demo`: the whole loop on one machine, from photos to answered requests."""

import time
from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.console import Console


def demo(
    photos: Annotated[
        Path | None,
        typer.Option(help="Folder of people's folders; drawn people when left out."),
    ] = None,
    probes: Annotated[
        Path | None,
        typer.Option(
            help="Folder of people's folders to ask about; `probes` beside the photos, "
            "or the held-out photos, when left out."
        ),
    ] = None,
) -> None:
    """Make a project, train, write the schema, serve, and ask the service about new photos."""
    from facewright.cli.demo.results import show_results
    from facewright.cli.demo.tour import Tour, drawn_material, given_material

    started = time.monotonic()
    console = Console()
    tour = Tour(console)
    if photos is None:
        material = drawn_material(tour.folder, console)
    else:
        material = given_material(photos.absolute(), probes and probes.absolute())
    answered = tour.run(material)
    right = show_results(console, answered)
    console.say(f"The files are in {tour.folder}")
    console.say(f"The demo took {time.monotonic() - started:.0f} s")
    if material.drawn and not right:
        raise typer.Exit(1)
