"""The files of a manifest: plain files below one folder, which keep their relative paths."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from facewright.errors import ManagementError
from facewright.system.outside_text import shown

_MOST_FILES = 10_000
_MOST_BYTES = 1_000_000_000
_LONGEST = 1000
_LEFT_OUT = {"__pycache__", ".git", ".facewright", ".ipynb_checkpoints", ".venv"}


def checked_path(given: str, what: str) -> str:
    """Return a path below the folder of a manifest in its shortest form.

    Args:
        given: As somebody named it.
        what: Such as ``the schema``.

    Raises:
        ManagementError: It is absolute, leads upwards, or has characters that cannot be seen.
    """
    path = PurePosixPath(given)
    if not given.isprintable() or "\\" in given or len(given) > _LONGEST:
        raise ManagementError(
            f"{what} has a name that no image can hold: {shown(given)}",
            hint="use visible characters and forward slashes",
        )
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ManagementError(
            f"{what} lies elsewhere: expected a path below the current folder, "
            f"received {shown(given)}",
            hint="go to the folder that holds it, or copy it there; paths stay in the image as "
            "they are named",
        )
    return path.as_posix()


def plain_file(folder: Path, path: str, what: str) -> Path:
    """Return where a file is.

    Args:
        folder: Of the manifest.
        path: From `checked_path`.
        what: Such as ``the schema``.

    Raises:
        ManagementError: There is none, it is no plain file, or a link leads out of the folder.
    """
    place = folder / path
    _check_inside(folder, place, path, what)
    if not stat.S_ISREG(place.stat().st_mode):
        raise ManagementError(f"{what} is not a file: {shown(path)}")
    return place


def read_limited(file: Path, limit: int, what: str) -> bytes:
    """Return the bytes of a small file.

    Raises:
        ManagementError: It cannot be read, or is larger than `limit` bytes.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(limit + 1)
    except OSError as error:
        raise ManagementError(f"{what} cannot be read: {file}: {error.strerror}") from error
    if len(data) > limit:
        raise ManagementError(
            f"{what} is too large: expected at most {limit} bytes, {file.name} has "
            f"{file.stat().st_size}"
        )
    return data


def given_files(folder: Path, extras: Iterable[str]) -> dict[str, Path]:
    """Return the files that were named one by one, and those in the folders that were named.

    Python's caches, git's own files and virtual environments are left out of folders.

    Returns:
        Where each file is, by its path below `folder`.

    Raises:
        ManagementError: One is missing, is a device or a link that leads out, or they are too many.
    """
    found: dict[str, Path] = {}
    size = 0
    for extra in extras:
        for path in _below(folder, checked_path(extra, "a dependency")):
            found[path] = plain_file(folder, path, "a dependency")
            size += found[path].stat().st_size
            if len(found) > _MOST_FILES or size > _MOST_BYTES:
                raise ManagementError(
                    f"the dependencies are too large: expected at most {_MOST_FILES} files and "
                    f"{_MOST_BYTES // 1_000_000} MB, {shown(extra)} has more",
                    hint="name what the script needs; models belong to -i or -m",
                )
    return found


def _below(folder: Path, path: str) -> Iterator[str]:
    place = folder / path
    _check_inside(folder, place, path, "a dependency")
    if not place.is_dir():
        yield path
        return
    for above, folders, names in os.walk(place, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT)
        for name in folders:
            if Path(above, name).is_symlink():
                raise _link(Path(above, name).relative_to(folder).as_posix())
        for name in sorted(names):
            relative = Path(above, name).relative_to(folder).as_posix()
            yield checked_path(relative, "a dependency")


def _check_inside(folder: Path, place: Path, path: str, what: str) -> None:
    try:
        real = place.resolve(strict=True)
    except (OSError, RuntimeError):
        raise ManagementError(
            f"{what} is not there: {shown(path)}", hint=f"it is looked for in {folder}"
        ) from None
    if not real.is_relative_to(folder.resolve()):
        raise _link(path)


def _link(path: str) -> ManagementError:
    return ManagementError(
        f"a link leads to what no image can hold: {shown(path)}",
        hint="copy what it points to into the folder",
    )


def _unreadable(error: OSError) -> None:
    raise ManagementError(f"a folder cannot be read: {error.filename}: {error.strerror}")
