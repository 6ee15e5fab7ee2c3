"""Files that appear whole or not at all."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that replaces it when the block ends well.

    Readers see the old file or the new one, never a part; a failed block leaves the old file.
    The temporary path keeps the suffix of `path`, since some writers choose a format by it.

    Args:
        path: The file to write; its folder is created.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data`, whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_bytes(data)


def write_together(writers: dict[Path, Callable[[Path], None]]) -> None:
    """Write several files so that none appears unless all could be written.

    Args:
        writers: For each final path, a function that writes the file at the path it is given.
    """
    entries = list(writers.items())

    def write(position: int) -> None:
        if position == len(entries):
            return
        path, writer = entries[position]
        with whole_file(path) as temporary:
            writer(temporary)
            write(position + 1)

    write(0)


def _umask() -> int:
    # mkstemp makes private files; the process's umask can only be read by setting it.
    mask = os.umask(0)
    os.umask(mask)
    return mask
