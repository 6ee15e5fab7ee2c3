"""`facewright image create`."""

from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.image.making import default_base, make_image
from facewright.cli.manifest_options import (
    CondaOption,
    DependencyOption,
    DriverOption,
    ManifestFlags,
    ModelFileOption,
    PipOption,
    RuntimeOption,
    SchemaOption,
    manifest_for,
)


def create(
    name: Annotated[str, typer.Option("--image-name", "-n", help="Name of the image.")],
    manifest_id: Annotated[
        str | None, typer.Option("--manifest-id", metavar="ID", help="What it is made from.")
    ] = None,
    description: Annotated[
        str, typer.Option("--image-description", metavar="TEXT", help="What it is.")
    ] = "",
    platform: Annotated[
        str | None,
        typer.Option(
            metavar="OS/MACHINE,…", help="As linux/amd64,linux/arm64; this machine's by default."
        ),
    ] = None,
    base_image: Annotated[
        str | None,
        typer.Option(
            metavar="IMAGE",
            help="A name in a registry, oci:FOLDER[:NAME], a tar file from docker save, or `none`.",
        ),
    ] = None,
    pull: Annotated[
        bool,
        typer.Option("--pull", help="Ask the registry for the newest base image; else once."),
    ] = False,
    python_version: Annotated[
        str | None,
        typer.Option(metavar="X.Y", help="Python of the base image, where it does not say so."),
    ] = None,
    compile_: Annotated[
        bool,
        typer.Option(
            "--compile/--no-compile",
            help="Put compiled code in: services start sooner; the digest then depends on the "
            "release of Python.",
        ),
    ] = True,
    image_type: Annotated[str, typer.Option(help="Docker; there is no other.")] = "Docker",
    docker_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="More steps: RUN, ENV, ARG, LABEL, EXPOSE."),
    ] = None,
    driver: DriverOption = None,
    runtime: RuntimeOption = None,
    model_file: ModelFileOption = None,
    schema_file: SchemaOption = None,
    dependency: DependencyOption = None,
    pip_file: PipOption = None,
    conda_file: CondaOption = None,
) -> None:
    """Build an image from a manifest, without a container engine and without root."""
    from facewright.management.images.order import HERE, ImageOrder

    if image_type.lower() != "docker":
        raise typer.BadParameter(f"expected --image-type Docker, received {image_type}")
    console = Console()
    flags = ManifestFlags(
        driver, runtime, model_file, schema_file, dependency, pip_file, conda_file
    )
    manifest = manifest_for(name, manifest_id, flags, console)
    order = ImageOrder(
        name=name,
        manifest_id=manifest,
        platforms=tuple((platform or HERE).split(",")),
        base=_base(base_image) if base_image else default_base(manifest, console),
        newest_base=pull,
        python=python_version,
        compiled=compile_,
        description=description,
        steps=docker_file,
    )
    image = make_image(order, console)
    console.result(f"Image ID: {image.id}")
    console.result(f"More details: 'facewright image show -i {image.id}'")
    console.result(f"Usage information: 'facewright image usage -i {image.id}'")


def _base(named: str) -> str | None:
    return None if named == "none" else named
