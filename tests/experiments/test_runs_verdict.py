"""What is said about the end of a job."""

import pytest

from facewright.compute.job import JobState, Phase
from facewright.runs.verdict import judge


@pytest.mark.parametrize(
    ("state", "canceled", "status", "reason"),
    [
        (JobState(Phase.ENDED, 0), False, "Completed", None),
        (JobState(Phase.ENDED, 0), True, "Completed", None),
        (JobState(Phase.ENDED, 3), False, "Failed", "exit code 3; it last printed: oh dear"),
        (JobState(Phase.ENDED, 3), True, "Canceled", "canceled"),
        (JobState(Phase.ENDED, -9), False, "Failed", "killed by signal 9 (SIGKILL)"),
        (
            JobState(Phase.ENDED, -9, "killed by SIGKILL; the target's disk is full"),
            False,
            "Failed",
            "killed by signal 9 (SIGKILL); the target's disk is full",
        ),
        (JobState(Phase.ENDED, -99), False, "Failed", "killed by signal 99 (unknown)"),
        (
            JobState(Phase.LOST, None, "the machine was started anew meanwhile"),
            False,
            "Failed",
            "the job was lost: the machine it ran on, or what kept it there, went down: "
            "the machine was started anew meanwhile",
        ),
        (JobState(Phase.LOST), True, "Canceled", "canceled"),
    ],
)
def test_each_end_has_its_word_and_its_sentence(
    state: JobState, canceled: bool, status: str, reason: str | None
) -> None:
    verdict = judge(state, canceled=canceled, last_line="oh dear", now=7)
    assert (verdict.status, verdict.reason, verdict.ended) == (status, reason, 7)
    assert verdict.exit_code == state.exit_code
