"""`facewright service create realtime`."""

from typing import TYPE_CHECKING, Annotated

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
)
from facewright.cli.service.one_command import make_image
from facewright.cli.service.opening import interactive, opened_services
from facewright.cli.service.options import (
    AutoscaleOption,
    CollectOption,
    CpuOption,
    InsightsOption,
    LeastOption,
    MemoryOption,
    MostOption,
    RefreshOption,
    ReplicasOption,
    UtilizationOption,
    WaitingOption,
    changes,
    hearing,
    say_done,
)

if TYPE_CHECKING:
    from facewright.management.records import Service


def create(
    name: Annotated[
        str, typer.Option("-n", metavar="NAME", help="3 to 32 small letters, digits, - and .")
    ],
    image_id: Annotated[
        str | None, typer.Option("--image-id", metavar="ID", help="Of the image to run.")
    ] = None,
    driver: DriverOption = None,
    runtime: RuntimeOption = None,
    model_file: ModelFileOption = None,
    schema_file: SchemaOption = None,
    dependency: DependencyOption = None,
    pip_file: PipOption = None,
    conda_file: CondaOption = None,
    replicas: ReplicasOption = None,
    insights: InsightsOption = None,
    collect: CollectOption = None,
    autoscale: AutoscaleOption = None,
    least: LeastOption = None,
    most: MostOption = None,
    utilization: UtilizationOption = None,
    refresh: RefreshOption = None,
    cpu: CpuOption = None,
    memory: MemoryOption = None,
    waiting: WaitingOption = None,
    auth: Annotated[bool, typer.Option("--auth", help="Open to callers with a key only.")] = False,
    port: Annotated[int | None, typer.Option(help="A free one when left out.")] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; beyond this machine with --auth only.")
    ] = "127.0.0.1",
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Replace a service of this name.")
    ] = False,
) -> None:
    """Run an image as a service, on this machine or in the environment's cluster."""
    from facewright.management.names import checked_service_name
    from facewright.management.services.settings import ServiceSettings

    checked_service_name(name)
    flags = ManifestFlags(
        driver, runtime, model_file, schema_file, dependency, pip_file, conda_file
    )
    if (image_id is not None) is flags.given:
        raise typer.BadParameter(
            "expected either --image-id, or the flags of a manifest (-f -r …) to make an image of"
        )
    given = changes(
        replicas=replicas, collect=collect, insights=insights, autoscale=autoscale, least=least,
        most=most, utilization=utilization, refresh=refresh, cpu=cpu, memory=memory,
        waiting=waiting,
    )  # fmt: skip
    settings = ServiceSettings(auth=auth, host=host, port=port).changed(given)
    if not yes and not _may_be_made(name):  # asked before an image is made for nothing
        Console().say("Canceling service create.")
        raise typer.Exit(1)
    wanted = image_id or make_image(name, flags)
    with opened_services() as services:
        made = services.create(
            name, wanted, settings, hearing(services), replace=lambda found: True
        )
    if made is not None:
        say_done(made)


def _may_be_made(name: str) -> bool:
    with opened_services() as services:
        found = services.standing(name)
    return found is None or _replaces(found)


def _replaces(found: "Service") -> bool:
    Console().say(f"A service {found.id} is there already, at {found.address}.")
    if not interactive():
        Console().say("Say --yes to put this one in its place.")
        return False
    return typer.confirm("Put this one in its place?", err=True)
