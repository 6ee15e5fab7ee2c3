"""Names of artefacts that stay below the folder they are written to."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from facewright.errors import RunError


def is_safe(path: str) -> bool:
    """Return whether a relative path with forward slashes leads nowhere but down."""
    pure = PurePosixPath(path)
    return (
        0 < len(path) <= 1000
        and not pure.is_absolute()
        and pure.as_posix() == path
        and ".." not in pure.parts
        and path != "."
        and "\\" not in path
        and path.isprintable()
        and _can_be_written(path)
    )


def checked_artefact(path: str) -> str:
    """Return an artefact's path when it is one.

    Raises:
        RunError: It leads elsewhere.
    """
    if not is_safe(path):
        raise RunError(
            f"not an artefact: expected a relative path, received {path[:100]!r}",
            hint="`facewright history info -r RUN` lists the artefacts of a run",
        )
    return path


def below(folder: Path, path: str) -> Path:
    """Return the place of a safe path in a folder.

    Raises:
        RunError: The path is not safe, or a link in the folder leads out of it.
    """
    place = folder / checked_artefact(path)
    if not place.parent.resolve().is_relative_to(folder.resolve()) or place.is_symlink():
        raise RunError(f"a link leads out of the folder: {place}")
    return place


def plain_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the plain files in a folder with their paths in it; links are not followed."""
    for place, _, names in os.walk(folder, followlinks=False):
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(folder).as_posix(), path


def _can_be_written(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
