"""`facewright env setup --cluster`, and `env role`: environments on a Kubernetes context."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from facewright.cli.console import Console
from facewright.cli.service.opening import opened_cluster_environments

if TYPE_CHECKING:
    from facewright.environments.kubernetes.settings import ClusterSettings
    from facewright.management.records import Environment


def setup_cluster(
    settings: "ClusterSettings", engine: str | None, more: dict[str, Any], *, dry_run: bool
) -> "Environment | None":
    """Set an environment up in a cluster, or print what would be applied there."""
    import yaml

    with opened_cluster_environments() as environments:
        if not dry_run:
            return environments.setup(settings, engine, more)
        planned = environments.planned(settings)
    Console().result(yaml.safe_dump_all(planned, sort_keys=False).rstrip())
    return None


def role(
    namespace: Annotated[
        str, typer.Option("--namespace", metavar="NAME", help="Namespace of the role.")
    ] = "default",
) -> None:
    """Print the rights an account needs for an environment in a cluster, as a Role to apply."""
    import yaml

    from facewright.environments.kubernetes.role import role as made

    Console().result(yaml.safe_dump(made(namespace), sort_keys=False).rstrip())
