"""What tests of compute targets have in common."""

import time
from collections.abc import Callable

from sshd_part import SshServer

from facewright.compute.job import Job, JobState, Phase
from facewright.compute.remote_agent import RemoteAgent
from facewright.compute.ssh.address import SshAddress
from facewright.compute.ssh.connection import SshConnection
from facewright.compute.target import Target

PATIENCE = 240.0
MakeJob = Callable[..., Job]


def wait_for(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)


def ended(target: Target, job_id: str = "job-1") -> JobState:
    """Wait until a job runs no more."""
    wait_for(lambda: target.state(job_id).phase is not Phase.RUNNING)
    return target.state(job_id)


def log_of(target: Target, job_id: str = "job-1") -> str:
    """Return what a job has printed."""
    return target.read(job_id, "log.txt", 0).decode()


def agent_of(server: SshServer, folder: str, python: str = "python3") -> RemoteAgent:
    """Return the agent of a server's user."""
    address = SshAddress(
        server.host,
        server.port,
        server.user.name,
        server.host_key(),
        server.user.password,
        None if server.user.password else server.user.key_file,
    )
    return RemoteAgent(SshConnection(address), folder, python)
