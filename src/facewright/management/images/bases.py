"""The base images that images stand on, kept while one of them does.

A name in a registry means another image from time to time. The first build finds out which, and
those after it use the same, without a network, until somebody asks for the newest.
"""

from collections.abc import Iterable

from facewright.containers.oci.base import fetch_base, in_registry
from facewright.containers.oci.descriptor import Platform
from facewright.containers.oci.layout import Image, Layout
from facewright.errors import ImageError
from facewright.management.images.parts import Hear
from facewright.management.records import ImageRecord

_KEPT = "base/"


class Bases:
    """The base images in a layout.

    Args:
        layout: Where they are kept.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def get(self, base: str, platform: Platform, newest: bool, hear: Hear) -> Image:
        """Return a base image of one platform.

        Args:
            base: As `fetch_base` takes it.
            platform: What it has to run on.
            newest: Whether to ask the registry although there is one.
            hear: Hears what is being done.

        Raises:
            ImageError: There is no such image, or none for the platform.
        """
        if not in_registry(base):
            hear(f"reading the base image {base} for {platform}")
            return fetch_base(base, platform, self._layout)
        name = _name(base, platform)
        kept = None if newest else self._kept(name, platform)
        if kept is None:
            hear(f"fetching the base image {base} for {platform}")
            kept = fetch_base(base, platform, self._layout)
            self._layout.name(kept.manifest, name)
        return kept

    def forget_unused(self, images: Iterable[ImageRecord]) -> None:
        """Forget the bases on which none of the images stands."""
        used = {
            _name(str(image.base.get("name")), Platform.parse(platform))
            for image in images
            for platform in image.platforms
        }
        for name in self._layout.names():
            if name.startswith(_KEPT) and name not in used:
                self._layout.forget(name)

    def _kept(self, name: str, platform: Platform) -> Image | None:
        manifest = self._layout.names().get(name)
        if manifest is None:
            return None
        try:
            kept = self._layout.image(manifest, platform)
        except ImageError:
            return None  # damaged: it is fetched again
        return kept if all(self._layout.blobs.has(each.digest) for each in kept.layers) else None


def _name(base: str, platform: Platform) -> str:
    return f"{_KEPT}{platform}/{base}"
