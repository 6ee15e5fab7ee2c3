"""What the agent on a target is asked to run, made from a job."""

import os
import posixpath
from pathlib import PurePosixPath
from typing import Any

from facewright.compute.agent.plain_files import parts_of
from facewright.compute.job import Job
from facewright.errors import TargetError


def request_of(job: Job, python: str | None, share: str) -> dict[str, Any]:
    """Return the record of a job as the agent keeps it.

    Args:
        job: The job.
        python: Interpreter on the target; None leaves it to the agent.
        share: Base of the shared folders on the target.

    Raises:
        TargetError: A path in it leads out of its folder, or a variable cannot be one.
    """
    _check_variables(job)
    for path in (*job.files, *job.folders.values()):
        parts_of(path)
    return {
        "id": job.id,
        "argv": [python, *job.argv],
        "path": posixpath.dirname(python) if python else None,
        "environment": dict(job.environment),
        "folders": dict(job.folders),
        "code": False,
        "shared": posixpath.join(share, *_parts_of_shared(job.shared)),
    }


def size_of(job: Job) -> int:
    """Return how many bytes a job's files take.

    Raises:
        TargetError: One is not there.
    """
    try:
        return sum(os.lstat(job.source / path).st_size for path in job.files)
    except OSError as error:
        raise TargetError(f"the file cannot be sent: {error}") from error


def _parts_of_shared(shared: str) -> list[str]:
    return [] if PurePosixPath(shared) == PurePosixPath() else parts_of(shared)


def _check_variables(job: Job) -> None:
    for name, value in {**job.environment, **job.folders}.items():
        if not name or "=" in name or "\0" in name + value:
            raise TargetError(f"not a variable of an environment: {name!r}={value!r}")
    if any("\0" in argument for argument in job.argv):
        raise TargetError("not an argument: it holds a null character")
