"""Which content a file had when it was last read, so that unchanged files are not read again."""

import json
import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from dulwich.objects import Blob

from facewright.errors import SnapshotError
from facewright.projects.object_files import ObjectFiles
from facewright.system.files import write_text

PLAIN, EXECUTABLE = 0o100644, 0o100755

# Within this time after a change, a file may change again without looking any different.
_SETTLED_NS = 2_000_000_000


@dataclass(frozen=True)
class KeptFile:
    """A file in a snapshot.

    Attributes:
        mode: `PLAIN` or `EXECUTABLE`.
        name: Of its content, 40 hexadecimal digits.
    """

    mode: int
    name: bytes


class KnownFiles:
    """Names the content of files, by reading them or from what is known of them.

    Args:
        record: The file where that is kept; whatever is wrong with it, the files are read.
        objects: Where content goes that is new, or None to only name it.
    """

    def __init__(self, record: Path, objects: ObjectFiles | None) -> None:
        self._record = record
        self._objects = objects
        self._known = _read(record)
        self._seen: dict[str, list[object]] = {}

    def keep(self, folder: Path, path: str) -> KeptFile:
        """Return the mode and the name of a file's content.

        Raises:
            SnapshotError: It is no plain file any more.
        """
        place = folder / path
        try:
            status = place.lstat()
            _check_plain(status, path)
            name = self._name(path, status) or self._read(place)
        except OSError as error:
            raise _changed(path, error.strerror or "") from error
        if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > _SETTLED_NS:
            self._seen[path] = [*_look(status), name.decode()]
        return KeptFile(EXECUTABLE if status.st_mode & 0o100 else PLAIN, name)

    def write(self) -> None:
        """Remember what was seen."""
        if self._seen != self._known:
            write_text(self._record, json.dumps(self._seen))

    def _name(self, path: str, status: os.stat_result) -> bytes | None:
        known = self._known.get(path)
        if not isinstance(known, list) or known[:-1] != _look(status):
            return None
        name = str(known[-1]).encode()
        return name if self._objects is None or self._objects.has(name) else None

    def _read(self, place: Path) -> bytes:
        # A pipe or a link may have come in the place of the file since it was listed.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(place, flags), "rb") as file:
            _check_plain(os.fstat(file.fileno()), place.name)
            blob = Blob.from_string(file.read())
        return bytes(blob.id) if self._objects is None else self._objects.add(blob)


def _read(record: Path) -> dict[str, object]:
    try:
        known = json.loads(record.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _look(status: os.stat_result) -> list[object]:
    return [
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_ino,
        status.st_dev,
    ]


def _check_plain(status: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise _changed(path, "is no plain file any more")


def _changed(path: str, fault: str) -> SnapshotError:
    return SnapshotError(
        f"the project changed while it was read: {path!r}: {fault}",
        hint="try again when nothing writes to the project; nothing was kept",
    )
