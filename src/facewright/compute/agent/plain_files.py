"""Plain files in folders that somebody else writes: no link is followed, nothing blocks."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from facewright.errors import TargetError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A FIFO opened for reading blocks until somebody writes, unless it is told not to.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Entry(NamedTuple):
    """Something in a folder; `path` has forward slashes and is relative to it."""

    path: str
    is_folder: bool


def parts_of(path: str) -> list[str]:
    """Return the names that make up a relative path.

    Raises:
        TargetError: It is empty or absolute, leads upwards, or is no path at all.
    """
    parts = path.split("/")
    if "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise TargetError(
            f"not a path in a job's folder: expected names with slashes between, received {path!r}"
        )
    return parts


@contextmanager
def open_plain(root: Path, path: str) -> Iterator[BinaryIO]:
    """Open a plain file below a folder without following a link on the way.

    Raises:
        FileNotFoundError: There is no such file.
        TargetError: It is a link, or no plain file, or lies behind a link.
    """
    *folders, name = parts_of(path)
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            handle = _next(handle, folder, _FOLDER, path)
        handle = _next(handle, name, _FILE, path)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise TargetError(f"not a plain file: {path!r}")
    except BaseException:
        os.close(handle)
        raise
    with os.fdopen(handle, "rb") as file:
        yield file


def _next(handle: int, name: str, flags: int, path: str) -> int:
    try:
        following = os.open(name, flags, dir_fd=handle)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise TargetError(f"not a plain file, or behind a link: {path!r}: {error}") from error
    os.close(handle)
    return following


def plain_entries(root: Path) -> Iterator[Entry]:
    """Yield the plain files and folders below a folder, each folder before what is in it.

    Links, FIFOs, sockets and devices are left out; an absent folder is an empty one.
    """
    if not root.is_symlink() and root.is_dir():
        yield from _below(root, "")


def _below(folder: Path, prefix: str) -> Iterator[Entry]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        path = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            yield Entry(path, is_folder=True)
            yield from _below(folder / entry.name, path + "/")
        elif entry.is_file(follow_symlinks=False):
            yield Entry(path, is_folder=False)
