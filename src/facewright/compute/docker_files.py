"""Files to and from containers: tar archives, since engines speak nothing else.

Those that come were written by whoever runs in the container, or by an engine far away: they are
read as data. Nothing but folders and plain files is made of them, below one new folder.
"""

import os
import shutil
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from io import BufferedIOBase, BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO

from facewright.compute.agent.plain_files import open_plain, parts_of
from facewright.containers.engine import Pieces
from facewright.errors import TargetError

_PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE)
_BLOCK = 1 << 18
_MOST_ENTRIES = 1_000_000
_SPARE_BYTES = 64 << 20


class Packing:
    """A tar archive in the making.

    Args:
        file: Where to.
        owner: User and group of all that is in it.
    """

    def __init__(self, file: IO[bytes], owner: tuple[int, int] = (0, 0)) -> None:
        self._tar = tarfile.TarFile(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)
        self._owner = owner
        self._folders: set[str] = set()

    def folder(self, path: str) -> None:
        """Add a folder, once."""
        if path not in self._folders:
            self._folders.add(path)
            entry = self._entry(path, 0o755)
            entry.type = tarfile.DIRTYPE
            self._tar.addfile(entry)

    def data(self, path: str, data: bytes) -> None:
        """Add a file of these bytes."""
        entry = self._entry(path, 0o644)
        entry.size = len(data)
        self._tar.addfile(entry, BytesIO(data))

    def file(self, path: str, root: Path, name: str) -> None:
        """Add the plain file `name` below `root`, behind no link.

        Raises:
            TargetError: It is not there, or is no plain file.
        """
        try:
            with open_plain(root, name) as file:
                found = os.fstat(file.fileno())
                entry = self._entry(path, 0o755 if found.st_mode & 0o100 else 0o644)
                entry.size, entry.mtime = found.st_size, int(found.st_mtime)
                self._tar.addfile(entry, file)
        except FileNotFoundError:
            raise TargetError(f"the file is not there: {name!r} in {root}") from None
        except OSError as error:
            raise TargetError(f"the file cannot be sent: {name!r} in {root}: {error}") from error

    def close(self) -> None:
        """Write the archive's end."""
        self._tar.close()

    def _entry(self, path: str, mode: int) -> tarfile.TarInfo:
        entry = tarfile.TarInfo(path)
        entry.mode = mode
        entry.uid, entry.gid = self._owner
        return entry


@contextmanager
def packed(owner: tuple[int, int] = (0, 0)) -> Iterator[tuple[Packing, IO[bytes]]]:
    """Yield an archive to fill, and the temporary file to read it from once it is closed."""
    with TemporaryFile() as file:
        yield Packing(file, owner), file


def finish(packing: Packing, file: IO[bytes]) -> IO[bytes]:
    """Close the archive and return its file, at its start."""
    packing.close()
    file.seek(0)
    return file


def pack_job(packing: Packing, folder: str, source: Path, files: Iterable[str]) -> None:
    """Add a job's files below `folder`, with their folders, which the job's user owns too."""
    for name in files:
        parents = PurePosixPath(*parts_of(name)).parents
        for parent in reversed([*parents][:-1]):
            packing.folder(f"{folder}/{parent}")
        packing.file(f"{folder}/{name}", source, name)


def unpack(pieces: Pieces, folder: Path) -> None:
    """Write the plain files of an archive of one folder into a new one.

    Raises:
        TargetError: The archive is damaged, leads out of the folder, or is too large for the disk.
    """
    made: set[str] = set()
    try:
        # Closed whatever happens: an engine cannot remove a container whose files are being read.
        with closing(pieces), tarfile.open(fileobj=_Stream(pieces), mode="r|", errorlevel=2) as tar:
            folder.mkdir(parents=True)
            for count, entry in enumerate(tar):
                if count > _MOST_ENTRIES:
                    raise TargetError(f"too much to copy: more than {_MOST_ENTRIES} files")
                _unpack_one(tar, entry, folder, made)
    except (tarfile.TarError, OSError, ValueError) as error:
        raise TargetError(f"the files of the container cannot be read: {error}") from error


def is_folder(pieces: Pieces) -> bool:
    """Return whether an archive begins with a folder."""
    return _first(pieces).isdir()


def read_one(pieces: Pieces, offset: int, most: int) -> bytes:
    """Return bytes of the one plain file in an archive.

    Raises:
        TargetError: The archive is damaged, or holds something else.
    """
    try:
        with closing(pieces), tarfile.open(fileobj=_Stream(pieces), mode="r|", errorlevel=2) as tar:
            entry = tar.next()
            file = tar.extractfile(entry) if entry and entry.type in _PLAIN else None
            if file is None:
                raise TargetError("not a plain file in the container")
            _skip(file, offset)
            return file.read(most)
    except (tarfile.TarError, OSError, ValueError) as error:
        raise TargetError(f"the file of the container cannot be read: {error}") from error


def _first(pieces: Pieces) -> tarfile.TarInfo:
    try:
        with closing(pieces), tarfile.open(fileobj=_Stream(pieces), mode="r|", errorlevel=2) as tar:
            entry = tar.next()
    except (tarfile.TarError, OSError, ValueError) as error:
        raise TargetError(f"the files of the container cannot be read: {error}") from error
    if entry is None:
        raise TargetError("the container sent an empty archive")
    return entry


def _unpack_one(tar: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path, made: set[str]) -> None:
    inside = _inside(entry.name)
    if inside is None:
        return
    place = folder / inside
    if entry.isdir():
        place.mkdir(parents=True, exist_ok=True)
    elif entry.type in _PLAIN:
        _check_room(entry, folder)
        content = tar.extractfile(entry)
        if content is not None:
            _write(place, content, executable=bool(entry.mode & 0o100))
            made.add(inside)
    elif entry.islnk():
        # A second name of a file that came already is a copy of it; any other link is left out.
        first = _inside(entry.linkname)
        if first in made:
            with (folder / str(first)).open("rb") as content:
                _write(place, content, executable=False)


def _skip(file: IO[bytes], size: int) -> None:
    while size and (block := file.read(min(size, _BLOCK))):
        size -= len(block)


def _inside(name: str) -> str | None:
    """Return the path below the archive's one folder, or None for that folder itself."""
    parts = parts_of(name.rstrip("/"))
    return "/".join(parts[1:]) or None


def _check_room(entry: tarfile.TarInfo, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if entry.size > free - _SPARE_BYTES:
        raise TargetError(
            f"no room for {entry.name!r}: it has {entry.size} bytes, and {free} are free",
            hint="make room on this machine, or let the script write less",
        )


def _write(place: Path, content: IO[bytes], *, executable: bool) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(place, flags, 0o755 if executable else 0o644), "wb") as file:
        shutil.copyfileobj(content, file)


class _Stream(BufferedIOBase):
    """Pieces of bytes as a file that can only be read on."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = size if size is not None and size >= 0 else 1 << 62
        parts, length = [self._rest], len(self._rest)
        while length < wanted and (piece := next(self._pieces, None)) is not None:
            parts.append(piece)
            length += len(piece)
        data = b"".join(parts)
        self._rest = data[wanted:]
        return data[:wanted]
