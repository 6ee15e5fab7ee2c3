"""The photos of a source, each with the digest of its content."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from facewright.bulk.photo import Failure, Photo
from facewright.bulk.place import Place, is_remote
from facewright.bulk.stored import Stored
from facewright.errors import BulkError, FacewrightError
from facewright.system import digest

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"}
_READERS = 16
_AT_ONCE = 256
# Two changes within a tick of a file system's clock look like one.
_SETTLED_NS = 2_000_000_000

Seen = dict[Stored, str]
"""Digests by path, size and time of change."""


@dataclass(frozen=True)
class Listing:
    """What a source holds.

    Attributes:
        photos: In the order of their first path.
        unread: Files that could not be read now; another run may find them.
        seen: What the next run need not read again.
    """

    photos: tuple[Photo, ...]
    unread: tuple[Failure, ...]
    seen: Seen

    @property
    def paths(self) -> int:
        """How many files there are, the unread ones among them."""
        return sum(len(photo.paths) for photo in self.photos) + len(self.unread)


def list_photos(source: Place, known: Seen, hear: Callable[[int, int], None]) -> Listing:
    """List the photos of a source; a file is read unless it is known and unchanged.

    Args:
        source: Where they are.
        known: What an earlier run has seen.
        hear: Hears how many files were looked at, of how many.

    Raises:
        BulkError: There is no photo.
    """
    files = sorted(each for each in source.files() if _is_photo(each.path))
    if not files:
        raise _nothing(source.uri)
    now = time.time_ns()
    by_digest: dict[str, list[str]] = {}
    unread: list[Failure] = []
    seen: Seen = {}
    for done, (file, found) in enumerate(_digests(source, files, known), 1):
        if isinstance(found, Failure):
            unread.append(found)
        else:
            by_digest.setdefault(found, []).append(file.path)
            if now - file.changed > _SETTLED_NS:
                seen[file] = found
        hear(done, len(files))
    photos = tuple(Photo(key, tuple(paths)) for key, paths in by_digest.items())
    return Listing(photos, tuple(unread), seen)


def _digests(
    source: Place, files: Iterable[Stored], known: Seen
) -> Iterator[tuple[Stored, str | Failure]]:
    def look(file: Stored) -> tuple[Stored, str | Failure]:
        return file, known.get(file) or _digest(source, file.path)

    waiting = iter(files)
    with ThreadPoolExecutor(_READERS) as readers:
        while part := list(islice(waiting, _AT_ONCE)):
            yield from readers.map(look, part)


def _digest(source: Place, path: str) -> str | Failure:
    if not _is_text(path):
        return Failure(repr(path)[1:-1], "", "path", "the file's name is not text in UTF-8")
    try:
        return digest.of_bytes(source.read(path))
    except FacewrightError as error:
        return Failure(path, "", error.code, error.message)


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:  # bytes of another encoding
        return False
    return True


def _is_photo(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in _SUFFIXES


def _nothing(uri: str) -> BulkError:
    if not is_remote(uri) and not Path(uri).is_dir():
        found = "a file" if Path(uri).exists() else "nothing"
        return BulkError(
            f"no folder of photos: expected a folder at {uri}, found {found}",
            hint="name the folder that holds the photos, however deep, or s3://bucket/prefix",
        )
    return BulkError(
        f"no photos: expected files such as .jpg or .png below {uri}, found none",
        hint="check the folder or prefix; hidden files are passed over",
    )
