"""Wheels as files of an image: what an installer would put into site-packages.

Follows the binary distribution format (packaging.python.org, "Binary distribution format").
"""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from facewright.containers.oci.layer import Entry
from facewright.errors import ImageError

_MAX_FILE = 2 << 30
# Packages come to at most thirty times their wheels.
_RATIO, _SMALL = 200, 64 << 20
_ROOTS = {"purelib", "platlib"}


def wheel_entries(wheel: Path, root: str) -> Iterator[Entry]:
    """Yield the files of a wheel's packages, for the platform that the wheel was made for.

    Scripts, headers and data files are left out: a service is started as a module. The records of
    a package (`*.dist-info`) are there, so that it knows its version and entry points.

    Args:
        wheel: The file.
        root: Folder of the image that is on `sys.path`.

    Raises:
        ImageError: The file is no wheel, a name in it leads elsewhere, or it claims too much.
    """
    try:
        archive = zipfile.ZipFile(wheel)
    except (OSError, zipfile.BadZipFile) as error:
        raise ImageError(f"not a wheel: {wheel.name}: {error}") from error
    if sum(member.file_size for member in archive.infolist()) > _most(wheel):
        raise ImageError(
            f"the wheel {wheel.name} comes to far more bytes than any package",
            hint="take the package from a source that you trust",
        )
    for member in archive.infolist():
        if member.is_dir():
            continue
        path = _place(wheel, member)
        if path is not None:
            yield Entry(
                f"{root}/{path}", member.file_size, _opener(archive, member), _executable(member)
            )


def _most(wheel: Path) -> int:
    return wheel.stat().st_size * _RATIO + _SMALL


def _place(wheel: Path, member: zipfile.ZipInfo) -> PurePosixPath | None:
    path = PurePosixPath(member.filename)
    hostile = path.is_absolute() or ".." in path.parts or "\\" in member.filename
    if hostile or member.file_size > _MAX_FILE:
        raise ImageError(
            f"the wheel {wheel.name} holds a file that cannot be installed: {member.filename!r}",
            hint="take the package from a source that you trust",
        )
    if path.parts[0].endswith(".data"):
        kept = len(path.parts) > 2 and path.parts[1] in _ROOTS
        return PurePosixPath(*path.parts[2:]) if kept else None
    return path


def _executable(member: zipfile.ZipInfo) -> bool:
    # The Unix mode is in the upper half; see the ZIP file format's "external file attributes".
    return bool(member.external_attr >> 16 & 0o100)


def _opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(member)
