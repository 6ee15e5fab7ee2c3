"""The watch over a job: starts it, brings here what it leaves, and says how it ended.

It can be killed and begun again at any point: a job that is there goes on, files here are as long
as what was read, and folders are fetched whole or not at all.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from facewright.compute.job import Job, JobState, Phase
from facewright.compute.target import Target
from facewright.errors import FacewrightError, TargetError, TargetUnreachable
from facewright.runs.journal import Journal
from facewright.runs.patience import SLOW, Pace, Waiting, in_words, insist, now
from facewright.runs.record import RunStatus
from facewright.runs.verdict import Verdict, judge

Result = TypeVar("Result")

LOG = "log.txt"
REPORTED = "report/reported.jsonl"
_MAY_PASS = 20_000  # milliseconds something is waited for that a run can be said to fail of
_GIVEN_UP = 3_600_000  # milliseconds after which it stays on the target
_TAIL = 4096


class Watch:
    """Follows one job to its end.

    Args:
        journal: Where everything is written down.
        target: Where the job runs.
        job: What to start, unless it was.
        slowest: Seconds between two looks at the target at most.
    """

    def __init__(self, journal: Journal, target: Target, job: Job, slowest: float = SLOW) -> None:
        self._journal = journal
        self._target = target
        self._job = job
        self._slowest = slowest
        self._waiting = Waiting(journal.note_watched)

    def go(self) -> None:
        """Follow the job until everything it left is here, or it is given up."""
        if self._journal.watched().drained:
            return
        try:
            self._go()
        except (TargetError, OSError) as error:
            if not self._journal.to_be_given_up:
                raise
            self._give_up(error)

    def _go(self) -> None:
        self._waiting.tell(None)
        if self._journal.watched().started is None and not self._start():
            return
        state = self._follow()
        self._harvest(state)
        self._journal.end(self._judged(state))
        self._note(drained=True)

    def _give_up(self, error: Exception) -> None:
        reason = f"given up, and perhaps running still: {in_words(error)}"
        self._journal.end(Verdict(RunStatus.CANCELED, None, reason, now()))
        self._note(drained=True)

    def _start(self) -> bool:
        try:
            if self._journal.to_be_canceled and self._state().phase is Phase.ABSENT:
                return self._never_started(RunStatus.CANCELED, "canceled before it started")
            start = partial(self._target.start, self._job)
            self._insist(start, (TargetUnreachable, OSError), self._may_still_start)
        except TargetUnreachable as error:
            return self._never_started(RunStatus.CANCELED, f"canceled: {in_words(error)}")
        except (FacewrightError, OSError) as error:
            return self._never_started(RunStatus.FAILED, in_words(error))
        self._note(started=now())
        shutil.rmtree(self._journal.source, ignore_errors=True)
        return True

    def _may_still_start(self, error: Exception) -> bool:
        if self._journal.to_be_canceled:
            return False
        return isinstance(error, TargetUnreachable) or self._waiting.for_milliseconds < _MAY_PASS

    def _never_started(self, status: RunStatus, reason: str) -> bool:
        self._journal.end(Verdict(status, None, reason, now()))
        self._note(drained=True)
        shutil.rmtree(self._journal.source, ignore_errors=True)
        return False

    def _note(self, **changes: object) -> None:
        note = partial(self._journal.note_watched, **changes)
        self._insist(note, (OSError,), lambda error: True)

    def _state(self) -> JobState:
        return self._insist(lambda: self._target.state(self._job.id), (TargetError, OSError))

    def _follow(self) -> JobState:
        pace, told = Pace(self._slowest), False
        while True:
            state = self._state()
            if state.phase is not Phase.RUNNING:
                return state
            if self._journal.to_be_canceled and not told:
                self._insist(lambda: self._target.cancel(self._job.id), (TargetError, OSError))
                told = True
            pace.rest(happened=self._read_if_possible())

    def _read_if_possible(self) -> bool:
        # Not insisted on: a job can end while there is no room here for what it printed.
        try:
            happened = self._read()
        except (TargetError, OSError) as error:
            self._waiting.tell(error)
            return False
        if self._waiting.for_milliseconds:
            self._waiting.tell(None)
        return happened

    def _read(self) -> bool:
        """Bring what is new of the log and the report; return whether anything was."""
        log = _append(self._journal.log, partial(self._target.read, self._job.id, LOG))
        read = partial(self._target.read, self._job.id, REPORTED)
        return _append(self._journal.reported, read) or log

    def _harvest(self, state: JobState) -> None:
        def may_still_come(error: Exception) -> bool:
            """Go on trying, but a run whose files find no room has failed meanwhile."""
            if self._journal.to_be_given_up:
                self._fail(state, error)
                return False
            if isinstance(error, TargetUnreachable) or self._waiting.for_milliseconds < _MAY_PASS:
                return True
            self._fail(state, error)
            return self._waiting.for_milliseconds < _GIVEN_UP

        for bring in (self._read, self._bring_report, self._bring_outputs):
            with suppress(TargetError, OSError):  # the run failed of it; the others are tried
                self._insist(bring, (TargetError, OSError), may_still_come)

    def _bring_report(self) -> None:
        self._target.fetch(self._job.id, "report", self._journal.report)

    def _bring_outputs(self) -> None:
        self._target.fetch(self._job.id, "project/outputs", self._journal.outputs)

    def _fail(self, state: JobState, error: Exception) -> None:
        lacking = f"what it left on the target could not be brought here: {in_words(error)}"
        verdict = self._judged(state)
        if verdict.status is RunStatus.COMPLETED:
            verdict = replace(verdict, status=RunStatus.FAILED)
        reason = f"{verdict.reason}; {lacking}" if verdict.reason else lacking
        self._journal.end(replace(verdict, reason=reason))

    def _judged(self, state: JobState) -> Verdict:
        return judge(
            state,
            canceled=self._journal.to_be_canceled,
            last_line=_last_line(self._journal.log),
            now=now(),
        )

    def _insist(
        self,
        action: Callable[[], Result],
        on: tuple[type[Exception], ...],
        go_on: Callable[[Exception], bool] | None = None,
    ) -> Result:
        return insist(action, on, self._waiting.tell, go_on or self._is_wanted)

    def _is_wanted(self, error: Exception) -> bool:
        return not self._journal.to_be_given_up


def _append(path: Path, read: Callable[[int], bytes]) -> bool:
    """Append what is new to a copy whose size says what is old; return whether anything was."""
    with path.open("ab", buffering=0) as copy:
        size = begin = copy.tell()
        while data := read(size):
            size += copy.write(data)  # less than all of it when the disk fills up
    return size > begin


def _last_line(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL))
            lines = file.read().decode(errors="replace").split("\n")
    except FileNotFoundError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
