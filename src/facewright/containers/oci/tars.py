"""Reading tar archives from outside: compressed or not, and never more than they may come to.

A few kilobytes can claim to be terabytes, and one header of a tar archive can claim to be as long
as the memory; both end in an error here.
"""

import io
import lzma
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, cast

from facewright.containers.oci.compression import decompressed
from facewright.errors import ImageError

_BLOCK = 1 << 20
_LONGEST_READ = 16 << 20
_MOST_MEMBERS = 1_000_000
# Layers of real images come to at most ten times their size; text of one letter, to a thousand.
_RATIO, _SMALL = 200, 64 << 20
BROKEN = (OSError, EOFError, tarfile.TarError, lzma.LZMAError, zlib.error)
"""What reading an archive that is damaged, or none, raises."""
_HINT = "take it from a source that you trust"


def members(path: Path) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Yield each member of an archive, in its order; its content can be read until the next.

    Raises:
        ImageError: It claims too much, or has too many members.
        MissingLibrary: It is compressed with zstd, which is an extra.
        OSError: It cannot be read.
        tarfile.TarError: It is no tar archive.
    """
    with _opened(path) as content, tarfile.open(fileobj=content, mode="r:") as archive:
        for number, member in enumerate(archive):
            if number >= _MOST_MEMBERS:
                raise ImageError(f"an archive has more than {_MOST_MEMBERS:,} files: {path}")
            yield archive, member


@contextmanager
def whole_archive(path: Path, folder: Path) -> Iterator[tarfile.TarFile]:
    """Open an archive whose members are read in any order.

    Args:
        path: The archive.
        folder: Where one that is compressed is unpacked to meanwhile.

    Raises:
        ImageError: It claims too much.
        MissingLibrary: It is compressed with zstd, which is an extra.
        OSError: It cannot be read.
        tarfile.TarError: It is no tar archive.
    """
    with ExitStack() as stack:
        content = stack.enter_context(_opened(path))
        if not content.seekable():
            packed, content = content, stack.enter_context(tempfile.TemporaryFile(dir=folder))
            shutil.copyfileobj(packed, content, _BLOCK)
            content.seek(0)
            content = cast(IO[bytes], _Bounded(content, _limit(path), path, plain=True))
        yield stack.enter_context(tarfile.open(fileobj=content, mode="r:"))


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        content = decompressed(file)
        bounded = _Bounded(content, _limit(path), path, plain=content is file)
        yield cast(IO[bytes], bounded)


def _limit(path: Path) -> int:
    return path.stat().st_size * _RATIO + _SMALL


class _Bounded(io.RawIOBase):
    """A file that gives a limited number of bytes; where it is compressed, forwards only."""

    def __init__(self, file: IO[bytes], limit: int, path: Path, *, plain: bool) -> None:
        self._file = file
        self._limit = limit
        self._path = path
        self._plain = plain
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._plain

    def tell(self) -> int:
        return self._at

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        if self._plain:
            self._at = self._file.seek(position, whence)
        elif whence != io.SEEK_SET or position < self._at:
            raise tarfile.ReadError("the parts of the archive are not in order")
        else:
            while self._at < position and self.read(min(_BLOCK, position - self._at)):
                pass
        return self._at

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > _LONGEST_READ:
            raise ImageError(
                f"an archive claims a header of {size:,} bytes: {self._path}", hint=_HINT
            )
        data = self._file.read(size)
        self._at += len(data)
        if self._at > self._limit:
            raise ImageError(
                f"an archive comes to more than {self._limit:,} bytes, far more than its size: "
                f"{self._path}",
                hint=_HINT,
            )
        return data
