"""Folders as a stream of bytes: for each file a line of JSON, then its bytes; an end line last.

A tar could hold links, devices and headers of any length, which would all have to be refused; this
can hold nothing but folders and plain files. A stream that breaks off has no end line.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from facewright.compute.agent.plain_files import Entry, open_plain, parts_of, plain_entries
from facewright.errors import TargetError, TargetUnreachable

_BLOCK = 1 << 18
_LONGEST_LINE = 1 << 16


class BrokenStream(TargetUnreachable):
    """Raised when a stream ends before its end line."""

    def __init__(self) -> None:
        super().__init__("the connection broke before all files had come")


class Limits(NamedTuple):
    """What a stream may hold at most."""

    files: int = 1_000_000
    bytes: int = 1 << 40


class Stream(Protocol):
    """Bytes from somewhere else."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""
        ...

    def readline(self, size: int, /) -> bytes:
        """Return bytes up to a line end, at most `size`."""
        ...


def pack_files(source: Path, files: Iterable[str]) -> Iterator[bytes]:
    """Yield a stream of these files of a folder.

    Raises:
        TargetError: One of them is not there, is not a plain file, or lies behind a link.
    """
    for path in files:
        yield from _packed(source, Entry(path, is_folder=False))
    yield _line({"end": True})


def pack_folder(folder: Path) -> Iterator[bytes]:
    """Yield a stream of the plain files and folders below a folder."""
    for entry in plain_entries(folder):
        yield from _packed(folder, entry)
    yield _line({"end": True})


def read_line(stream: Stream) -> dict[str, Any]:
    """Return the next line of JSON.

    Raises:
        TargetUnreachable: The stream ended.
        TargetError: It holds something else.
    """
    line = stream.readline(_LONGEST_LINE)
    if not line:
        raise BrokenStream
    try:
        content = json.loads(line)
    except ValueError:
        content = None
    if not line.endswith(b"\n") or not isinstance(content, dict):
        raise TargetError(f"not a line of a stream of files: {line[:80]!r}")
    return content


def unpack(stream: Stream, folder: Path, limits: Limits | None = None) -> None:
    """Write a stream's files into a new folder; what is there after an error is a part.

    Raises:
        TargetUnreachable: The stream ended before its end line.
        TargetError: It holds more than the limits, or a path that leads out, or something else.
    """
    limits = limits or Limits()
    folder.mkdir(parents=True)
    files = size = 0
    while not (line := read_line(stream)).get("end"):
        if "error" in line:
            raise TargetError(str(line["error"]))
        length = _length(line)
        files, size = files + 1, size + length
        if files > limits.files or size > limits.bytes:
            raise TargetError(
                f"too much to copy: expected at most {limits.files} files and {limits.bytes} bytes"
            )
        place = folder.joinpath(*parts_of(str(line.get("path"))))
        try:
            _unpack_one(stream, place, line, length)
        except (FileExistsError, NotADirectoryError) as error:
            raise TargetError(f"two files in the same place: {line['path']!r}") from error


def replace_folder(made: Path, destination: Path) -> None:
    """Put a finished folder in the place of another, which is removed then."""
    old = made.with_name(made.name + "-old")
    if destination.exists():
        destination.rename(old)
    made.rename(destination)
    shutil.rmtree(old, ignore_errors=True)


def _packed(root: Path, entry: Entry) -> Iterator[bytes]:
    if entry.is_folder:
        yield _line({"path": entry.path, "folder": True})
        return
    try:
        with open_plain(root, entry.path) as file:
            found = os.fstat(file.fileno())
            executable = bool(found.st_mode & 0o100)
            yield _line({"path": entry.path, "size": found.st_size, "executable": executable})
            yield from _exactly(file, found.st_size, entry.path)
    except FileNotFoundError:
        raise TargetError(f"the file is not there: {entry.path!r} in {root}") from None
    except OSError as error:
        raise TargetError(f"the file cannot be read: {entry.path!r}: {error}") from error


def _exactly(file: BinaryIO, size: int, path: str) -> Iterator[bytes]:
    # A file that grows meanwhile is sent as long as it was; one that shrinks cannot be.
    while size:
        block = file.read(min(size, _BLOCK))
        if not block:
            raise TargetError(
                f"the file became shorter while it was copied: {path!r}", hint="repeat the command"
            )
        size -= len(block)
        yield block


def _unpack_one(stream: Stream, place: Path, line: dict[str, Any], size: int) -> None:
    if line.get("folder"):
        place.mkdir(parents=True, exist_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    mode = 0o755 if line.get("executable") else 0o644
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(place, flags, mode), "wb") as file:
        while size:
            block = stream.read(min(size, _BLOCK))
            if not block:
                raise BrokenStream
            file.write(block)
            size -= len(block)


def _length(line: dict[str, Any]) -> int:
    size = line.get("size", 0)
    if isinstance(size, int) and size >= 0:
        return size
    raise TargetError(f"not a size in a stream of files: {size!r}")


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode() + b"\n"
