"""Following a run from its journal: what its script prints, as it comes."""

import time
from collections.abc import Callable, Iterator

from facewright.errors import RunError
from facewright.runs.describe import waiting
from facewright.runs.journal import Journal
from facewright.runs.keepers import give_keeper
from facewright.runs.patience import now

_POLL = 0.05
_LOOK_AFTER_KEEPER = 2.0  # seconds
_MOST_KEEPERS = 5
_PATIENCE = 5000  # milliseconds a target may be away before a cancellation is left to the keeper
_FOR_THE_HISTORY = 500  # milliseconds after the end; `history` waits for it when somebody looks
_PIECE = 64 * 1024


def printed(journal: Journal, offset: int = 0) -> Iterator[bytes]:
    """Yield what the run's script printed so far, from `offset` on."""
    try:
        file = journal.log.open("rb")
    except FileNotFoundError:
        return
    with file:
        file.seek(offset)
        while piece := file.read(_PIECE):
            yield piece


def follow(journal: Journal, hear: Callable[[str], None]) -> Iterator[bytes]:
    """Yield what the run's script prints until the run is over.

    A run whose keeper died gets a new one. A history that is away, or slow, is not waited for.

    Args:
        journal: The run.
        hear: Hears what the run waits for, once for each time that its target is away.

    Raises:
        RunError: Keepers of this run die again and again.
    """
    offset, keepers, looked = 0, 0, time.monotonic()
    away = None
    while True:
        over = is_over(journal)
        for piece in printed(journal, offset):
            offset += len(piece)
            yield piece
        if over:
            return
        if time.monotonic() - looked > _LOOK_AFTER_KEEPER:
            keepers, looked = keepers + give_keeper(journal), time.monotonic()
            _check(journal, keepers)
            away = _tell_absence(journal, away, hear)
        time.sleep(_POLL)


def wait_for_end(journal: Journal) -> bool:
    """Wait until a run that was asked to end has ended.

    Returns:
        Whether it has; False as soon as its target does not answer.
    """
    give_keeper(journal)
    asked = now()
    while not is_over(journal):
        watched = journal.watched()
        if watched.waiting_since is not None and now() - asked > _PATIENCE:
            return False
        time.sleep(_POLL)
    return True


def is_over(journal: Journal) -> bool:
    """Return whether the run ended, and the history knows or takes its time."""
    verdict = journal.verdict()
    if verdict is None:
        return False
    if journal.closed or journal.carried().waiting_since is not None:
        return True
    return now() - verdict.ended > _FOR_THE_HISTORY


def _tell_absence(journal: Journal, told: int | None, hear: Callable[[str], None]) -> int | None:
    """Tell when the target has gone away, or has come back; return since when it is away."""
    since = journal.watched().waiting_since
    if since == told:
        return told
    hear(waiting(journal) or "the target answers again")
    return since


def _check(journal: Journal, keepers: int) -> None:
    if keepers < _MOST_KEEPERS:
        return
    lines = journal.keeper_log.read_text(encoding="utf-8", errors="replace").splitlines()
    raise RunError(
        f"the run {journal.run_id} cannot be watched: {lines[-1] if lines else 'its keeper dies'}",
        hint=f"{journal.keeper_log} says more; the next command about runs tries again",
    )
