"""How a run ended, in a word and in a sentence."""

import signal
from dataclasses import dataclass

from facewright.compute.job import JobState, Phase
from facewright.runs.record import RunStatus

_MOST_CHARACTERS = 300


@dataclass(frozen=True)
class Verdict:
    """The end of a run.

    Attributes:
        status: Completed, Failed or Canceled.
        exit_code: Of its script; minus the signal that killed it; None when it never started, or
            left none.
        reason: Why it is not Completed, in words.
        ended: Milliseconds since 1970.
    """

    status: RunStatus
    exit_code: int | None
    reason: str | None
    ended: int


def judge(state: JobState, *, canceled: bool, last_line: str, now: int) -> Verdict:
    """Return the verdict on a job that runs no more.

    Args:
        state: What the target says.
        canceled: Whether somebody asked for its end.
        last_line: The last thing it printed, which is what it died of more often than not.
        now: Milliseconds since 1970.
    """
    if state.phase is Phase.ENDED and state.exit_code == 0:
        return Verdict(RunStatus.COMPLETED, 0, None, now)
    if canceled:
        return Verdict(RunStatus.CANCELED, state.exit_code, "canceled", now)
    return Verdict(RunStatus.FAILED, state.exit_code, _reason(state, last_line), now)


def _reason(state: JobState, last_line: str) -> str:
    if state.phase is Phase.ABSENT:
        return "the target knows nothing of the job any more: it was removed there"
    if state.phase is Phase.LOST or state.exit_code is None:
        lost = "the job was lost: the machine it ran on, or what kept it there, went down"
        return f"{lost}: {state.reason}" if state.reason else lost
    if state.exit_code < 0:
        name = _signal(-state.exit_code)
        known = (state.reason or "").removeprefix(f"killed by {name}").removeprefix("; ")
        return _joined(f"killed by signal {-state.exit_code} ({name})", known)
    said = f"it last printed: {last_line[:_MOST_CHARACTERS]}" if last_line else None
    return _joined(f"exit code {state.exit_code}", state.reason, said)


def _joined(*parts: str | None) -> str:
    return "; ".join(part for part in parts if part)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
