"""Sending images to registries, with the documents about them."""

import gzip
import shutil
from collections.abc import Callable
from typing import IO, cast

from facewright.containers.oci.build import write_index
from facewright.containers.oci.descriptor import LAYER, MANIFEST, Descriptor
from facewright.containers.oci.layout import Image, Layout
from facewright.containers.oci.reference import Reference
from facewright.containers.oci.referrers import attach, attached, referrers_name
from facewright.errors import ImageError, MissingLibrary
from facewright.management.image_sbom import SBOM

Moved = Callable[[int, int], None]
"""Hears how many bytes of how many were moved."""

_GZIP_LEVEL = 6
_BLOCK = 1 << 20


def push_image(
    layout: Layout, image: Descriptor, to: Reference, *, plain_http: bool, hear: Moved
) -> None:
    """Send an image, then what refers to it; what the registry has is not sent again.

    Args:
        layout: Holds it.
        image: Points to its manifest or index.
        to: Where to.
        plain_http: Whether to speak HTTP without TLS.
        hear: Hears progress.

    Raises:
        ImageError: The registry does not answer or refuses, or a blob is missing here.
        MissingLibrary: What speaks to registries is not installed.
    """
    try:
        from facewright.containers.oci.registry import Registry
    except ImportError as error:
        raise MissingLibrary(
            f"sending images to registries needs the library {error.name}, which is not installed",
            hint="run `pip install 'facewright[registry]'`",
        ) from error
    if to.digest is not None:
        raise ImageError(
            f"an image is sent to a tag: expected host/name:tag, received {to}",
            hint="leave @sha256:… out; the digest is told afterwards",
        )
    Registry(to, plain_http=plain_http).push(layout, image, hear)
    names = layout.names()
    for each in layout.images(image):
        tag = referrers_name(each.manifest)
        if tag in names:
            # Registries with the referrers API see the subject; others are asked for this tag.
            place = Reference(to.host, to.repository, tag)
            Registry(place, plain_http=plain_http).push(
                layout, names[tag], lambda done, total: None
            )


def compressed(layout: Layout, image: Descriptor, how: str) -> Descriptor:
    """Return the image with compressed layers: the same files, but another digest.

    The bytes depend on the compressor's version, so that another machine may get another digest
    still; that is why images are kept uncompressed.

    Args:
        layout: Holds it; the compressed layers are put there, too.
        image: Points to its manifest or index.
        how: ``gzip`` or ``zstd``.
    """
    made = [_compressed(layout, each, how) for each in layout.images(image)]
    return made[0] if image.media_type == MANIFEST else write_index(layout, made)


def _compressed(layout: Layout, image: Image, how: str) -> Descriptor:
    document = layout.document(image.manifest)
    layers = [_layer(layout, layer, how).as_json() for layer in image.layers]
    written = layout.write_json({**document, "layers": layers}, MANIFEST)
    made = Descriptor(MANIFEST, written.digest, written.size, image.platform)
    about = attached(layout, image.manifest, SBOM)
    if about is not None:
        attach(layout, made, SBOM, about)
    return made


def _layer(layout: Layout, layer: Descriptor, how: str) -> Descriptor:
    if layer.media_type != LAYER:
        return layer  # of a base, compressed by whoever made it
    with (
        layout.blobs.path(layer.digest).open("rb") as source,
        layout.blobs.writing() as target,
        _compressor(cast(IO[bytes], target), how) as packed,
    ):
        shutil.copyfileobj(source, packed, _BLOCK)
        packed.close()  # what it still held belongs to the digest
    return Descriptor(f"{LAYER}+{how}", target.digest, target.size)


def _compressor(target: IO[bytes], how: str) -> IO[bytes]:
    if how == "gzip":
        packed = gzip.GzipFile("", "wb", _GZIP_LEVEL, fileobj=target, mtime=0)
        return cast(IO[bytes], packed)
    try:
        import zstandard
    except ImportError as error:
        raise MissingLibrary(
            "compressing with zstd needs the library zstandard, which is not installed",
            hint="run `pip install zstandard`, or use --compression gzip",
        ) from error
    writer = zstandard.ZstdCompressor().stream_writer(target, closefd=False)
    return cast(IO[bytes], writer)
