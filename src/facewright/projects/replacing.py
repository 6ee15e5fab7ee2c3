"""Replacing files of a folder, all of them or none."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from facewright.errors import SnapshotError
from facewright.projects.known_files import EXECUTABLE
from facewright.system.files import write_text

_STAGE = Path(".facewright") / "restoring"


def replace_files(folder: Path, modes: Mapping[str, int], content: Callable[[str], bytes]) -> None:
    """Write files of a folder so that each is whole, and all of them or none.

    Everything is written aside first. When a file cannot be put in its place, those before it get
    back what they held.

    Args:
        folder: The folder.
        modes: The paths below it to write, each `PLAIN` or `EXECUTABLE`.
        content: Returns what a path shall hold.

    Raises:
        SnapshotError: Something is in the way, or the disk is full; nothing was changed.
    """
    for path in modes:
        check_free(folder, path)
    try:
        with _stage(folder) as stage:
            for number, path in enumerate(modes):
                _write(stage / f"new-{number}", content(path), modes[path])
            _put_in_place(folder, stage, list(modes))
    except OSError as error:
        raise SnapshotError(
            f"the files cannot be restored: {error.strerror}: {error.filename}",
            hint="mend that and try again; nothing was changed",
        ) from error


def check_free(folder: Path, path: str) -> None:
    """See that a file can be put at `path`: only folders above it, a plain file or none there.

    Raises:
        SnapshotError: Something else is there.
    """
    place = folder
    for part in path.split("/")[:-1]:
        place = place / part
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            raise _in_the_way(place, "a folder")
    place = folder / path
    if place.is_symlink() or (place.exists() and not place.is_file()):
        raise _in_the_way(place, "a plain file")


@contextmanager
def _stage(folder: Path) -> Iterator[Path]:
    stage = folder / _STAGE
    if stage.parent.is_symlink() or stage.is_symlink():
        raise _in_the_way(stage, "a folder")
    shutil.rmtree(stage, ignore_errors=True)  # somebody was killed
    stage.mkdir(parents=True)
    try:
        write_text(stage / ".gitignore", "*\n")
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _put_in_place(folder: Path, stage: Path, paths: list[str]) -> None:
    with ExitStack() as undo:
        for number, path in enumerate(paths):
            place = folder / path
            for made in _make_folders(place.parent):
                undo.callback(made.rmdir)
            if place.exists():
                old = stage / f"old-{number}"
                shutil.copy2(place, old)
                undo.callback(os.replace, old, place)
            else:
                undo.callback(place.unlink, missing_ok=True)
            (stage / f"new-{number}").replace(place)
        undo.pop_all()


def _make_folders(folder: Path) -> Iterator[Path]:
    if not folder.exists():
        yield from _make_folders(folder.parent)
        folder.mkdir()
        yield folder


def _write(place: Path, data: bytes, mode: int) -> None:
    place.write_bytes(data)
    if mode == EXECUTABLE:
        readable = place.stat().st_mode & 0o444
        place.chmod(place.stat().st_mode | readable >> 2)


def _in_the_way(place: Path, expected: str) -> SnapshotError:
    return SnapshotError(
        f"the files cannot be restored: expected {expected}, or nothing, at {place}",
        hint="move it away and try again; nothing was changed",
    )
