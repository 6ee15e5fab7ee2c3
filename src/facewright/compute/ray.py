"""The target ray: each job a command on a cluster, started through its jobs API."""

import json
import re
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from facewright.compute.agent.attend import FOLDER, PIECE, key_of
from facewright.compute.agent.frames import pack_files, pack_folder
from facewright.compute.agent.plain_files import parts_of
from facewright.compute.agent_archive import agent_archive
from facewright.compute.configuration import ComputeConfiguration
from facewright.compute.dependencies import Dependencies
from facewright.compute.job import Job, JobState, Phase
from facewright.compute.own_requirement import wanted_environment
from facewright.compute.places import Places
from facewright.compute.ray_jobs import RayJobs, Submitted
from facewright.compute.receive import receive_folder
from facewright.compute.request import request_of, size_of
from facewright.compute.target import Hear
from facewright.errors import TargetError

BASE = "~/.facewright"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_FETCHED = {"project/outputs": "outputs", "report": "reported"}
_COMMAND = "python3 -I -B agent.pyz attend request.json"
# How long a job that Ray calls over may take to say how it ended.
_LATE = 30.0


class RayTarget:
    """Runs jobs on a node of a Ray cluster; a script can reach the cluster by `ray.init()`.

    Args:
        name: What users call it.
        jobs: The cluster.
        base: Folder on the nodes that jobs are kept in.
        share: Base of the shared folders there; one that all nodes see, if there are several.
        python: Interpreter there; the one that runs Ray when None.
        namespace: What its jobs' ids begin with in the cluster; jobs of another are not seen.
    """

    def __init__(
        self,
        name: str,
        jobs: RayJobs,
        base: str,
        share: str,
        python: str | None = None,
        *,
        namespace: str = "facewright",
    ) -> None:
        self.name = name
        self._jobs = jobs
        self._base = base
        self._share = share
        self._python = python
        self._namespace = namespace

    def prepare(self, dependencies: Dependencies, hear: Hear) -> bool:
        """Say that nothing is built: the cluster's nodes come with their environment."""
        hear(f"Nothing to prepare: {self.name} uses the Python of the cluster's nodes as it is")
        return False

    def start(self, job: Job) -> None:
        """Send the files and start the command."""
        known_as = self._known_as(job.id)
        needed = job.dependencies
        with (
            wanted_environment(needed) if needed else nullcontext() as wanted,
            tempfile.TemporaryDirectory(prefix="facewright-ray-") as folder,
        ):
            code = wanted.code() if wanted else None
            asked = {
                "job": {**request_of(job, self._python, self._share), "code": bool(code)},
                "size": size_of(job),
                "base": self._base,
                "shown": known_as,
            }
            _fill(Path(folder), asked, job, code)
            cpus, memory = job.resources.cpus, job.resources.memory
            self._jobs.submit(known_as, _COMMAND, Path(folder), cpus, memory)

    def state(self, job_id: str) -> JobState:
        """Return where the job is."""
        found = self._jobs.find(self._known_as(job_id))
        if found is None:
            return JobState(Phase.ABSENT)
        if not found.over:
            return JobState(Phase.RUNNING)
        told = self._told(job_id, found)
        if told is None:
            late = found.ended is None or time.time() - found.ended > _LATE
            return JobState(Phase.LOST, None, found.message) if late else JobState(Phase.RUNNING)
        if "error" in told:
            raise TargetError(str(told["error"]["message"]), hint=told["error"]["hint"])
        return JobState(Phase(told["phase"]), told["exit_code"], told["reason"])

    def read(self, job_id: str, path: str, offset: int) -> bytes:
        """Return a part of the job's log or report, at most to the end of a piece."""
        if path != "log.txt" and not path.startswith("report/"):
            raise TargetError(f"not to be read: expected log.txt or report/…, received {path!r}")
        parts_of(path)
        found = self._jobs.find(self._known_as(job_id))
        if found is None:
            return b""
        data = self._piece(job_id, found, f"{key_of(path)}/{offset // PIECE}")
        return data[offset % PIECE :]

    def cancel(self, job_id: str) -> None:
        """Stop the command and everything it started."""
        found = self._jobs.find(self._known_as(job_id))
        if found is not None and not found.over:
            self._jobs.stop(self._known_as(job_id))

    def fetch(self, job_id: str, folder: str, destination: Path) -> None:
        """Copy a folder of the job's to `destination`."""
        if folder not in _FETCHED:
            expected = " or ".join(_FETCHED)
            raise TargetError(f"not to be fetched: expected {expected}, received {folder!r}")
        found = self._jobs.find(self._known_as(job_id))
        with tempfile.TemporaryFile() as buffer:
            if found is not None:
                for number in range(1 << 30):
                    piece = self._piece(job_id, found, f"{_FETCHED[folder]}/{number}")
                    buffer.write(piece)
                    if len(piece) < PIECE:
                        break
            if not buffer.tell():
                buffer.write(b'{"end": true}\n')
            buffer.seek(0)
            receive_folder(buffer, destination)

    def clean(self, job_id: str) -> None:
        """Stop the job and forget it; its files go with the cluster's session."""
        found = self._jobs.find(self._known_as(job_id))
        if found is None:
            return
        self.cancel(job_id)
        until = time.monotonic() + _LATE
        while (
            (found := self._jobs.find(self._known_as(job_id)))
            and not found.over
            and time.monotonic() < until
        ):
            time.sleep(0.1)
        self._jobs.forget(self._known_as(job_id))

    def _told(self, job_id: str, found: Submitted) -> dict[str, Any] | None:
        data = self._piece(job_id, found, "state.json")
        return json.loads(data) if data else None

    def _piece(self, job_id: str, found: Submitted, name: str) -> bytes:
        if found.node is None:
            return b""
        return self._jobs.file(found.node, f"{FOLDER}/{self._known_as(job_id)}/{name}")

    def _known_as(self, job_id: str) -> str:
        """Return a job's id in the cluster."""
        if not _ID.fullmatch(job_id):
            raise TargetError(
                "not a job's id: expected up to 128 letters, digits, dots, dashes and "
                f"underscores, received {job_id!r}"
            )
        return f"{self._namespace}-{job_id}"


def _fill(folder: Path, asked: dict[str, Any], job: Job, code: Path | None) -> None:
    (folder / "request.json").write_text(json.dumps(asked))
    (folder / "agent.pyz").write_bytes(agent_archive())
    with (folder / "files").open("wb") as file:
        file.writelines(pack_files(job.source, job.files))
        if code is not None:
            file.writelines(pack_folder(code))


def open_target(name: str, configuration: ComputeConfiguration, places: Places) -> RayTarget:
    """Return the target of a configuration; connects when it is asked something."""
    base = configuration.folder or BASE
    share = configuration.native_shared_directory or f"{base}/share"
    jobs = RayJobs(str(configuration.address).rstrip("/"))
    return RayTarget(name, jobs, base, share, configuration.python_location)
