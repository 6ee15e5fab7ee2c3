"""`facewright image export` and `push`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.image.opening import ImageOption, opened_images


class Kind(StrEnum):
    """How an image is written."""

    OCI = "oci"
    DOCKER = "docker"


class Packing(StrEnum):
    """How layers travel."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"


def export(
    image: ImageOption,
    place: Annotated[
        Path,
        typer.Option("--destination", "-d", metavar="FOLDER|FILE.tar", help="Where to."),
    ],
    kind: Annotated[
        Kind | None,
        typer.Option("--format", help="docker for `docker load`; oci by default."),
    ] = None,
    platform: Annotated[
        str | None, typer.Option(metavar="OS/MACHINE", help="For docker: of which platform.")
    ] = None,
) -> None:
    """Write an image as an OCI layout, or as an archive for `docker load`."""
    with opened_images() as images, Console().progress("Writing the image") as hear:
        found = images.export(image, place.absolute(), (kind or Kind.OCI).value, platform)
        hear(1, 1)
    Console().result(f"Wrote {found} to {place}")


def push(
    image: ImageOption,
    to: Annotated[str, typer.Option(metavar="REGISTRY/NAME:TAG", help="Where to.")],
    compression: Annotated[
        Packing, typer.Option(help="How layers travel; compressed they have another digest.")
    ] = Packing.NONE,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Speak HTTP without TLS; on this machine always so.")
    ] = False,
) -> None:
    """Send an image to a registry; what the registry has already is not sent again."""
    console = Console()
    with opened_images() as images:
        kept = images.show(image).digest
        with console.progress("Sending the image") as hear:
            digest = images.push(image, to, compression.value, insecure, hear)
    console.result(f"Pushed {to}")
    console.result(f"Digest: {digest}")
    if digest != kept:
        console.say(
            f"Compressed layers make another digest than the image has here, {kept}; the files in "
            "it are the same"
        )
