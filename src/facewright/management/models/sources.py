"""What lies at the path of a model to be: one file, or the files of a folder, and nothing else."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from facewright.errors import ManagementError
from facewright.system.outside_text import shown

_MOST_FILES = 10_000


@dataclass(frozen=True)
class Source:
    """A model to be.

    Attributes:
        path: A file or a folder.
        place: Where it lies in an image, relative, such as ``outputs/my_model.h5``.
        files: The files by their names, or by their paths in the folder.
        size: Bytes of all of them.
    """

    path: Path
    place: str
    files: dict[str, Path]
    size: int

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.path.is_dir()


def find_source(path: Path, limit: int, place: str | None = None) -> Source:
    """Look at what lies at a path.

    Args:
        path: A file or a folder.
        limit: Bytes that all files may have together.
        place: Where it lies in an image; None for the path itself if it is relative, and else for
            its name.

    Raises:
        ManagementError: There is nothing, or something besides files and folders, or too much.
    """
    files = dict(_files(path))
    if not files:
        raise ManagementError(f"the folder holds no files: {path}")
    size = sum(file.stat().st_size for file in files.values())
    if size > limit:
        raise ManagementError(
            f"the model is too large: expected at most {limit} bytes, {path} has {size}",
            hint="raise it with --limit MEGABYTES, or leave out what serving does not need",
        )
    return Source(path, place or _place(path), files, size)


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    if path.is_symlink():
        raise _refusal(path, "a link")
    if not path.exists():
        raise ManagementError(
            f"there is no such file or folder: {path}", hint="name one with --model"
        )
    if path.is_file():
        yield _checked(path.absolute().name), path
        return
    if not path.is_dir():
        raise _refusal(path, _kind(path))
    yield from _files_in(path)


def _files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    count = 0
    for place, folders, names in os.walk(folder, onerror=_unreadable):
        folders.sort()
        for name in sorted((*folders, *names)):
            each = Path(place, name)
            kind = _kind(each)
            if kind not in ("file", "folder"):
                raise _refusal(each, kind)
        for name in sorted(names):
            count += 1
            if count > _MOST_FILES:
                raise ManagementError(
                    f"too many files: expected at most {_MOST_FILES} in {folder}",
                    hint="put them into one archive",
                )
            each = Path(place, name)
            yield _checked(each.relative_to(folder).as_posix()), each


def _kind(path: Path) -> str:
    mode = path.lstat().st_mode
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "a link" if stat.S_ISLNK(mode) else "a device, a pipe or a socket"


def _place(path: Path) -> str:
    pure = PurePosixPath(path.as_posix())
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        return path.resolve().name or "model"
    return pure.as_posix()


def _checked(path: str) -> str:
    if not path.isprintable() or "\\" in path or len(path) > 1000:
        raise ManagementError(
            "not a file's name that can be kept: expected at most 1000 visible characters and no "
            f"backslash, received {shown(path)}",
            hint="rename it",
        )
    return path


def _refusal(path: Path, kind: str) -> ManagementError:
    return ManagementError(
        f"not a file or a folder: expected one, received {kind}: {path}",
        hint="name the file itself, or copy what is meant into the folder",
    )


def _unreadable(error: OSError) -> None:
    raise ManagementError(f"the folder cannot be read: {error.filename}: {error.strerror}")
