"""Sending images to registries, with the documents about them."""

import shutil
from collections.abc import Callable
from typing import IO, cast

from facewright.containers.oci.build import write_index
from facewright.containers.oci.compression import compressor
from facewright.containers.oci.descriptor import LAYER, MANIFEST, Descriptor
from facewright.containers.oci.layout import Image, Layout
from facewright.containers.oci.open_registry import open_registry
from facewright.containers.oci.reference import Reference
from facewright.containers.oci.referrers import attached, referrers_name, write_document
from facewright.errors import ImageError
from facewright.management.images.sbom import SBOM

Moved = Callable[[int, int], None]
"""Hears how many bytes of how many were moved."""

_BLOCK = 1 << 20


def push_image(
    layout: Layout,
    image: Descriptor,
    to: Reference,
    *,
    compression: str,
    plain_http: bool,
    hear: Moved,
) -> str:
    """Send an image, then what refers to it; what the registry has is not sent again.

    Args:
        layout: Holds it.
        image: Points to its manifest or index.
        to: Where to.
        compression: ``none``, ``gzip`` or ``zstd``.
        plain_http: Whether to speak HTTP without TLS.
        hear: Hears progress.

    Returns:
        The digest that it has there.

    Raises:
        ImageError: The registry does not answer or refuses, or a blob is missing here.
        MissingLibrary: What speaks to registries is not installed.
    """
    if to.digest is not None:
        raise ImageError(
            f"an image is sent to a tag: expected host/name:tag, received {to}",
            hint="leave @sha256:… out; the digest is told afterwards",
        )
    registry = open_registry(to, plain_http=plain_http)
    kept = layout.images(image)
    there = [_compressed(layout, each, compression) for each in kept]
    whole = image
    if compression != "none":
        whole = there[0] if image.media_type == MANIFEST else write_index(layout, there)
    registry.push(layout, whole, hear)
    for here, sent in zip(kept, there, strict=True):
        if (about := attached(layout, here.manifest, SBOM)) is not None:
            entry = write_document(layout, sent, SBOM, about)
            registry.refer(layout, [entry], referrers_name(sent))
    return whole.digest


def _compressed(layout: Layout, image: Image, how: str) -> Descriptor:
    """Return an image with compressed layers: the same files, but another digest.

    The bytes depend on the compressor's version, so that another machine may get another digest
    still; that is why images are kept uncompressed.
    """
    if how == "none":
        return image.manifest
    document = layout.document(image.manifest)
    layers = [_layer(layout, layer, how).as_json() for layer in image.layers]
    written = layout.write_json({**document, "layers": layers}, MANIFEST)
    return Descriptor(MANIFEST, written.digest, written.size, image.platform)


def _layer(layout: Layout, layer: Descriptor, how: str) -> Descriptor:
    if layer.media_type != LAYER:
        return layer  # of a base, compressed by whoever made it
    with (
        layout.blobs.path(layer.digest).open("rb") as source,
        layout.blobs.writing() as target,
        compressor(cast(IO[bytes], target), how) as packed,
    ):
        shutil.copyfileobj(source, packed, _BLOCK)
        packed.close()  # what it still held belongs to the digest
    return Descriptor(f"{LAYER}+{how}", target.digest, target.size)
