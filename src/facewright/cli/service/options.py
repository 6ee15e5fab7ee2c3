"""What the commands about services have in common."""

from typing import TYPE_CHECKING, Annotated

import typer

from facewright.cli.console import Console

if TYPE_CHECKING:
    from facewright.environments.service_engine import Hear
    from facewright.management.records import Service
    from facewright.management.services.services import Services

_AUTOSCALE = "Autoscaling, in clusters"

IdOption = Annotated[
    str, typer.Option("--id", "-i", metavar="ID", help="Id of the service, or its name.")
]


def _flag(name: str, value: str | None) -> bool | None:
    """Read ``true`` or ``false``, in any case.

    Raises:
        BadParameter: It is something else.
    """
    if value is None:
        return None
    if value.lower() not in ("true", "false"):
        raise typer.BadParameter(
            f"Error, invalid value provided for {name}: expected true or false, received {value}"
        )
    return value.lower() == "true"


def _collect(value: str | None) -> str | None:
    _flag("--collect-model-data", value)
    return value


def _insights(value: str | None) -> str | None:
    _flag("--enable-app-insights", value)
    return value


def _autoscale(value: str | None) -> str | None:
    _flag("--autoscale-enabled", value)
    return value


ReplicasOption = Annotated[
    int | None,
    typer.Option(
        "-z", metavar="N", help="Processes that answer, in a cluster pods; 1 when left out."
    ),
]
CollectOption = Annotated[
    str | None,
    typer.Option(
        "--collect-model-data", metavar="true|false", callback=_collect, help="Keep the answers."
    ),
]
InsightsOption = Annotated[
    str | None,
    typer.Option(
        "--enable-app-insights",
        "-l",
        metavar="true|false",
        callback=_insights,
        help="Kept; a service always has /metrics.",
    ),
]
AutoscaleOption = Annotated[
    str | None,
    typer.Option(
        "--autoscale-enabled",
        metavar="true|false",
        callback=_autoscale,
        help="Let the cluster choose the number of replicas; kept on one machine.",
        rich_help_panel=_AUTOSCALE,
    ),
]
LeastOption = Annotated[
    int | None, typer.Option("--autoscale-min-replicas", rich_help_panel=_AUTOSCALE)
]
MostOption = Annotated[
    int | None, typer.Option("--autoscale-max-replicas", rich_help_panel=_AUTOSCALE)
]
UtilizationOption = Annotated[
    int | None,
    typer.Option("--autoscale-target-utilization", help="Per cent.", rich_help_panel=_AUTOSCALE),
]
RefreshOption = Annotated[
    int | None,
    typer.Option("--autoscale-refresh-period-seconds", help="Seconds.", rich_help_panel=_AUTOSCALE),
]
CpuOption = Annotated[
    float | None,
    typer.Option(
        "--cpu", help="Processors, fractions allowed; in a cluster reserved, else the most it gets."
    ),
]
MemoryOption = Annotated[
    str | None, typer.Option("--memory", metavar="SIZE", help="As in 300M or 1G.")
]
WaitingOption = Annotated[
    int | None,
    typer.Option(
        "--replica-max-concurrent-requests", help="Requests that may wait in each replica."
    ),
]


def changes(
    *,
    replicas: int | None = None,
    collect: str | None = None,
    insights: str | None = None,
    autoscale: str | None = None,
    least: int | None = None,
    most: int | None = None,
    utilization: int | None = None,
    refresh: int | None = None,
    cpu: float | None = None,
    memory: str | None = None,
    waiting: int | None = None,
) -> dict[str, object]:
    """Return what was given of a service's settings, by their names; None for what was not."""
    return {
        "replicas": replicas,
        "collect": _flag("--collect-model-data", collect),
        "insights": _flag("--enable-app-insights", insights),
        "enabled": _flag("--autoscale-enabled", autoscale),
        "least": least,
        "most": most,
        "utilization": utilization,
        "refresh": refresh,
        "cpu": cpu,
        "memory": memory,
        "waiting": waiting,
    }


def hear_here(line: str) -> None:
    """Say what an engine of this machine does."""
    Console().say(f"[Local mode] {line}")


def hear_cluster(line: str) -> None:
    """Say what a cluster does."""
    Console().say(f"[Cluster mode] {line}")


def hearing(services: "Services") -> "Hear":
    """Return what hears engines: of the current environment's mode."""
    return hear_cluster if services.mode() == "cluster" else hear_here


def say_done(made: "Service") -> None:
    """Say that a service runs, and how to go on."""
    console, service = Console(), made.id
    (hear_cluster if made.settings.get("cluster") else hear_here)("Done")
    console.result(f"Service ID: {service}")
    console.result(f"Usage: facewright service run realtime -i {service} -d '!! YOUR DATA HERE !!'")
    console.result(f"More usage information: facewright service usage realtime -i {service}")
