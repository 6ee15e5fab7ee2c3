"""Keepers: one process for each open run, which outlives the command that submitted it.

A keeper holds a lock on its run's journal. An open run whose lock is free has lost its keeper, and
any command that looks gives it a new one.
"""

import fcntl
import os
import subprocess
import sys

from facewright.runs.journal import Journal
from facewright.runs.journals import Journals


def give_keeper(journal: Journal) -> bool:
    """Start a keeper unless there is one; return whether it was started.

    The lock is taken here and inherited, so that two never start for one run.
    """
    if (lock := _take_lock(journal)) is None:
        return False
    # -P: a file of the project named like a library must not be taken for it.
    command = [sys.executable, "-P", "-m", "facewright.runs.keeper", str(journal.folder), str(lock)]
    try:
        with journal.keeper_log.open("ab") as log:
            subprocess.Popen(  # noqa: S603 - our own module
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=journal.folder,
                pass_fds=[lock],
                start_new_session=True,
            )
    finally:
        os.close(lock)
    return True


def revive_keepers(journals: Journals) -> int:
    """Give every open run that lost its keeper a new one.

    Args:
        journals: The runs; when none is open, nothing but a folder's listing is read.

    Returns:
        How many were started.
    """
    return sum(give_keeper(journal) for journal in journals.open_runs())


def has_keeper(journal: Journal) -> bool:
    """Return whether a run's keeper lives."""
    if (lock := _take_lock(journal)) is None:
        return True
    os.close(lock)
    return False


def _take_lock(journal: Journal) -> int | None:
    """Return a descriptor that holds the journal's lock; None when a keeper holds it."""
    descriptor = os.open(journal.keeper_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
