"""`facewright env set`, `local`, `cluster` and `delete`."""

from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.env.options import GroupOption, NameOption, check_group
from facewright.cli.service.opening import opened_cluster_environments, opened_environments


def set_(
    name: NameOption,
    group: GroupOption = None,
    disable_dashboard: Annotated[
        bool, typer.Option("--disable-dashboard", help="Of no effect on this machine.")
    ] = False,
) -> None:
    """Let new services live in an environment."""
    del disable_dashboard
    with opened_environments() as environments:
        check_group(environments.show(name), group)
        environments.set(name)
    Console().result(f"Compute set to {name}.")


def local() -> None:
    """Let services of the current environment go to this machine."""
    _switch("local")


def cluster() -> None:
    """Let services of the current environment go to its cluster."""
    _switch("cluster")


def delete(name: NameOption, group: GroupOption = None) -> None:
    """Delete an environment in which no service lives, with all it made in its cluster."""
    with opened_environments() as environments:
        check_group(environments.show(name), group)
    with opened_cluster_environments() as clusters:
        clusters.delete(name)
    Console().result(f"Deleted the environment {name}.")


def _switch(mode: str) -> None:
    with opened_environments() as environments:
        environments.switch(mode)
    Console().result(f"Now running in {mode} mode")
