"""`facewright people add`: a person from a few photos, recognised at once."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.people.options import (
    DEFAULT_MODEL,
    GalleryOption,
    ModelOption,
    Output,
    OutputOption,
    as_json,
    counted,
    open_gallery,
    trained_name,
)
from facewright.errors import GalleryError

if TYPE_CHECKING:
    from facewright.cli.people.enrolment import Enrolment


class Quality(StrEnum):
    """How much is asked of a photo."""

    OFF = "off"
    STANDARD = "standard"
    STRICT = "strict"


def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A new person, or one with more.")],
    photos: Annotated[
        list[Path] | None, typer.Argument(metavar="PHOTO…", help="Up to 20 photos of one face.")
    ] = None,
    others: Annotated[
        list[Path] | None,
        typer.Option("--not", metavar="PHOTO", help="A look-alike; give it once for each photo."),
    ] = None,
    model: ModelOption = DEFAULT_MODEL,
    gallery_url: GalleryOption = None,
    quality: Annotated[Quality, typer.Option(help="How much is asked.")] = Quality.STANDARD,
    keep_chips: Annotated[
        bool, typer.Option("--keep-chips", help="Keep the cut-out faces as pictures too.")
    ] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Add a person's photos, so that the person is recognised at once."""
    from facewright.cli.people.enrolment import Enrolment, Request
    from facewright.recognizer.recognizer import Recognizer

    recognizer = Recognizer.load(model)
    person = trained_name(name, recognizer.contract) or name
    gallery = open_gallery(model, gallery_url, recognizer.contract)
    request = Request(person, tuple(photos or ()), tuple(others or ()), quality.value, keep_chips)
    enrolment = Enrolment(recognizer, gallery, request)
    enrolment.look(Console())
    if enrolment.accepted:
        enrolment.write()
    _show(enrolment, output)
    if not enrolment.accepted:
        raise GalleryError(
            f"none of the photos of {person!r} was accepted; nothing was written",
            hint="give photos that show one sharp, well lit face, or ask less with --quality off",
        )


def _show(enrolment: "Enrolment", output: Output) -> None:
    console = Console()
    if output is Output.JSON:
        console.result(as_json(enrolment.record()))
        return
    for each in enrolment.rejected:
        console.say(f"Rejected {each.photo}: {each.code} ({each.words})")
    if enrolment.accepted:
        console.result(_summary(enrolment))


def _summary(enrolment: "Enrolment") -> str:
    parts = [f"Added {counted(enrolment.added, 'photo')} of {enrolment.name}"]
    if enrolment.known:
        parts.append(f"{enrolment.known} known before")
    if enrolment.negatives:
        parts.append(f"{counted(enrolment.negatives, 'face')} of others")
    if enrolment.rejected:
        parts.append(f"{len(enrolment.rejected)} rejected")
    return ", ".join(parts)
