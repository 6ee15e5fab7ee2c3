"""`facewright history download`: files of a run."""

from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.history.options import HERE, OverwriteOption, RunOption, open_reader


def download(
    run: RunOption,
    artifact: Annotated[
        str | None,
        typer.Option(
            "--artifact", "-a", metavar="PATH", help="One file or folder of the run; all if none."
        ),
    ] = None,
    directory: Annotated[
        Path, typer.Option("--directory", "-d", metavar="DIR", help="Where to.")
    ] = HERE,
    overwrite: OverwriteOption = False,
) -> None:
    """Write files of a run into a folder."""
    for path in open_reader(run).download(run, artifact, directory, overwrite):
        Console().result(f"Wrote {path}")
