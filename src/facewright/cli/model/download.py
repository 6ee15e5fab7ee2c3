"""`facewright model download`."""

from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.model.opening import ModelOption, opened_models
from facewright.cli.model.publishing import publish_waiting


def download(
    model: ModelOption,
    directory: Annotated[
        Path, typer.Option("--directory", "-d", metavar="DIR", help="Where to.")
    ] = Path(),
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file.")] = False,
) -> None:
    """Write a model into a folder, once its bytes were verified; by name the newest version."""
    from facewright.management.models.download import download as write

    with opened_models() as models:
        chosen = models.show(model)[-1]
        with Console().progress("Writing the model") as progress:
            place = write(chosen, models.files, directory, overwrite=overwrite, progress=progress)
        Console().result(f"Wrote {place}")
        publish_waiting(models)
