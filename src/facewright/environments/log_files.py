"""Log files that are cut into pieces: ``log.3``, ``log.2``, ``log.1``, ``log``."""

from collections.abc import Iterator
from pathlib import Path

_MOST_PIECES = 10
_LONGEST_LINE = 1 << 20


def lines_of(path: Path) -> Iterator[str]:
    """Yield the lines of a log and its older pieces, the oldest first, without line ends."""
    older = [path.with_name(f"{path.name}.{number}") for number in range(_MOST_PIECES, 0, -1)]
    for piece in [*older, path]:
        try:
            with piece.open("rb") as file:
                while line := file.readline(_LONGEST_LINE):
                    yield line.decode(errors="replace").rstrip("\r\n")
        except FileNotFoundError:
            continue
