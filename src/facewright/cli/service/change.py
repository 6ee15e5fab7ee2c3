"""`facewright service update`, `rollback`, `scale` and `delete`."""

from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.service.opening import opened_cluster_services, opened_services
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
    hear_cluster,
    hearing,
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
    canary: Annotated[
        int | None,
        typer.Option(
            metavar="PERCENT", help="In a cluster: send only so many of the requests to --image-id."
        ),
    ] = None,
) -> None:
    """Change a service; address and keys stay, no request fails, and what is left out stays."""
    given = changes(
        replicas=replicas, collect=collect, insights=insights, autoscale=autoscale, least=least,
        most=most, utilization=utilization, refresh=refresh, cpu=cpu, memory=memory,
        waiting=waiting,
    )  # fmt: skip
    if canary is not None:
        _try(id, image_id, canary, given)
        return
    with opened_services() as services:
        hear = hearing(services)
        service = services.update(id, image_id, given, hear)
    say_done(service)


def _try(id: str, image_id: str | None, percent: int, given: dict[str, object]) -> None:
    if image_id is None or any(value is not None for value in given.values()):
        raise typer.BadParameter("--canary goes with --image-id, and with nothing else")
    with opened_cluster_services() as services:
        tried = services.try_image(id, image_id, percent, hear_cluster)
    assert tried.canary is not None  # noqa: S101 - for the type checker
    count = tried.canary.replicas
    whole = count + max(tried.replicas, tried.canary.beside)
    console = Console()
    console.result(f"Canary: {count} of {whole} replicas, {100 * count / whole:.0f} % of requests")
    console.result(f"To let it take all requests: facewright service promote realtime -i {id}")
    console.result(f"To end it: facewright service abort realtime -i {id}")


def promote(id: IdOption) -> None:
    """Let the image that a service tries take all requests."""
    with opened_cluster_services() as services:
        service = services.promote(id, hear_cluster)
    say_done(service)


def abort(id: IdOption) -> None:
    """End trying an image; the one before takes all requests again."""
    with opened_cluster_services() as services:
        service = services.abort(id, hear_cluster)
    say_done(service)


def rollback(id: IdOption) -> None:
    """Let a service run the image again that it ran before; no request fails."""
    with opened_services() as services:
        hear = hearing(services)
        service = services.rollback(id, hear)
    hear(f"Runs the image {service.image_id} again")
    say_done(service)


def scale(
    id: IdOption,
    replicas: Annotated[int, typer.Option("-z", metavar="N", help="Processes that answer.")],
) -> None:
    """Change how many processes answer; no request fails."""
    with opened_services() as services:
        service = services.update(id, None, {"replicas": replicas}, hearing(services))
    say_done(service)


def delete(id: IdOption) -> None:
    """End a service, and forget it with its keys."""
    with opened_services() as services:
        services.delete(id)
    Console().result("Service deleted.")
