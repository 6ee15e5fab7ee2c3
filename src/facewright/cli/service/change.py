"""`facewright service update`, `rollback`, `scale` and `delete`."""

from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.service.opening import opened_services
from facewright.cli.service.options import (
    AutoscaleOption,
    CollectOption,
    CpuOption,
    IdOption,
    InsightsOption,
    LeastOption,
    MemoryOption,
    MostOption,
    RefreshOption,
    ReplicasOption,
    UtilizationOption,
    WaitingOption,
    changes,
    hear,
    say_done,
)


def update(
    id: IdOption,
    image_id: Annotated[
        str | None, typer.Option("--image-id", metavar="ID", help="Of the image to run instead.")
    ] = None,
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
) -> None:
    """Change a service; address and keys stay, no request fails, and what is left out stays."""
    given = changes(
        replicas=replicas, collect=collect, insights=insights, autoscale=autoscale, least=least,
        most=most, utilization=utilization, refresh=refresh, cpu=cpu, memory=memory,
        waiting=waiting,
    )  # fmt: skip
    with opened_services() as services:
        services.update(id, image_id, given, hear)
    say_done(id)


def rollback(id: IdOption) -> None:
    """Let a service run the image again that it ran before; no request fails."""
    with opened_services() as services:
        service = services.rollback(id, hear)
    Console().say(f"[Local mode] Runs the image {service.image_id} again")
    say_done(id)


def scale(
    id: IdOption,
    replicas: Annotated[int, typer.Option("-z", metavar="N", help="Processes that answer.")],
) -> None:
    """Change how many processes answer; no request fails."""
    with opened_services() as services:
        services.update(id, None, {"replicas": replicas}, hear)
    say_done(id)


def delete(id: IdOption) -> None:
    """End a service, and forget it with its keys."""
    with opened_services() as services:
        services.delete(id)
    Console().result("Service deleted.")
