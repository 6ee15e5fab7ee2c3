"""`facewright image delete`."""

from facewright.cli.console import Console
from facewright.cli.image.opening import ImageOption, opened_images


def delete(image: ImageOption) -> None:
    """Delete an image that no service runs or may go back to; its manifest stays."""
    with opened_images() as images:
        found = images.show(image)
        freed = images.delete(found.id)
    Console().result(f"Deleted the image {found.name} {found.version} ({found.id})")
    Console().say(f"{freed / 1e6:.1f} MB became free")
