"""The carrier: takes what the journal holds to the history, again and again until it took it.

What was taken twice is in the history once, so the carrier can be killed anywhere and begin again
at what it wrote down last.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from facewright.errors import RunError
from facewright.runs.journal import Journal
from facewright.runs.patience import NEAR, Pace, Waiting, insist
from facewright.runs.record import RunStatus

if TYPE_CHECKING:
    from facewright.runs.history import History

Result = TypeVar("Result")

_PIECE = 1 << 20
_MOST_PATIENCE = 7 * 24 * 3_600_000  # milliseconds; then the next command about runs tries again


def carry(journal: Journal) -> None:
    """Take everything of a run to the history, until its end is there.

    Raises:
        RunError: The history was away for a week.
    """
    if journal.carried().done:
        return
    if journal.order().tracked:
        Carrier(journal).go()
    journal.note_carried(done=True)


class Carrier:
    """Carries one run.

    Args:
        journal: The run.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._order = journal.order()
        self._waiting = Waiting(journal.note_carried)

    def go(self) -> None:
        """Carry until the run's end is in the history."""
        self._waiting.tell(None)
        history = self._insist(self._open)
        if not self._journal.carried().begun:
            self._insist(lambda: history.begin(self._order.submitted))
            self._journal.note_carried(begun=True)
        pace = Pace(NEAR)  # it looks at the journal
        while True:
            drained = self._journal.watched().drained  # first, so that the last piece comes along
            happened = self._insist(lambda: self._carry_news(history))
            if drained and not happened:
                break
            pace.rest(happened=happened)
        self._insist(lambda: self._finish(history))

    def _open(self) -> "History":
        # Loads MLflow.
        from facewright.runs.history import History

        return History.open(self._order.tracking_uri, Path(self._order.artifacts))

    def _carry_news(self, history: "History") -> bool:
        """Carry what is new; return whether anything was."""
        carried = self._journal.carried()
        started = self._journal.watched().started
        if started is not None and not carried.running:
            # The history may hear of it long afterwards, even after the end.
            history.status(self._order.run_id, RunStatus.RUNNING, _time(started))
            self._journal.note_carried(running=True)
        piece = _read(self._journal, carried.reported)
        taken = history.report(self._order.run_id, piece) if piece else 0
        if taken:
            self._journal.note_carried(reported=carried.reported + taken)
        return taken > 0

    def _finish(self, history: "History") -> None:
        run_id, verdict = self._order.run_id, self._journal.verdict()
        history.keep(run_id, self._journal.logs, "logs")
        history.keep(run_id, self._journal.outputs, "outputs")
        history.keep_reported(run_id, self._journal.report)
        if verdict is not None:
            history.end(run_id, verdict.status, _time(verdict.ended), verdict.reason)

    def _insist(self, action: Callable[[], Result]) -> Result:
        def go_on(error: Exception) -> bool:
            return self._waiting.for_milliseconds < _MOST_PATIENCE

        return insist(action, (RunError, OSError), self._waiting.tell, go_on)


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _read(journal: Journal, offset: int) -> bytes:
    try:
        with journal.reported.open("rb") as file:
            file.seek(offset)
            return file.read(_PIECE)
    except FileNotFoundError:
        return b""
