"""Base images: what an image stands on, from a registry, a layout or an archive."""

from pathlib import Path

from facewright.containers.oci.archive import read_archive
from facewright.containers.oci.descriptor import Descriptor, Platform
from facewright.containers.oci.layout import Image, Layout
from facewright.containers.oci.open_registry import open_registry
from facewright.containers.oci.reference import Reference
from facewright.errors import ImageError

_LAYOUT = "oci:"


def fetch_base(base: str, platform: Platform, layout: Layout) -> Image:
    """Bring a base image of one platform into a layout.

    Args:
        base: ``oci:FOLDER`` or ``oci:FOLDER:NAME`` for a layout, the path of its folder or of a tar
            file from `docker save`, or the reference of an image in a registry.
        platform: What the image has to run on.
        layout: Where its blobs go.

    Raises:
        ImageError: There is no such image, or none for the platform.
        MissingLibrary: It is in a registry, and what speaks to registries is not installed.
    """
    if base.startswith(_LAYOUT):
        return layout.image(_from_layout(base.removeprefix(_LAYOUT), layout), platform)
    if not in_registry(base):
        if Path(base).is_dir():
            return layout.image(_from_layout(base, layout), platform)
        return layout.image(read_archive(Path(base), layout), platform)
    return layout.image(_from_registry(Reference.parse(base), platform, layout), platform)


def in_registry(base: str) -> bool:
    """Return whether a base image is named by its place in a registry, not by a path."""
    by_path = base.startswith((_LAYOUT, "/", "./", "../"))
    return not by_path and Path(base).suffix not in (".tar", ".tgz", ".gz")


def _from_layout(place: str, layout: Layout) -> Descriptor:
    folder, _, name = (place, "", "") if Path(place).is_dir() else place.partition(":")
    source = Layout(Path(folder))
    if not source.exists():
        raise ImageError(
            f"not an image layout: {folder} holds no file `oci-layout`",
            hint="name a folder that `facewright image export` or another OCI tool wrote",
        )
    names = source.names()
    if not name and len(names) == 1:
        (name,) = names
    if name not in names:
        raise ImageError(
            f"the layout {folder} has no image {name!r}: there is {', '.join(names) or 'none'}",
            hint="name one as oci:FOLDER:NAME",
        )
    copy_image(source, names[name], layout)
    return names[name]


def copy_image(source: Layout, descriptor: Descriptor, target: Layout) -> None:
    """Copy the blobs of an image, or of all images of an index, checking each."""
    for image in source.images(descriptor):
        config = Descriptor.from_json(source.document(image.manifest)["config"])
        for blob in (image.manifest, config, *image.layers):
            _copy_blob(source, blob, target)
    _copy_blob(source, descriptor, target)


def _copy_blob(source: Layout, blob: Descriptor, target: Layout) -> None:
    if target.blobs.has(blob.digest):
        return
    source.blobs.check(blob.digest)
    with source.blobs.path(blob.digest).open("rb") as content, target.blobs.writing() as file:
        while block := content.read(1 << 20):
            file.write(block)


def _from_registry(reference: Reference, platform: Platform, layout: Layout) -> Descriptor:
    def wanted(entry: Descriptor) -> bool:
        found = entry.platform
        return found is not None and (found.os, found.architecture) == (
            platform.os,
            platform.architecture,
        )

    return open_registry(reference).fetch(layout, wanted, lambda done, total: None)
