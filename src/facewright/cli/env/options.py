"""What the commands about environments have in common."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from facewright.errors import ManagementError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from facewright.management.records import Environment

NameOption = Annotated[
    str, typer.Option("--name", "-n", metavar="NAME", help="Name of the environment.")
]
AnyNameOption = Annotated[
    str | None,
    typer.Option(
        "--cluster-name", "--name", "-n", metavar="NAME", help="The current one when left out."
    ),
]
GroupOption = Annotated[
    str | None,
    typer.Option("--resource-group", "-g", metavar="NAME", help="A label of your own."),
]

_MOST_ERROR = 250


def as_data(environment: "Environment", *, mode: bool = False) -> dict[str, Any]:
    """Return an environment as data, named as the original named it.

    Args:
        environment: What is shown.
        mode: Whether to say where its services go now.
    """
    details = environment.details
    data: dict[str, Any] = {
        "Cluster Name": environment.name,
        "Engine": environment.engine,
        "Resource Group": details.get("group"),
        "Location": details.get("location"),
        "Base Image": details.get("base_image"),
        "Cluster Size": "N/A",
        **_of_cluster(details),
        "Created On": environment.created,
        "Provisioning State": environment.state,
        "Current": environment.current,
    }
    if mode:
        data["Current Mode"] = environment.mode
    if environment.error:
        data["Provisioning Errors"] = environment.error[:_MOST_ERROR]
    return data


def _of_cluster(details: "Mapping[str, Any]") -> dict[str, Any]:
    """Return what an environment says of its cluster, where it has one."""
    names = {
        "context": "Context",
        "namespace": "Namespace",
        "registry": "Registry",
        "expose": "Exposure",
        "ingress_host": "Ingress Host",
        "tls_secret": "TLS Secret",
        "storage_class": "Storage Class",
    }
    if "namespace" not in details:
        return {}
    return {shown: details[key] for key, shown in names.items() if key in details}


def check_group(environment: "Environment", group: str | None) -> None:
    """Refuse to go on when another resource group was named than the environment's.

    Raises:
        ManagementError: It was.
    """
    found = environment.details.get("group")
    if group is not None and group != found:
        raise ManagementError(
            f"the environment {environment.name} is in another resource group: expected "
            f"{group!r}, it is in {found!r}",
            hint="leave --resource-group out, or name the right one",
        )
