"""`facewright image scan`."""

from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.image.opening import ImageOption, opened_images
from facewright.cli.output import OutputOption, QueryOption, emit


def scan(
    image: ImageOption,
    platform: Annotated[
        str | None, typer.Option(metavar="OS/MACHINE", help="Of which platform.")
    ] = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """List what is inside an image, and what somebody should look at.

    It looks for files that run with another's rights or that anybody may change, for what looks
    like keys and passwords, and for packages without a licence. It knows no vulnerabilities: give
    the bill of materials (`image export`) to a scanner that does.
    """
    from facewright.management.images.scan import scan_image

    with opened_images() as images:
        contents = images.contents(image, platform)
        found = scan_image(images.layout, contents, images.bill_of_materials(contents))
    emit(found, output=output, query=query, columns=("kind", "what", "where"))
    worrying = sum(each["kind"] not in ("package", "model", "container") for each in found)
    Console().say(f"{len(found) - worrying} things inside, {worrying} to look at")
