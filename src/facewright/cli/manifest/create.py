"""`facewright manifest create`."""

from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.manifest_options import (
    CondaOption,
    DependencyOption,
    DriverOption,
    ManifestFlags,
    ModelFileOption,
    PipOption,
    RuntimeOption,
    SchemaOption,
    create_manifest,
)


def create(
    name: Annotated[str, typer.Option("--manifest-name", "-n", help="Name of the manifest.")],
    driver: DriverOption = None,
    runtime: RuntimeOption = None,
    model_id: Annotated[
        list[str] | None,
        typer.Option(
            "--model-id",
            "-i",
            metavar="ID|NAME",
            help="A registered model; of a name the newest version. May be repeated.",
        ),
    ] = None,
    model_file: ModelFileOption = None,
    schema_file: SchemaOption = None,
    dependency: DependencyOption = None,
    pip_file: PipOption = None,
    conda_file: CondaOption = None,
    description: Annotated[
        str, typer.Option("--manifest-description", metavar="TEXT", help="What it is.")
    ] = "",
    refresh: Annotated[
        bool,
        typer.Option(
            "--refresh", help="Look packages up anew, not as locked for an earlier manifest."
        ),
    ] = False,
) -> None:
    """Check and keep what a service is made of; its packages are locked now, once."""
    console = Console()
    flags = ManifestFlags(
        driver, runtime, model_file, schema_file, dependency, pip_file, conda_file
    )
    made = create_manifest(
        name, flags, console, models=model_id, description=description, refresh=refresh
    )
    console.result("Successfully created manifest")
    console.result(f"Id: {made.id}")
    console.result(f"More information: 'facewright manifest show -i {made.id}'")
