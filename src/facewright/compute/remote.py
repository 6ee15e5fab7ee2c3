"""A target on another machine: its processes are started and watched by SSH."""

from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from facewright.compute.agent.frames import Stream, pack_files, pack_folder
from facewright.compute.agent.jobs import MOST_READ
from facewright.compute.configuration import ComputeConfiguration
from facewright.compute.dependencies import Dependencies
from facewright.compute.job import Job, JobState, Phase
from facewright.compute.own_requirement import Wanted, wanted_environment
from facewright.compute.places import Places
from facewright.compute.receive import receive_folder
from facewright.compute.remote_agent import RemoteAgent
from facewright.compute.request import request_of, size_of
from facewright.compute.secrets import Secret, read_secret
from facewright.compute.ssh.address import SshAddress
from facewright.compute.ssh.connection import SshConnection
from facewright.compute.target import Hear
from facewright.errors import TargetError, TargetUnreachable

FOLDER = "~/.facewright"


class RemoteTarget:
    """Runs jobs as processes of a user on another machine.

    Args:
        name: What users call it.
        agent: The agent there.
        share: Base of the shared folders there.
        own_python: Interpreter there that is used as it is; with None an environment is built of
            the dependencies.
    """

    def __init__(
        self, name: str, agent: RemoteAgent, share: str, own_python: str | None = None
    ) -> None:
        self.name = name
        self._agent = agent
        self._share = share
        self._own_python = own_python

    def prepare(self, dependencies: Dependencies, hear: Hear) -> bool:
        """Build the environment of these dependencies, unless it is there."""
        if self._own_python:
            hear(f"Nothing to prepare: {self.name} uses {self._own_python} as it is")
            return False
        with wanted_environment(dependencies) as wanted:
            asked = {
                "key": wanted.key,
                "python": dependencies.python,
                "requirements": wanted.requirements,
                "own": wanted.own,
            }
            blocks = partial(_wheels, wanted)
            return bool(self._agent.ask("prepare", {"environment": asked}, blocks, hear=hear))

    def is_prepared(self, dependencies: Dependencies) -> bool:
        """Return whether the environment of these dependencies is there."""
        if self._own_python:
            return True
        with wanted_environment(dependencies) as wanted:
            return bool(self._agent.ask("has", {"environment": wanted.key}))

    def start(self, job: Job) -> None:
        """Send the files and launch the command."""
        if job.resources.cpus is not None or job.resources.memory is not None:
            raise TargetError(
                f"{self.name} cannot limit processors or memory: it runs plain processes",
                hint="leave them out, or use a target of type remotedocker",
            )
        needed = None if self._own_python else job.dependencies
        with wanted_environment(needed) if needed else nullcontext() as wanted:
            code = wanted.code() if wanted else None
            request = {
                "job": {**request_of(job, self._own_python, self._share), "code": bool(code)},
                "environment": wanted.key if wanted else None,
                "size": size_of(job),
            }
            self._agent.ask("start", request, partial(_files, job, code))

    def state(self, job_id: str) -> JobState:
        """Return where the job is."""
        state: dict[str, Any] = self._agent.ask("state", {"id": job_id})
        return JobState(Phase(state["phase"]), state["exit_code"], state["reason"])

    def read(self, job_id: str, path: str, offset: int) -> bytes:
        """Return a part of the job's log or report."""
        values = {"id": job_id, "path": path, "offset": offset}
        return self._agent.ask("read", values, take=_bytes)

    def cancel(self, job_id: str) -> None:
        """Stop the command and everything it started."""
        self._agent.ask("cancel", {"id": job_id})

    def fetch(self, job_id: str, folder: str, destination: Path) -> None:
        """Copy a folder of the job's to `destination`."""

        def take(_: Any, stream: Stream) -> None:
            receive_folder(stream, destination)

        self._agent.ask("fetch", {"id": job_id, "folder": folder}, take=take)

    def clean(self, job_id: str) -> None:
        """Remove everything of the job but the shared folder."""
        self._agent.ask("clean", {"id": job_id})

    def close(self) -> None:
        """Hang up; the next question connects again."""
        self._agent.close()


def open_target(name: str, configuration: ComputeConfiguration, places: Places) -> RemoteTarget:
    """Return the target of a configuration; connects when it is asked something.

    Raises:
        TargetError: It was never attached, or its password was given for another host.
    """
    folder = configuration.folder or FOLDER
    python = configuration.python_location
    connection = SshConnection(address_of(name, configuration, places))
    agent = RemoteAgent(connection, folder, python or "python3")
    share = configuration.native_shared_directory or f"{folder}/share"
    own_python = python if configuration.user_managed_environment else None
    return RemoteTarget(name, agent, share, own_python)


def address_of(name: str, configuration: ComputeConfiguration, places: Places) -> SshAddress:
    """Return where to sign in, and with what.

    Raises:
        TargetError: The host's key is not known, or the password was given for another host.
    """
    if not (configuration.host_key and configuration.address and configuration.username):
        raise TargetError(
            f"the host of {name} is not known: its file has no hostKey",
            hint=f"attach it: `facewright computetarget attach {configuration.kind} -n {name} …`",
        )
    return address_with(configuration, read_secret(name, configuration, places))


def address_with(configuration: ComputeConfiguration, secret: Secret) -> SshAddress:
    """Return where to sign in with a given secret; the configuration is complete."""
    key_file = configuration.private_key_file
    return SshAddress(
        str(configuration.address),
        configuration.port,
        str(configuration.username),
        str(configuration.host_key),
        secret.password,
        Path(key_file).expanduser() if key_file else None,
        secret.passphrase,
        secret.private_key,
    )


def _wheels(wanted: Wanted) -> Iterator[bytes]:
    folder = wanted.wheel.parent if wanted.wheel else Path()
    return pack_files(folder, [wanted.wheel.name] if wanted.wheel else [])


def _files(job: Job, code: Path | None) -> Iterator[bytes]:
    yield from pack_files(job.source, job.files)
    if code is not None:
        yield from pack_folder(code)


def _bytes(size: int, stream: Stream) -> bytes:
    data = bytearray()
    while len(data) < min(size, MOST_READ):
        block = stream.read(size - len(data))
        if not block:
            raise TargetUnreachable("the connection broke before the bytes came")
        data += block
    return bytes(data)
