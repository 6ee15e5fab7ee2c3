"""`facewright asset download`: the file that a link means."""

from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.history.options import HERE, OverwriteOption, open_history


def download(
    link_file: Annotated[
        Path, typer.Option("--link-file", "-l", metavar="FILE", help="As in assets/NAME.link.")
    ],
    directory: Annotated[
        Path, typer.Option("--output-directory", "-d", metavar="DIR", help="Where to.")
    ] = HERE,
    overwrite: OverwriteOption = False,
) -> None:
    """Write the file that a link means, once its digest was verified."""
    from facewright.runs.promotion import download_asset, read_link

    asset = read_link(link_file)
    Console().result(f"Wrote {download_asset(open_history(), asset, directory, overwrite)}")
