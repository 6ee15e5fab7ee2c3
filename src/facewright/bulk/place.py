"""The port of places that files are read from and written to: a folder, or an object store."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from facewright.bulk.folder import FolderPlace
from facewright.bulk.stored import Stored
from facewright.embedders.lazy import resolve

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_BUCKET = "facewright.bulk.bucket:BucketPlace"


class Place(Protocol):
    """Files below some root; any process that is given `uri` opens the same one.

    All methods raise `BulkError` when the place does not answer or refuses.

    Attributes:
        uri: What it is opened by.
    """

    uri: str

    def files(self, below: str = "") -> Iterator[Stored]:
        """Yield the files of the place, or of a folder in it; none when that is not there."""
        ...

    def read(self, path: str) -> bytes:
        """Return a file's bytes.

        Raises:
            BulkError: There is no such file, or it cannot be read now.
        """
        ...

    def has(self, path: str) -> bool:
        """Return whether there is such a file."""
        ...

    def write(self, path: str, data: bytes) -> None:
        """Write a file, whole or not at all."""
        ...

    def remove(self, path: str) -> None:
        """Remove a file; one that is not there is no error."""
        ...


def open_place(uri: str) -> Place:
    """Return the place of a folder's path or of a URI such as ``s3://bucket/photos``.

    Raises:
        BulkError: The URI cannot be read, or its store refuses.
        MissingLibrary: URIs need the extra `bulk`.
    """
    if _SCHEME.match(uri):
        place: Place = resolve(_BUCKET, "bulk")(uri)
        return place
    return FolderPlace(Path(uri))


def absolute(uri: str) -> str:
    """Return a URI as it is, and a path as one that means the same in any current folder."""
    return uri if is_remote(uri) else str(Path(uri).expanduser().absolute())


def is_remote(uri: str) -> bool:
    """Return whether it is a URI and not a path."""
    return bool(_SCHEME.match(uri))
