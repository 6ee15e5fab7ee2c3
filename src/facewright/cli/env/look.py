"""`facewright env list`, `show` and `get-credentials`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facewright.cli.console import Console
from facewright.cli.env.options import AnyNameOption, GroupOption, as_data, check_group
from facewright.cli.output import OutputOption, QueryOption, emit
from facewright.cli.service.opening import opened_cluster_environments, opened_environments

if TYPE_CHECKING:
    from facewright.management.records import Environment

_COLUMNS = ("Cluster Name", "Engine", "Resource Group", "Provisioning State", "Current")


def list_(
    group: GroupOption = None, output: OutputOption = None, query: QueryOption = None
) -> None:
    """Show the environments, or those of a resource group."""
    with opened_environments() as environments:
        found = environments.list(group)
    emit([as_data(each) for each in found], output=output, query=query, columns=_COLUMNS)


def show(
    name: AnyNameOption = None,
    group: GroupOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show an environment, and its cluster; the current one when none is named."""
    with opened_environments() as environments:
        found = environments.show(name)
    check_group(found, group)
    data = as_data(found, mode=name is None)
    emit({**data, **_cluster(found)}, output=output, query=query)


def get_credentials(
    name: AnyNameOption = None,
    group: GroupOption = None,
    install: Annotated[
        Path | None,
        typer.Option(
            "--install-kube-config",
            "-i",
            metavar="FILE",
            help="Write the context of its cluster there, for kubectl.",
        ),
    ] = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show where an environment keeps its things; no password is shown."""
    from facewright.settings import Settings

    with opened_environments() as environments:
        found = environments.show(name)
    check_group(found, group)
    if install is not None:
        with opened_cluster_environments() as clusters:
            clusters.write_kubeconfig(found, install)
        Console().say(f"Wrote {install}")
    emit(_places(found, str(Settings().data_directory.absolute())), output=output, query=query)


def _cluster(environment: "Environment") -> dict[str, Any]:
    """Return what is found in the cluster of an environment."""
    from dataclasses import asdict

    from facewright.environments.catalogue import KUBERNETES
    from facewright.errors import EngineError

    if environment.engine != KUBERNETES:
        return {}
    try:
        with opened_cluster_environments() as clusters:
            found = clusters.examine(environment)
    except EngineError as error:
        fix = {"What": error.message, "Fix": error.hint}
        return {"Findings": [fix]}
    nodes = "not for this account to see" if found.nodes is None else found.nodes
    return {
        "Cluster Size": "N/A" if found.nodes is None else len(found.nodes),
        "Kubernetes Version": found.version,
        "Nodes": nodes if isinstance(nodes, str) else [asdict(each) for each in nodes],
        "Findings": [{"What": each.what, "Fix": each.fix} for each in found.findings],
    }


def _places(environment: "Environment", data: str) -> dict[str, Any]:
    return {
        "Cluster Name": environment.name,
        "Engine": environment.engine,
        "Images": f"{data}/images",
        "Services": f"{data}/services/{environment.engine}",
        "Collected Data": f"{data}/modeldata",
        "Container Registry": environment.details.get("registry"),
        "Storage": environment.details.get("storage"),
    }
