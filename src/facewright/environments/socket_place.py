"""Where a socket goes whose folder's path may be too long for one."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from facewright.errors import EngineError

_LONGEST = 100  # the limit is 107 bytes on Linux, 103 on macOS


def socket_path(folder: Path) -> Path:
    """Return the path of the one socket that belongs to a folder: in it, if that is short enough.

    Raises:
        EngineError: The folder that replaces it belongs to somebody else.
    """
    inside = folder / "socket"
    if len(os.fsencode(inside)) <= _LONGEST:
        return inside
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    place = Path(tempfile.gettempdir(), f"facewright-{os.getuid()}")
    place.mkdir(mode=0o700, exist_ok=True)
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise EngineError(
            f"the folder {place} cannot be used: expected one that is yours alone",
            hint="remove it, or name a shorter data folder with FACEWRIGHT_DATA_DIRECTORY",
        )
    return place / digest
