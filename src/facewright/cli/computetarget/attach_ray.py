"""`facewright computetarget attach ray`."""

from typing import Annotated

import typer

from facewright.cli.computetarget.attach import write
from facewright.cli.computetarget.options import (
    ProjectOption,
    PythonOption,
    YesOption,
    configured,
    open_places,
)
from facewright.embedders.lazy import resolve


def ray(
    address: Annotated[
        str, typer.Option("--address", "-a", metavar="URL", help="As http://head:8265.")
    ],
    name: Annotated[str, typer.Option("--name", "-n", metavar="NAME", help="The target.")] = "ray",
    python_location: PythonOption = None,
    shared_directory: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Base of the shared folders, which all nodes see."),
    ] = None,
    yes: YesOption = False,
    project: ProjectOption = None,
) -> None:
    """Add a Ray cluster, by the address of its dashboard; it must answer, unless --yes."""
    from facewright.compute.attachment import check_free

    places = open_places(project)
    check_free(name, places)
    configuration = configured(
        type="ray",
        address=address,
        pythonLocation=python_location,
        nativeSharedDirectory=shared_directory,
    )
    if not yes:
        resolve("facewright.compute.ray_jobs:RayJobs", "ray")(str(configuration.address)).check()
    write(name, configuration, places)
