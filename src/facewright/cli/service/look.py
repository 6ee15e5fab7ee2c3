"""`facewright service list` and `show`."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facewright.cli.console import Console
from facewright.cli.output import Format, OutputOption, QueryOption, emit
from facewright.cli.service.opening import opened_services
from facewright.errors import EngineError

if TYPE_CHECKING:
    from facewright.management.records import Service
    from facewright.management.services.services import Services

_COLUMNS = ("Name", "Id", "UpdatedAt", "State")
_MORE = (
    *("Name", "Id", "UpdatedAt", "Service_Type", "State", "ScoringUri", "Models"),
    *("Manifest_Name", "Manifest_Version", "Image_URL"),
)
_TYPE = "Realtime"


def list_(output: OutputOption = None, query: QueryOption = None) -> None:
    """Show all services."""
    with opened_services() as services:
        found = [_short(services, each) for each in services.list()]
    emit(found, output=output, query=query, columns=_COLUMNS)


def show(
    id: Annotated[str | None, typer.Option("--id", "-i", metavar="ID", help="Its id.")] = None,
    name: Annotated[
        str | None, typer.Option("--name", "-n", metavar="NAME", help="Its name.")
    ] = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show a service: what it runs and ran, and where that comes from."""
    wanted = id or name
    if wanted is None or (id and name and id != name):
        raise typer.BadParameter("expected --id or --name")
    with opened_services() as services:
        service = services.show(wanted)
        data = {**_short(services, service), **_rest(services, service)}
        lineage = services.lineage(service.id)
    shown = [key for key in (*_MORE, "Details") if key in data]
    emit(data | {"Lineage": lineage.as_data()}, output=output, query=query, columns=shown)
    if query is None and (output is Format.TABLE or (output is None and sys.stdout.isatty())):
        for line in (*_ran(data["Deployments"]), *lineage.lines()):
            Console().result(line)


def _short(services: "Services", service: "Service") -> dict[str, Any]:
    state, details = _state(services, service)
    said = {"Details": details} if details else {}
    return {
        "Name": service.name,
        "Id": service.id,
        "UpdatedAt": service.updated,
        "Service_Type": _TYPE,
        "State": state,
        **said,
    }


def _state(services: "Services", service: "Service") -> tuple[str, str]:
    """Return where a service is, and why it is not well."""
    if service.state != "Succeeded":
        return service.state, service.error or ""
    try:
        found = services.state(service)
    except EngineError as error:
        return "Unknown", error.message
    if found is None:
        return "Failed", "its engine knows nothing of it; create it again"
    return ("Succeeded", "") if found.running else ("Failed", found.details)


def _cluster(services: "Services", service: "Service") -> dict[str, Any]:
    """Return how each replica of a service in a cluster is, and what it tries."""
    from dataclasses import asdict

    from facewright.management.services.cluster import ClusterServices

    if not service.settings.get("cluster"):
        return {}
    clusters = ClusterServices(services)
    try:
        replicas = [asdict(each) for each in clusters.replicas(service)]
    except EngineError:  # told as its state
        replicas = []
    return {"Replicas": replicas, "Canary_Image_Id": clusters.tried(service)}


def _rest(services: "Services", service: "Service") -> dict[str, Any]:
    made = services.made_of(service)
    return {
        **_cluster(services, service),
        "ScoringUri": service.address,
        "Models": ", ".join(made.models),
        "Manifest_Name": made.manifest,
        "Manifest_Version": made.version,
        "Image_URL": made.image,
        "Image_Id": service.image_id,
        "CreatedAt": service.created,
        "Settings": service.settings,
        "Deployments": [
            {
                "Image_Id": each.image_id,
                "Status": each.status,
                "CreatedAt": each.created,
                "ExpiredAt": each.expired,
            }
            for each in services.deployments(service.id)
        ],
    }


def _ran(deployments: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line for each image that the service runs or ran, the newest first."""
    for each in deployments:
        until = f" to {each['ExpiredAt']:%Y-%m-%dT%H:%M:%S}" if each["ExpiredAt"] else ""
        yield f"image {each['Image_Id']} from {each['CreatedAt']:%Y-%m-%dT%H:%M:%S}{until}"
