"""One place turns errors into words, hints and exit codes.

Exit codes: 0 done · 1 it could not be done · 2 the command line was wrong · 130 interrupted.
"""

import errno
import os
import sys
from collections.abc import Callable

from facewright.errors import FacewrightError

_FULL = (errno.ENOSPC, errno.EDQUOT)

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


def run_and_explain(action: Callable[[], int | None]) -> int:
    """Run a command line to its end.

    Args:
        action: Does the work and returns an exit code, or None for 0.

    Returns:
        The exit code. A `FacewrightError` is explained on stderr in words and a hint, and so is a
        full disk, which may be met anywhere; anything else is a fault of ours and keeps its
        traceback, as everything does with ``FACEWRIGHT_DEBUG=1``.
    """
    try:
        return action() or DONE
    except FacewrightError as error:
        if os.environ.get("FACEWRIGHT_DEBUG"):
            raise
        _explain(error)
        return FAILED
    except OSError as error:
        if os.environ.get("FACEWRIGHT_DEBUG") or error.errno not in _FULL:
            raise
        _explain(FacewrightError(_full(error), hint="make room there, and repeat the command"))
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def _full(error: OSError) -> str:
    where = error.filename2 or error.filename
    return f"the disk is full: {error.strerror}" + (f": {where}" if where else "")


def _explain(error: FacewrightError) -> None:
    lines = [f"error: {error.message}"]
    if error.hint:
        lines.append(f"hint: {error.hint}")
    sys.stderr.write("\n".join(lines) + "\n")
