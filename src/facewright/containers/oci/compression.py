"""How layers and archives are compressed, seen by their first bytes."""

import bz2
import gzip
import lzma
from types import ModuleType
from typing import IO, cast

from facewright.errors import MissingLibrary

_GZIP_LEVEL = 6
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def decompressed(file: IO[bytes]) -> IO[bytes]:
    """Return what is in a file: with gzip, bzip2, xz or zstd, or `file` itself.

    Args:
        file: At its beginning; can be moved in.

    Raises:
        MissingLibrary: It is compressed with zstd, which is an extra.
    """
    start = file.read(6)
    file.seek(0)
    if start.startswith(_GZIP):
        return cast(IO[bytes], gzip.GzipFile(fileobj=file))
    if start.startswith(b"BZh"):
        return cast(IO[bytes], bz2.BZ2File(file))
    if start.startswith(b"\xfd7zXZ\x00"):
        return cast(IO[bytes], lzma.LZMAFile(file))
    if start.startswith(_ZSTD):
        reader = _zstandard().ZstdDecompressor().stream_reader(file, read_across_frames=True)
        return cast(IO[bytes], reader)
    return file


def compressor(target: IO[bytes], how: str) -> IO[bytes]:
    """Return a file that writes what it is given to `target`, compressed, until it is closed.

    Args:
        target: Stays open.
        how: ``gzip`` or ``zstd``.

    Raises:
        MissingLibrary: zstd is an extra.
    """
    if how == "gzip":
        packed = gzip.GzipFile("", "wb", _GZIP_LEVEL, fileobj=target, mtime=0)
        return cast(IO[bytes], packed)
    writer = _zstandard().ZstdCompressor().stream_writer(target, closefd=False)
    return cast(IO[bytes], writer)


def suffix(start: bytes) -> str:
    """Return what the media type of a layer ends with that begins with these bytes."""
    return {_GZIP: "+gzip"}.get(start[:2], {_ZSTD: "+zstd"}.get(start[:4], ""))


def _zstandard() -> ModuleType:
    try:
        import zstandard
    except ImportError as error:
        raise MissingLibrary(
            "zstd needs the library zstandard, which is not installed",
            hint="run `pip install 'facewright[registry]'`; for a push, --compression gzip does it",
        ) from error
    return zstandard
