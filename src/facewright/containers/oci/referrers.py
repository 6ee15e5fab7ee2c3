"""Documents about an image that are kept beside it, by image-spec's `subject`.

A registry without the referrers API finds them by the tag ``sha256-<hex>`` of an index
(distribution-spec 1.1, "Referrers Tag Schema"); a layout has the same index under that name.
"""

import re
from collections.abc import Iterator
from typing import Any

from facewright.containers.oci.descriptor import INDEX, MANIFEST, Descriptor
from facewright.containers.oci.layout import Layout

_NAME = re.compile(r"sha256-[0-9a-f]{64}")
EMPTY = "application/vnd.oci.empty.v1+json"


def referrers_name(subject: Descriptor) -> str:
    """Return the name, or tag, of the index of what refers to an image."""
    return subject.digest.replace(":", "-")


def is_referrers_name(name: str) -> bool:
    """Return whether a name in a layout is that of what refers to an image."""
    return _NAME.fullmatch(name) is not None


def attach(layout: Layout, subject: Descriptor, media_type: str, data: bytes) -> None:
    """Keep a document about an image; the one of the same kind that was there makes room.

    Args:
        layout: Holds the image.
        subject: Points to its manifest.
        media_type: Of the document; its artifact type too.
        data: The document.
    """
    entry = write_document(layout, subject, media_type, data)
    others = [
        each for each in documents_about(layout, subject) if each["artifactType"] != media_type
    ]
    record = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [*others, entry]}
    layout.name(layout.write_json(record, INDEX), referrers_name(subject))


def write_document(
    layout: Layout, subject: Descriptor, media_type: str, data: bytes
) -> dict[str, Any]:
    """Write a document about an image; nothing in the layout leads to it yet.

    Returns:
        The entry for it in an index of what refers to the image.
    """
    empty = Descriptor(EMPTY, layout.blobs.write(b"{}"), 2)
    document = Descriptor(media_type, layout.blobs.write(data), len(data))
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": media_type,
        "config": empty.as_json(),
        "layers": [document.as_json()],
        "subject": Descriptor(subject.media_type, subject.digest, subject.size).as_json(),
    }
    return {**layout.write_json(manifest, MANIFEST).as_json(), "artifactType": media_type}


def attached(layout: Layout, subject: Descriptor, media_type: str) -> bytes | None:
    """Return the document of a kind about an image, or None where there is none.

    Raises:
        ImageError: A part of it is missing or damaged.
    """
    for entry in documents_about(layout, subject):
        if entry["artifactType"] == media_type:
            manifest = layout.document(Descriptor.from_json(entry))
            return layout.blobs.read(Descriptor.from_json(manifest["layers"][0]).digest)
    return None


def documents_about(layout: Layout, subject: Descriptor) -> Iterator[dict[str, Any]]:
    """Yield the entries of the index of what refers to an image."""
    index = layout.names().get(referrers_name(subject))
    if index is not None:
        yield from layout.document(index).get("manifests", [])
