"""Blobs: files that are named by the SHA-256 of their bytes."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from facewright.errors import ImageError
from facewright.system.digest import of_file

BLOCK = 1 << 20


class HashingFile:
    """A file being written, and the SHA-256 of what was written so far.

    Attributes:
        digest: ``sha256:…`` of the bytes until now.
        size: How many they are.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        """Write and hash the bytes."""
        self._hash.update(data)
        self.size += len(data)
        return self._file.write(data)

    def tell(self) -> int:
        """Return where the next byte goes."""
        return self.size

    @property
    def digest(self) -> str:
        """Return the digest of the bytes until now."""
        return f"sha256:{self._hash.hexdigest()}"


class Blobs:
    """The folder `blobs/` of an image layout; several processes may write to it at once.

    Args:
        folder: Holds ``sha256/<64 hex digits>``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Return where the blob is or would be."""
        algorithm, _, name = digest.partition(":")
        return self.folder / algorithm / name

    def has(self, digest: str) -> bool:
        """Return whether the blob is there."""
        return self.path(digest).is_file()

    @contextmanager
    def writing(self) -> Iterator[HashingFile]:
        """Yield a file that becomes a blob when the block ends well."""
        place = self.folder / "sha256"
        place.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place, prefix=".")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb", buffering=BLOCK) as file:
                hashing = HashingFile(file)
                yield hashing
            temporary.chmod(0o644)
            temporary.replace(self.path(hashing.digest))
        finally:
            temporary.unlink(missing_ok=True)

    def write(self, data: bytes) -> str:
        """Keep the bytes and return their digest."""
        with self.writing() as file:
            file.write(data)
        return file.digest

    def read(self, digest: str, limit: int = 8 << 20) -> bytes:
        """Return the bytes of a small blob, checked.

        Raises:
            ImageError: It is missing, larger than `limit` bytes, or its bytes are others.
        """
        path = self.path(digest)
        try:
            size = path.stat().st_size
        except OSError:
            raise _missing(digest) from None
        if size > limit:
            raise ImageError(
                f"a blob is too large to be read as text: {digest} has {size} bytes, "
                f"the limit is {limit}"
            )
        self.check(digest)
        return path.read_bytes()

    def check(self, digest: str) -> None:
        """Make sure that the blob's bytes are those it is named by.

        Raises:
            ImageError: It is missing or damaged.
        """
        path = self.path(digest)
        if not path.is_file():
            raise _missing(digest)
        found = of_file(path)
        if found != digest:
            raise ImageError(
                f"a part of an image is damaged: {path.name} should have the digest {digest}, "
                f"has {found}",
                hint="remove that file and build or fetch the image again",
            )


def tar_target(file: HashingFile) -> IO[bytes]:
    """Return `file` as what `tarfile` takes: it needs `write` and `tell` only."""
    return cast(IO[bytes], file)


def _missing(digest: str) -> ImageError:
    return ImageError(
        f"a part of an image is missing: {digest}", hint="build or fetch the image again"
    )
