"""The port of compute targets: a place where jobs run."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, runtime_checkable

from facewright.compute.dependencies import Dependencies
from facewright.compute.job import Job, JobState

Hear = Callable[[str], None]
"""Hears lines of a long operation as they come, without line ends."""


@runtime_checkable
class Telling(Protocol):
    """A target that knows at once, without building anything, whether an environment is there."""

    def is_prepared(self, dependencies: Dependencies) -> bool:
        """Return whether jobs with these dependencies can be started.

        Raises:
            TargetUnreachable: It cannot tell now.
        """
        ...


class Target(Protocol):
    """A place where jobs run; any process may ask any target about any job by its id.

    Every method can be repeated. All raise `TargetUnreachable` when the place does not answer,
    which says nothing about the job, and `TargetError` when the place cannot do what is asked.

    Attributes:
        name: What users call it.
    """

    name: str

    def prepare(self, dependencies: Dependencies, hear: Hear) -> bool:
        """Build the environment of these dependencies, unless it is there.

        Returns:
            Whether it was built now.
        """
        ...

    def start(self, job: Job) -> None:
        """Bring the files and start the command; a job that is there already goes on.

        Raises:
            TargetError: Its environment was not prepared, there is no room, or the job cannot be
                started; nothing of it is left then.
        """
        ...

    def state(self, job_id: str) -> JobState:
        """Return where the job is."""
        ...

    def read(self, job_id: str, path: str, offset: int) -> bytes:
        """Return what a file in the job's folder holds from `offset` on; nothing if it is absent.

        Args:
            job_id: The job.
            path: `log.txt`, or a path below `report/`.
            offset: Bytes to skip. At most 8 MiB come at once.
        """
        ...

    def cancel(self, job_id: str) -> None:
        """Stop the command and everything it started; does nothing when it has ended."""
        ...

    def fetch(self, job_id: str, folder: str, destination: Path) -> None:
        """Copy a folder of the job's to `destination`, which holds exactly its files then.

        Links and anything that is not a plain file or a folder are left out. An absent folder is
        an empty one.

        Args:
            job_id: The job.
            folder: `project/outputs` or `report`.
            destination: Made anew; replaced as a whole, or left as it was on an error.
        """
        ...

    def clean(self, job_id: str) -> None:
        """Stop the job if it runs and remove everything of it but the shared folder."""
        ...
