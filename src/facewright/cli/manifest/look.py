"""`facewright manifest list` and `show`."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facewright.cli.console import Console
from facewright.cli.manifest_options import opened_manifests
from facewright.cli.output import Format, OutputOption, QueryOption, emit

if TYPE_CHECKING:
    from facewright.management.records import Manifest

_COLUMNS = ("Name", "Id", "Version", "CreatedTime")
_MORE = (*_COLUMNS, "Runtime", "WebserviceType", "Description", "ModelIds")

ManifestOption = Annotated[
    str, typer.Option("--manifest-id", "-i", metavar="ID", help="The manifest.")
]


def list_(output: OutputOption = None, query: QueryOption = None) -> None:
    """List all manifests."""
    with opened_manifests() as manifests:
        found = manifests.list()
    if not found:
        Console().say("No manifests; `facewright manifest create` makes one")
    emit([_as_data(each) for each in found], output=output, query=query, columns=_COLUMNS)


def show(manifest: ManifestOption, output: OutputOption = None, query: QueryOption = None) -> None:
    """Show a manifest: its files, its packages, where it comes from and what uses it."""
    with opened_manifests() as manifests:
        found = manifests.show(manifest)
        lineage = manifests.lineage(found.id)
    data = _as_data(found) | {"Lineage": lineage.as_data()}
    emit(data, output=output, query=query, columns=_MORE)
    if query is None and (output is Format.TABLE or (output is None and sys.stdout.isatty())):
        for line in lineage.lines():
            Console().result(line)


def _as_data(manifest: "Manifest") -> dict[str, Any]:
    from facewright.cli.spelling import spelled

    return spelled(manifest, created="CreatedTime") | {
        "WebserviceType": "Realtime",
        "ModelIds": [placed.model for placed in manifest.models],
    }
