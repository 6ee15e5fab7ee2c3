"""A moment for the history to take in what is over, before somebody looks at it."""

import time

from facewright.runs.journal import Journal
from facewright.runs.journals import Journals
from facewright.runs.keepers import has_keeper

_POLL = 0.05


def settle(journals: Journals, seconds: float) -> bool:
    """Wait until the history knows the end of each run of this machine that has ended.

    Runs that go on are not waited for, nor a history that is away.

    Args:
        journals: The runs; when none is open, nothing but a folder's listing is read.
        seconds: How long at most.

    Returns:
        Whether it knows.
    """
    end = time.monotonic() + seconds
    while any(map(_is_coming, journals.open_runs())):
        if time.monotonic() > end:
            return False
        time.sleep(_POLL)
    return True


def _is_coming(journal: Journal) -> bool:
    """Return whether a run has ended, and somebody is telling the history."""
    if journal.verdict() is None:
        return False
    carried = journal.carried()
    return not carried.done and carried.waiting_since is None and has_keeper(journal)
