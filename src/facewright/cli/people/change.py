"""`facewright people rename` and `facewright people remove`."""

import sys
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.errors import FAILED
from facewright.cli.people.options import (
    DEFAULT_MODEL,
    GalleryOption,
    ModelOption,
    NameArgument,
    open_gallery,
    read_contract,
    trained_name,
)
from facewright.errors import GalleryError


def rename(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The name until now.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The name from now on.")],
    model: ModelOption = DEFAULT_MODEL,
    gallery_url: GalleryOption = None,
) -> None:
    """Give a person another name."""
    contract = read_contract(model)
    gallery = open_gallery(model, gallery_url, contract)
    person = gallery.show(old)
    label = trained_name(new, contract)
    if label is not None and label != trained_name(old, contract):
        raise GalleryError(
            f"the name is taken: the model was trained on {label!r}",
            hint="choose another name, or enrol the photos under that one",
        )
    gallery.rename(old, new)
    Console().result(f"Renamed {person.name} to {gallery.show(new).name}")


def remove(
    name: NameArgument,
    model: ModelOption = DEFAULT_MODEL,
    gallery_url: GalleryOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a person with all that is kept: embeddings, digests, chips and negatives."""
    gallery = open_gallery(model, gallery_url)
    if not gallery.has(name):
        gallery.show(name)
    if not yes and not _agreed(name):
        Console().say("Nothing was removed")
        raise typer.Exit(FAILED)
    gallery.remove(name)
    place = "in the database" if gallery_url else "beside the model"
    Console().result(f"Removed {name}; nothing about this person is left {place}")


def _agreed(name: str) -> bool:
    if not sys.stdin.isatty():
        raise GalleryError(
            f"{name!r} was not removed: expected an answer or --yes, and there is no terminal",
            hint="add --yes when you are sure; removal cannot be undone",
        )
    return typer.confirm(f"Remove {name} for good?", err=True)
