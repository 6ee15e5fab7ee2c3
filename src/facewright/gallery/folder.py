"""The folder of a gallery: a header, a file for each person, one writer at a time.

::

    my_model.gallery/gallery.json         format, contract id, dimension
    my_model.gallery/people/<key>.json    one person

A gallery without people has no folder. Files appear and go whole, and nothing derived is kept
beside them, so a person who is removed leaves no trace.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from facewright.errors import GalleryError
from facewright.system.files import write_bytes

if sys.platform != "win32":
    import fcntl

_MOST_HEADER_BYTES = 10_000
# A file system's clock may tick this rarely; a change within one tick could go unseen.
_TICK_NS = 100_000_000
_STAGED = ".gallery-"


class Header(BaseModel):
    """What a gallery, or an export of one, says about itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    contract_id: str = Field(min_length=1, max_length=500)
    dimension: int = Field(ge=1, le=4096)
    format: Literal[1] = 1


class Stamp(NamedTuple):
    """When the people of a gallery last changed; None stands for no gallery."""

    modified: int
    inode: int


def header_path(folder: Path) -> Path:
    """Return the path of the header."""
    return folder / "gallery.json"


def people_path(folder: Path) -> Path:
    """Return the path of the people's folder."""
    return folder / "people"


def person_files(folder: Path) -> list[Path]:
    """Return the people's files, in the order of their keys."""
    place = people_path(folder)
    try:
        names = sorted(file.name for file in place.iterdir())
    except FileNotFoundError:
        return []
    # Hidden ones are temporary files of writers that were killed.
    return [place / name for name in names if name.endswith(".json") and name[0] != "."]


def read_header(folder: Path) -> Header | None:
    """Read the header; None where there is no gallery.

    Raises:
        GalleryError: It is damaged, or of an unknown format.
    """
    path = header_path(folder)
    try:
        with path.open("rb") as file:
            return parse_header(file.read(_MOST_HEADER_BYTES), str(path))
    except FileNotFoundError:
        return None


def parse_header(data: bytes, source: str) -> Header:
    """Read a header's bytes.

    Raises:
        GalleryError: It is damaged, or of an unknown format.
    """
    try:
        return Header.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise GalleryError(
            f"{source} is not a gallery of format 1: {first['msg']}",
            hint="use the version of Facewright that wrote it",
        ) from error


def header_bytes(header: Header) -> bytes:
    """Return a header's bytes, one line."""
    return json.dumps(header.model_dump(), sort_keys=True).encode() + b"\n"


def write_people(folder: Path, header: Header, files: dict[str, bytes]) -> None:
    """Add new people's files, all of them or none.

    Args:
        folder: The gallery's folder; made when it is not there.
        header: Its header.
        files: Contents by key; none of the keys is taken.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = not folder.exists()
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=_STAGED) as name:
        staged = Path(name)
        for key, data in files.items():
            write_bytes(staged / f"{key}.json", data)
        try:
            _prepare(folder, header)
            _move_all(staged, people_path(folder), list(files))
        except BaseException:
            if fresh:
                shutil.rmtree(folder, ignore_errors=True)
            raise


def replace_person(folder: Path, header: Header, key: str, data: bytes) -> None:
    """Write one person's file, whole or not at all."""
    if header_path(folder).exists():
        write_bytes(people_path(folder) / f"{key}.json", data)
    else:
        write_people(folder, header, {key: data})


def drop_person(folder: Path, key: str) -> None:
    """Remove a person's file, and the folder with the last one; call it as the sole writer."""
    (people_path(folder) / f"{key}.json").unlink()
    _sweep(folder)
    if not person_files(folder):
        shutil.rmtree(folder)


@contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Wait until no other process writes to the gallery, and keep others out.

    The folder above is locked itself: a lock file would stay behind.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":  # folders cannot be locked there
        yield
        return
    handle = os.open(folder.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def stamp(folder: Path) -> Stamp | None:
    """Return the gallery's stamp: every change moves a file into or out of the people's folder."""
    try:
        found = people_path(folder).stat()
    except FileNotFoundError:
        return None
    return Stamp(found.st_mtime_ns, found.st_ino)


def settled(stamp: Stamp | None) -> bool:
    """Whether a later change is sure to have another stamp."""
    return stamp is None or time.time_ns() - stamp.modified > _TICK_NS


def _sweep(folder: Path) -> None:
    # What writers that were killed left behind may hold the person as well.
    for leftover in people_path(folder).glob(".*.json"):
        leftover.unlink(missing_ok=True)
    for leftover in folder.parent.glob(f"{_STAGED}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _prepare(folder: Path, header: Header) -> None:
    people_path(folder).mkdir(parents=True, exist_ok=True)
    if not header_path(folder).exists():
        write_bytes(header_path(folder), header_bytes(header))


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
