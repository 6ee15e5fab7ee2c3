"""The process that keeps one run: ``python -m facewright.runs.keeper JOURNAL LOCK``.

Two threads that meet in the journal only: the watch, from the target to the journal, and the
carrier, from the journal to the history. Neither waits for the other, so a tracking server that is
away does not hold up a run, nor a target that is away the history.
"""

import os
import signal
import sys
import threading
import traceback
from pathlib import Path

from facewright.runs.journal import Journal
from facewright.runs.journals import Journals


def keep(folder: Path) -> None:
    """Keep a run until nothing is left to do for it.

    Args:
        folder: Its journal.
    """
    journal, data = Journal(folder), folder.parent.parent
    failed: list[BaseException] = []

    def carry_on() -> None:
        try:
            _carry(journal)
        except BaseException as error:  # raised below, once the watch is over
            failed.append(error)

    # A daemon, so that a watch that fails ends the keeper; a new one goes on from the journal.
    carrier = threading.Thread(target=carry_on, daemon=True)
    carrier.start()
    _watch(journal, data)
    carrier.join()
    if failed:
        raise failed[0]
    Journals(data).close(journal)


def _watch(journal: Journal, data: Path) -> None:
    from facewright.runs.patience import NEAR, SLOW
    from facewright.runs.targets import is_near, target_of
    from facewright.runs.watch import Watch

    order = journal.order()
    slowest = NEAR if is_near(journal, order) else SLOW
    Watch(journal, target_of(journal, order, data), order.job(journal.source), slowest).go()


def _carry(journal: Journal) -> None:
    from facewright.runs.carry import carry

    carry(journal)


def main() -> None:
    """Keep the run that the command line names."""
    folder, lock = Path(sys.argv[1]), int(sys.argv[2])
    os.set_inheritable(lock, False)  # what the keeper starts does not keep the run
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        keep(folder)
    except BaseException:
        traceback.print_exc()
        raise


if __name__ == "__main__":
    main()
