"""What of a project is sent to a target and kept in a snapshot."""

import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nlargest
from pathlib import Path

from dulwich.ignore import IgnoreFilterManager

from facewright.errors import SnapshotError

MOST_BYTES = 100_000_000
"""How much a project may hold, unless told otherwise; the original's limit was 25 MB."""
MOST_FILES = 20_000
"""How many files it may hold, unless told otherwise."""
DEEPEST = 100
"""How many folders may lie above a file."""

_OUTPUTS = "outputs"
_COMPILED = "__pycache__"
_RULES = ".gitignore"
_LARGEST_RULES = 1_000_000
_SHOWN = 5
_LINE_ENDS = {"\u2028", "\u2029"}


@dataclass(frozen=True)
class Contents:
    """What of a project is sent.

    Attributes:
        files: Paths below its folder, with forward slashes, sorted; plain files only.
        bytes: How much they hold together.
    """

    files: tuple[str, ...]
    bytes: int


def list_contents(
    folder: Path, *, limit: int = MOST_BYTES, most_files: int = MOST_FILES
) -> Contents:
    """Find what of a project is sent: its plain files, but for what is not of its code.

    Left out are `outputs/` at the top, `.git`, `__pycache__` and what the `.gitignore` files of
    the project name, by git's own rules; what the user's own git leaves out elsewhere has no say.
    No file is read but `.gitignore`.

    Args:
        folder: The project's folder.
        limit: Most bytes in all.
        most_files: Most files.

    Raises:
        SnapshotError: It holds too much, or what cannot be sent: a link, a device, a pipe, a file
            that cannot be read, a name with control characters or that is not UTF-8.
    """
    sizes: dict[str, int] = {}
    for path, size in _plain_files(folder):
        sizes[path] = size
        if len(sizes) > most_files:
            raise _too_many(sizes, most_files)
    total = sum(sizes.values())
    if total > limit:
        raise _too_large(sizes, total, limit)
    return Contents(tuple(sorted(sizes)), total)


def left_out(folder: Path, path: str) -> bool:
    """Tell whether `path`, below the project's folder, is none of its contents by its name."""
    return _Rules(folder).leave_out(path)


def is_gits_own(name: str) -> bool:
    """Tell whether some system takes a file of this name for `.git`."""
    return name.casefold().rstrip(". ") in {".git", "git~1"}


class _Rules:
    """What is left out of one project."""

    def __init__(self, folder: Path) -> None:
        self._ignored = IgnoreFilterManager(os.fspath(folder), [], ignorecase=False)

    def leave_out(self, path: str) -> bool:
        parts = path.split("/")
        # A plain file of that name at the top is none of a run's outputs, but in their way.
        if parts[0] == _OUTPUTS or any(part == _COMPILED or is_gits_own(part) for part in parts):
            return True
        # Without a slash at the end, also of a folder: the rules inside it are not asked.
        return bool(self._ignored.is_ignored(path))


def _plain_files(folder: Path) -> Iterator[tuple[str, int]]:
    rules = _Rules(folder)
    folders = [""]
    while folders:
        below = folders.pop()
        for entry in _entries(folder, below):
            path = f"{below}{entry.name}"
            is_folder = entry.is_dir(follow_symlinks=False)
            if rules.leave_out(path):
                continue
            _check_name(path)
            if path.count("/") > DEEPEST:
                raise _unsuitable(path, f"lies more than {DEEPEST} folders deep")
            if is_folder:
                folders.append(f"{path}/")
            elif (size := _size(folder, path)) is not None:
                yield path, size


def _entries(folder: Path, below: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder / below) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        _check_rules(folder, f"{below}{_RULES}")
    except FileNotFoundError:
        if below:  # Removed since it was found.
            return []
        raise SnapshotError(f"there is no folder {folder}") from None
    except OSError as error:
        raise _unsuitable(below or ".", f"cannot be read: {error.strerror}") from error
    return entries


def _check_rules(folder: Path, path: str) -> None:
    # Checked before anybody reads it: opening a pipe would wait for ever.
    size = _size(folder, path)
    if size is not None and size > _LARGEST_RULES:
        raise _unsuitable(path, f"holds {_in_words(size)}: expected at most 1 MB")


def _size(folder: Path, path: str) -> int | None:
    """Return the size of a plain file that can be read, or None if there is none."""
    place = folder / path
    try:
        status = place.lstat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unsuitable(path, f"cannot be read: {error.strerror}") from error
    if stat.S_ISLNK(status.st_mode):
        raise _unsuitable(path, f"is a link to {os.fspath(place.readlink())!r}")
    if not stat.S_ISREG(status.st_mode):
        raise _unsuitable(path, f"is {_KINDS.get(stat.S_IFMT(status.st_mode), 'no file')}")
    effective = os.access in os.supports_effective_ids
    if not os.access(place, os.R_OK, effective_ids=effective):
        raise _unsuitable(path, "cannot be read: permission denied")
    return status.st_size


_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}


def _check_name(path: str) -> None:
    try:
        path.encode()
    except UnicodeEncodeError:
        raise _unsuitable(path, "has a name that is not UTF-8") from None
    if any(unicodedata.category(sign) == "Cc" or sign in _LINE_ENDS for sign in path):
        raise _unsuitable(path, "has a name with control characters")


def _unsuitable(path: str, fault: str) -> SnapshotError:
    return SnapshotError(
        f"the project cannot be copied: expected plain files, but {path!r} {fault}",
        hint=f"put a plain file there, or name it in {_RULES}; nothing was touched",
    )


def _too_large(sizes: dict[str, int], total: int, limit: int) -> SnapshotError:
    largest = nlargest(_SHOWN, sizes.items(), key=lambda item: item[1])
    listed = ", ".join(f"{path} ({_in_words(size)})" for path, size in largest)
    return SnapshotError(
        f"the project is too large to be copied: expected at most {_in_words(limit)}, received "
        f"{_in_words(total)}; its largest files: {listed}",
        hint=f"name what is not code in {_RULES}, keep photos in the shared folder, or raise the "
        f"limit with FACEWRIGHT_PROJECT_MEGABYTES={-(-total // 1_000_000)}",
    )


def _too_many(sizes: dict[str, int], most: int) -> SnapshotError:
    folders = Counter(path.rpartition("/")[0] or "." for path in sizes).most_common(_SHOWN)
    listed = ", ".join(f"{folder} ({count})" for folder, count in folders)
    return SnapshotError(
        f"the project has too many files to be copied: expected at most {most}, received more; "
        f"the fullest folders so far: {listed}",
        hint=f"name what is not code in {_RULES}, keep photos in the shared folder, or raise the "
        "limit with FACEWRIGHT_PROJECT_FILES",
    )


def _in_words(size: int) -> str:
    if size < 1000:
        return f"{size} B"
    for unit in ("kB", "MB"):
        size_in_unit = size / (1e3 if unit == "kB" else 1e6)
        if size_in_unit < 1000:
            return f"{size_in_unit:.1f} {unit}"
    return f"{size / 1e9:.1f} GB"
