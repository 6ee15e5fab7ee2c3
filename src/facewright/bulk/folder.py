"""A folder of this machine as a place."""

import os
from collections.abc import Iterator
from pathlib import Path

from facewright.bulk.stored import Stored
from facewright.errors import BulkError
from facewright.system.files import write_bytes


class FolderPlace:
    """Files below a folder; hidden ones are passed over, links to folders are not followed.

    Args:
        folder: Need not be there.

    Attributes:
        uri: Its absolute path.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.expanduser().absolute()
        self.uri = str(self._folder)

    def files(self, below: str = "") -> Iterator[Stored]:
        """Yield the files, each folder's in the order of their names."""
        for top, folders, names in os.walk(self._folder / below, onerror=_refuse):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(top, name)
                if name.startswith(".") or not path.is_file():
                    continue
                found = path.stat()
                relative = path.relative_to(self._folder).as_posix()
                yield Stored(relative, found.st_size, found.st_mtime_ns)

    def read(self, path: str) -> bytes:
        """Return a file's bytes."""
        try:
            return (self._folder / path).read_bytes()
        except OSError as error:
            raise BulkError(f"the file cannot be read: {path}: {error.strerror}") from error

    def has(self, path: str) -> bool:
        """Return whether there is such a file."""
        return (self._folder / path).is_file()

    def write(self, path: str, data: bytes) -> None:
        """Write a file beside its place, then move it there."""
        try:
            write_bytes(self._folder / path, data)
        except OSError as error:
            raise BulkError(
                f"the file cannot be written: {self._folder / path}: {error.strerror}",
                hint="make room, or name another folder with --to; what is done stays done",
            ) from error

    def remove(self, path: str) -> None:
        """Remove a file."""
        try:
            (self._folder / path).unlink(missing_ok=True)
        except OSError as error:
            raise BulkError(f"the file cannot be removed: {path}: {error.strerror}") from error


def _refuse(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise BulkError(f"the folder cannot be read: {error.filename}: {error.strerror}")
