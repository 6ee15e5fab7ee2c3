"""The one-command form of `service create`: a manifest and an image, named after the service."""

from facewright.cli.console import Console
from facewright.cli.manifest_options import ManifestFlags, manifest_for

_LONGEST_NAME = 30


def make_image(service: str, flags: ManifestFlags) -> str:
    """Make a manifest and an image for a service; return the image's id.

    Args:
        service: Its name; theirs is the same, cut to 30 characters.
        flags: What the manifest is made of.

    Raises:
        BadParameter: A flag is missing, or two contradict each other.
        FacewrightError: One of them cannot be made.
    """
    from facewright.cli.image.making import default_base
    from facewright.cli.image.making import make_image as make
    from facewright.management.images.order import ImageOrder

    console = Console()
    name = service[:_LONGEST_NAME]
    manifest = manifest_for(name, None, flags, console)
    base = default_base(manifest, console)
    image = make(ImageOrder(name=name, manifest_id=manifest, base=base), console)
    console.result(f"Image ID: {image.id}")
    return image.id
