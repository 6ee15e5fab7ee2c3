"""`facewright image list`, `show` and `usage`."""

import sys
from typing import TYPE_CHECKING, Any

from facewright.cli.console import Console
from facewright.cli.image.opening import ImageOption, as_data, opened_images
from facewright.cli.manifest_options import opened_manifests
from facewright.cli.output import Format, OutputOption, QueryOption, emit

if TYPE_CHECKING:
    from facewright.management.images.images import Images
    from facewright.management.records import ImageRecord

_COLUMNS = ("Name", "Id", "Version", "CreatedTime", "CreationState")
_MORE = (*_COLUMNS, "Description", "Manifest_Name", "Manifest_Version", "Error")


def list_(output: OutputOption = None, query: QueryOption = None) -> None:
    """List all images."""
    with opened_images() as images:
        found = images.list()
    if not found:
        Console().say("No images; `facewright image create` makes one")
    emit([as_data(each) for each in found], output=output, query=query, columns=_COLUMNS)


def show(image: ImageOption, output: OutputOption = None, query: QueryOption = None) -> None:
    """Show an image: what it holds, where it comes from and what uses it."""
    with opened_images() as images:
        found = images.show(image)
        data = as_data(found) | _inside(images, found)
        lineage = images.lineage(found.id)
    with opened_manifests() as manifests:
        manifest = manifests.show(found.manifest_id)
    data |= {"Manifest_Name": manifest.name, "Manifest_Version": manifest.version}
    data |= {"Lineage": lineage.as_data()}
    emit(data, output=output, query=query, columns=_MORE)
    if query is None and (output is Format.TABLE or (output is None and sys.stdout.isatty())):
        for line in lineage.lines():
            Console().result(line)


def usage(image: ImageOption) -> None:
    """Say how to make a service of an image, and how to run it elsewhere."""
    from facewright.management.images.usage import usage_lines

    with opened_images() as images:
        found = images.show(image)
        lines = usage_lines(found, images.contents(found.id))
    for line in lines:
        Console().result(line)


def _inside(images: "Images", image: "ImageRecord") -> dict[str, Any]:
    """Return the layers of each platform, and the documents about them."""
    if image.digest is None:
        return {}
    held = [images.contents(image.id, platform) for platform in image.platforms]
    return {
        "Images": [
            {
                "platform": str(each.platform),
                "digest": each.manifest.digest,
                "layers": [layer.as_json() for layer in each.layers],
                "labels": each.labels,
                "bill_of_materials": images.document(each),
            }
            for each in held
        ]
    }
