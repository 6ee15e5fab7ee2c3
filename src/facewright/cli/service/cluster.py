"""`facewright service diff`, `apply` and `export`: a service, and what a cluster has of it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.output import OutputOption, QueryOption, emit
from facewright.cli.service.opening import opened_cluster_services
from facewright.cli.service.options import IdOption, hear_cluster, say_done


class Format(StrEnum):
    """How manifests are written."""

    YAML = "yaml"
    HELM = "helm"
    KUSTOMIZE = "kustomize"


def diff(id: IdOption, output: OutputOption = None, query: QueryOption = None) -> None:
    """Show what in the cluster is not as the service was asked for; exit code 1 when there is."""
    with opened_cluster_services() as services:
        found = services.differences(id)
    rows = [
        {"Object": each.object, "Place": each.place, "Found": each.found, "Wanted": each.wanted}
        for each in found
    ]
    emit(rows, output=output, query=query)
    if rows:
        Console().say(f"Repair it with: facewright service apply realtime -i {id}")
        raise typer.Exit(1)


def apply(id: IdOption) -> None:
    """Make the cluster what the service was asked for; no request fails."""
    with opened_cluster_services() as services:
        service = services.repair(id, hear_cluster)
    say_done(service)


def export(
    id: IdOption,
    format: Annotated[Format, typer.Option(help="How manifests are written.")] = Format.YAML,
    to: Annotated[
        Path | None,
        typer.Option(metavar="PLACE", help="A new folder; for yaml a file, or stdout if left out."),
    ] = None,
    version: Annotated[
        str | None,
        typer.Option(
            "--kubernetes-version", metavar="1.N", help="That of the cluster when left out."
        ),
    ] = None,
) -> None:
    """Write what a service is made of, for people who deploy with their own tools."""
    from facewright.environments.kubernetes.export import as_yaml, write_helm, write_kustomize

    release = _release(version)
    if format is not Format.YAML and to is None:
        raise typer.BadParameter(f"--format {format} takes the name of a new folder: --to FOLDER")
    with opened_cluster_services() as services:
        namespace, manifests = services.manifests(id, release)
    if format is Format.HELM and to is not None:
        write_helm(manifests, to)
    elif format is Format.KUSTOMIZE and to is not None:
        write_kustomize(manifests, namespace, to)
    elif to is not None:
        from facewright.system.files import write_text

        write_text(to, as_yaml(manifests, namespace))
    else:
        Console().result(as_yaml(manifests, namespace).rstrip())
    if to is not None:
        Console().say(f"Wrote {to}")


def _release(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    major, _, minor = text.partition(".")
    if major != "1" or not minor.isdecimal() or int(minor) < 20:
        raise typer.BadParameter(f"expected --kubernetes-version 1.20 or newer, received {text}")
    return 1, int(minor)
