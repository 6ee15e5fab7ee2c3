"""The folder of a gallery: a header, a file for each person, one writer at a time.

::

    my_model.gallery/gallery.json         format, contract id, dimension
    my_model.gallery/people/<key>.json    one person

A gallery without people has no folder. Files appear and go whole, and nothing derived is kept
beside them, so a person who is removed leaves no trace.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from facewright.gallery.header import Header, header_bytes, parse_header
from facewright.system.files import write_bytes

if sys.platform != "win32":
    import fcntl

_MOST_HEADER_BYTES = 10_000
# A file system's clock may tick this rarely; a change within one tick could go unseen.
_TICK_NS = 100_000_000
_STAGED = ".gallery-"


class Stamp(NamedTuple):
    """When a file or a folder last changed."""

    modified: int
    inode: int


class FolderStore:
    """A gallery in a folder; see `facewright.gallery.store`.

    Args:
        folder: Such as ``outputs/my_model.gallery``; it need not be there.
    """

    remote = False

    def __init__(self, folder: Path) -> None:
        self.where = str(folder)
        self.own_changes = 0
        self._folder = folder

    def header(self) -> Header | None:
        """Return the header; None where there is no gallery.

        Raises:
            GalleryError: It is damaged, or of an unknown format.
        """
        path = _header_path(self._folder)
        try:
            with path.open("rb") as file:
                return parse_header(file.read(_MOST_HEADER_BYTES), str(path))
        except FileNotFoundError:
            return None

    def stamp(self) -> Hashable | None:
        """Return what differs after every change; None just after one.

        Every change moves a file into or out of the people's folder. One `stat` call.
        """
        try:
            found = _stamp(_people_path(self._folder).stat())
        except FileNotFoundError:
            return "nobody"
        return found if _settled(found) else None

    def versions(self) -> Mapping[str, Hashable]:
        """Return everybody's key, in order, and what differs after a change to that person."""
        found: dict[str, Stamp] = {}
        with suppress(FileNotFoundError), os.scandir(_people_path(self._folder)) as entries:
            for entry in _visible(entries):
                with suppress(FileNotFoundError):  # removed meanwhile
                    found[entry.name.removesuffix(".json")] = _stamp(entry.stat())
        # An object equals nothing but itself: what changed just now is read once more.
        return {key: found[key] if _settled(found[key]) else object() for key in sorted(found)}

    def read(self, keys: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the records of these people, in the order of their keys; some may be gone."""
        for key in sorted(keys):
            with suppress(FileNotFoundError):
                yield key, (_people_path(self._folder) / f"{key}.json").read_bytes()

    @contextmanager
    def writing(self) -> Iterator["FolderChanges"]:
        """Wait until no other process writes to the gallery, and keep others out.

        The folder above is locked itself: a lock file would stay behind.
        """
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        if sys.platform == "win32":  # folders cannot be locked there
            yield FolderChanges(self._folder)
            self.own_changes += 1
            return
        handle = os.open(self._folder.parent, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield FolderChanges(self._folder)
            self.own_changes += 1
        finally:
            os.close(handle)


class FolderChanges:
    """What the sole writer of a folder may do; each call is done when it returns.

    Args:
        folder: The gallery's folder; made when it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, header: Header, records: Mapping[str, bytes]) -> None:
        """Write people, new ones or in place of who has the key, all of them or none.

        Of several, none may have a key that is taken.
        """
        if len(records) == 1 and _header_path(self._folder).exists():
            [(key, data)] = records.items()
            write_bytes(_people_path(self._folder) / f"{key}.json", data)
        else:
            _write_people(self._folder, header, records)

    def drop(self, key: str) -> None:
        """Remove a person's file, and the folder with the last one."""
        people = _people_path(self._folder)
        (people / f"{key}.json").unlink()
        _sweep(self._folder)
        with os.scandir(people) as entries:
            empty = not any(True for _ in _visible(entries))
        if empty:
            shutil.rmtree(self._folder)


def _header_path(folder: Path) -> Path:
    return folder / "gallery.json"


def _people_path(folder: Path) -> Path:
    return folder / "people"


def _visible(entries: Iterator["os.DirEntry[str]"]) -> Iterator["os.DirEntry[str]"]:
    # Hidden ones are temporary files of writers that were killed.
    return (each for each in entries if each.name.endswith(".json") and each.name[0] != ".")


def _stamp(found: os.stat_result) -> Stamp:
    return Stamp(found.st_mtime_ns, found.st_ino)


def _settled(stamp: Stamp) -> bool:
    """Whether a later change is sure to have another stamp."""
    return time.time_ns() - stamp.modified > _TICK_NS


def _write_people(folder: Path, header: Header, files: Mapping[str, bytes]) -> None:
    """Add new people's files, all of them or none; none of the keys is taken."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = not folder.exists()
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=_STAGED) as name:
        staged = Path(name)
        for key, data in files.items():
            write_bytes(staged / f"{key}.json", data)
        try:
            _prepare(folder, header)
            _move_all(staged, _people_path(folder), list(files))
        except BaseException:
            if fresh:
                shutil.rmtree(folder, ignore_errors=True)
            raise


def _sweep(folder: Path) -> None:
    # What writers that were killed left behind may hold the person as well.
    for leftover in _people_path(folder).glob(".*.json"):
        leftover.unlink(missing_ok=True)
    for leftover in folder.parent.glob(f"{_STAGED}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _prepare(folder: Path, header: Header) -> None:
    _people_path(folder).mkdir(parents=True, exist_ok=True)
    if not _header_path(folder).exists():
        write_bytes(_header_path(folder), header_bytes(header))


def _move_all(source: Path, target: Path, keys: list[str]) -> None:
    moved: list[Callable[[], None]] = []
    try:
        for key in keys:
            destination = target / f"{key}.json"
            (source / f"{key}.json").rename(destination)
            moved.append(destination.unlink)
    except BaseException:
        for undo in moved:
            with suppress(OSError):
                undo()
        raise
