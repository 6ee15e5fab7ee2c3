"""Layers: tar archives whose bytes depend on nothing but names, contents and executability.

No times, owners, umasks or orders of this machine go in, so that the same files make the same
digest everywhere (see reproducible-builds.org, "Archive metadata").
"""

import io
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from facewright.containers.oci.blobs import BLOCK, Blobs, HashingFile, tar_target
from facewright.containers.oci.descriptor import LAYER, Descriptor
from facewright.errors import ImageError


@dataclass(frozen=True)
class Entry:
    """A file in a layer.

    Attributes:
        path: Where, relative to the root of the image, with forward slashes.
        size: Its bytes.
        open: Opens its content.
        executable: Whether it can be run.
    """

    path: str
    size: int
    open: Callable[[], IO[bytes]]
    executable: bool = False

    @classmethod
    def of_file(cls, path: str, file: Path, *, executable: bool = False) -> "Entry":
        """Return the entry of a file on this machine."""
        return cls(path, file.stat().st_size, lambda: file.open("rb"), executable)

    @classmethod
    def of_bytes(cls, path: str, data: bytes, *, executable: bool = False) -> "Entry":
        """Return the entry of some bytes."""
        return cls(path, len(data), lambda: io.BytesIO(data), executable)


def write_layer(entries: Iterable[Entry], blobs: Blobs) -> Descriptor:
    """Write an uncompressed layer; its digest is also its diff id.

    Args:
        entries: The files, in any order; folders above them are made.
        blobs: Where to.

    Raises:
        ImageError: A path is absolute, leads out of the image, or is there twice.
    """
    ordered = _ordered(entries)
    with blobs.writing() as file, _archive(file) as archive:
        for folder in _folders(ordered):
            archive.addfile(_folder(folder))
        for entry in ordered:
            with entry.open() as content:
                archive.addfile(_file(entry), content)
        archive.close()
    return Descriptor(LAYER, file.digest, file.size)


def _archive(file: HashingFile) -> tarfile.TarFile:
    # PAX is the only format that holds every name and size the same way everywhere.
    return tarfile.TarFile(
        fileobj=tar_target(file), mode="w", format=tarfile.PAX_FORMAT, copybufsize=BLOCK
    )


def _ordered(entries: Iterable[Entry]) -> list[Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        path = PurePosixPath(entry.path)
        if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in entry.path:
            raise ImageError(f"not a path in an image: {entry.path!r}")
        if found.setdefault(str(path), entry) is not entry:
            raise ImageError(f"two files of an image have one path: {entry.path}")
    return [found[path] for path in sorted(found)]


def _folders(entries: Iterable[Entry]) -> list[str]:
    parents = {parent for entry in entries for parent in PurePosixPath(entry.path).parents}
    return sorted(str(parent) for parent in parents if str(parent) != ".")


def _folder(path: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(path)
    info.type, info.mode = tarfile.DIRTYPE, 0o755
    return info


def _file(entry: Entry) -> tarfile.TarInfo:
    info = tarfile.TarInfo(str(PurePosixPath(entry.path)))
    info.size, info.mode = entry.size, 0o755 if entry.executable else 0o644
    return info
