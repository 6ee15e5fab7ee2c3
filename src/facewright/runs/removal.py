"""`clean`: what a run left on its target, and what this machine keeps of it."""

from facewright.compute.target import Target
from facewright.errors import RunError
from facewright.runs.journal import Journal
from facewright.runs.journals import Journals


def clean(journals: Journals, journal: Journal, target: Target, *, journal_too: bool) -> None:
    """Remove a run's job from its target; the history and the shared folder stay.

    Args:
        journals: All journals.
        journal: The run.
        target: Where its job is.
        journal_too: Whether the outputs and logs on this machine go as well.

    Raises:
        RunError: Something is left to do for the run.
        TargetError: The target cannot remove it.
    """
    if journals.is_open(journal):
        raise RunError(
            f"the run {journal.run_id} goes on, or the history does not know all of it yet",
            hint=f"`facewright experiment cancel -r {journal.run_id}` ends it; "
            f"`facewright experiment status -r {journal.run_id}` says what it waits for",
        )
    target.clean(journal.run_id)
    if journal_too:
        journals.remove(journal)
