"""A target on this machine: this Python, or another one that is named."""

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from facewright.compute.agent.frames import pack_files
from facewright.compute.agent.jobs import Jobs
from facewright.compute.configuration import ComputeConfiguration
from facewright.compute.dependencies import Dependencies
from facewright.compute.job import Job, JobState, Phase
from facewright.compute.places import Places
from facewright.compute.receive import receive_folder
from facewright.compute.request import request_of, size_of
from facewright.compute.target import Hear
from facewright.errors import TargetError

# A process of its own, which outlives this one.
_LAUNCH = (sys.executable, "-m", "facewright.compute.agent.launcher")


class LocalTarget:
    """Runs jobs as processes of this machine; dependencies are the user's own business.

    Args:
        name: What users call it.
        data: Folder that jobs are kept in, as ``jobs/<id>``.
        share: Base of the shared folders.
        python: Interpreter; the one that runs this when None.
    """

    def __init__(self, name: str, data: Path, share: Path, python: str | None = None) -> None:
        self.name = name
        self._jobs = Jobs(data.absolute(), _LAUNCH)
        self._share = share.absolute()
        self._python = python or sys.executable

    def prepare(self, dependencies: Dependencies, hear: Hear) -> bool:
        """Say that nothing is built: a local target uses the Python that is there."""
        hear(f"Nothing to prepare: {self.name} uses {self._python} as it is")
        return False

    def start(self, job: Job) -> None:
        """Copy the files and launch the command."""
        if job.resources.cpus is not None or job.resources.memory is not None:
            raise TargetError(
                f"{self.name} cannot limit processors or memory: it runs plain processes",
                hint="leave them out, or use a target of type docker",
            )
        request = request_of(job, self._python, str(self._share))
        with tempfile.TemporaryFile() as buffer:
            self._jobs.start(
                request, size_of(job), lambda: _filled(buffer, pack_files(job.source, job.files))
            )

    def state(self, job_id: str) -> JobState:
        """Return where the job is."""
        state = self._jobs.state(job_id)
        return JobState(Phase(state["phase"]), state["exit_code"], state["reason"])

    def read(self, job_id: str, path: str, offset: int) -> bytes:
        """Return a part of the job's log or report."""
        return self._jobs.read(job_id, path, offset)

    def cancel(self, job_id: str) -> None:
        """Stop the command and everything it started."""
        self._jobs.cancel(job_id)

    def fetch(self, job_id: str, folder: str, destination: Path) -> None:
        """Copy a folder of the job's to `destination`."""
        with tempfile.TemporaryFile() as buffer:
            receive_folder(_filled(buffer, self._jobs.fetch(job_id, folder)), destination)

    def clean(self, job_id: str) -> None:
        """Remove everything of the job but the shared folder."""
        self._jobs.clean(job_id)


def _filled(buffer: BinaryIO, blocks: Iterable[bytes]) -> BinaryIO:
    buffer.writelines(blocks)
    buffer.seek(0)
    return buffer


def open_target(name: str, configuration: ComputeConfiguration, places: Places) -> LocalTarget:
    """Return the target of a configuration."""
    share = configuration.native_shared_directory
    base = Path(share).expanduser() if share else places.share_base
    return LocalTarget(name, places.data, base, configuration.python_location)
