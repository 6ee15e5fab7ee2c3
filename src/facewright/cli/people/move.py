"""`facewright people export` and `facewright people import`."""

from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.people.options import DEFAULT_MODEL, GalleryOption, ModelOption, open_gallery


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to.")],
    model: ModelOption = DEFAULT_MODEL,
    gallery_url: GalleryOption = None,
) -> None:
    """Write everybody who was added into one file."""
    count = open_gallery(model, gallery_url).export(file)
    Console().result(f"Wrote {_people(count)} into {file}")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An export.")],
    model: ModelOption = DEFAULT_MODEL,
    gallery_url: GalleryOption = None,
) -> None:
    """Add everybody of an export, or nobody."""
    count = open_gallery(model, gallery_url).import_(file)
    Console().result(f"Added {_people(count)} from {file}")


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
