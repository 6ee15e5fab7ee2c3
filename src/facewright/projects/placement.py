"""Moving a folder that was built beside its place there, so that it can be taken back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from facewright.errors import ProjectError


class Placement:
    """One folder on its way into place.

    Args:
        built: The folder as it was built, beside its place.
        place: Where it goes.
        merge: Whether `place` may hold files; those stay as they are, and only files that are not
            there are added.

    Raises:
        ProjectError: A file would be written through a link.
    """

    def __init__(self, built: Path, place: Path, *, merge: bool = False) -> None:
        self._built = built
        self._place = place
        self._merge = merge and place.exists()
        self._was_there = place.exists()
        self._moved: list[Path] = []
        self._made: list[Path] = []
        if self._merge:
            self._check_links()

    def do(self) -> None:
        """Move the folder; a failure half-way is taken back by `undo`."""
        if self._merge:
            self._add_files()
            return
        if self._was_there:
            self._place.rmdir()
        self._built.rename(self._place)
        self._moved.append(self._place)

    def undo(self) -> None:
        """Take back what was done; what was there before is there again."""
        if self._merge:
            for path in reversed(self._moved):
                path.rename(self._built / path.relative_to(self._place))
            for folder in reversed(self._made):
                folder.rmdir()
            return
        if self._moved:
            self._place.rename(self._built)
        if self._was_there:
            self._place.mkdir(exist_ok=True)

    def _add_files(self) -> None:
        for relative in self._files():
            target = self._place / relative
            if os.path.lexists(target):
                continue
            for folder in reversed(relative.parents[:-1]):
                self._make(self._place / folder)
            (self._built / relative).rename(target)
            self._moved.append(target)

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir()
            self._made.append(folder)

    def _files(self) -> list[Path]:
        found = [path for path in self._built.rglob("*") if not path.is_dir()]
        # The record last: a folder is a project when all of it is there.
        found.sort(key=lambda path: (path.name == "project.json", path))
        return [path.relative_to(self._built) for path in found]

    def _check_links(self) -> None:
        for relative in self._files():
            for folder in relative.parents[:-1]:
                if (self._place / folder).is_symlink():
                    raise ProjectError(
                        f"the folder {self._place / folder} is a link, and files would be written "
                        "where it leads",
                        hint="remove the link, or choose another folder; nothing was written",
                    )


@contextmanager
def taken_back(placement: Placement) -> Iterator[None]:
    """Undo a placement when the block fails."""
    try:
        yield
    except BaseException:
        placement.undo()
        raise
