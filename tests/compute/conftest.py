"""Real targets, and jobs for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from compute_jobs import MakeJob, agent_of
from docker_jobs import DockerPlace, connection_of
from docker_part import import_base_image, shared_engine
from sshd_part import SshServer, SshUser, ssh_server, ssh_user

from facewright.compute.docker import DockerTarget
from facewright.compute.job import Job
from facewright.compute.local import LocalTarget
from facewright.compute.remote import RemoteTarget
from facewright.compute.remotedocker import RemoteHost, host_of


@pytest.fixture
def make_job(tmp_path: Path) -> MakeJob:
    """Return a function that makes a job of a script's text and its arguments."""

    def made(code: str, *arguments: str, id: str = "job-1", **values: object) -> Job:
        source = tmp_path / f"source-{id}"
        source.mkdir(exist_ok=True)
        (source / "script.py").write_text(code, encoding="utf-8")
        argv = ("script.py", *arguments)
        return Job(id, argv, source, ["script.py"], **values)  # type: ignore[arg-type]

    return made


@pytest.fixture
def local_target(tmp_path: Path) -> LocalTarget:
    """Return a target that runs processes here."""
    return LocalTarget("local", tmp_path / "machine", tmp_path / "share")


@pytest.fixture(scope="session")
def user_of_sshd() -> Iterator[SshUser]:
    """Yield a user who may sign in."""
    with ssh_user() as user:
        yield user


@pytest.fixture(scope="session")
def shared_sshd(user_of_sshd: SshUser) -> Iterator[SshServer]:
    """Yield a server of this worker's tests."""
    with ssh_server(user_of_sshd) as server:
        yield server


@pytest.fixture
def sshd(shared_sshd: SshServer) -> SshServer:
    """Return a server that runs, whatever the test before did to it."""
    if not shared_sshd.runs:
        shared_sshd.start()
    return shared_sshd


@pytest.fixture
def remote_folder(user_of_sshd: SshUser, request: pytest.FixtureRequest) -> str:
    """Return a folder of this test's own on the other machine; the agent makes it."""
    return f"{user_of_sshd.folder}/{abs(hash(request.node.nodeid)):x}"


@pytest.fixture
def remote_target(sshd: SshServer, remote_folder: str) -> Iterator[RemoteTarget]:
    """Yield a target that runs processes of another user, by SSH."""
    target = RemoteTarget("box", agent_of(sshd, remote_folder), f"{remote_folder}/share")
    yield target
    target.close()


# --- docker and remotedocker ---


@pytest.fixture(scope="session")
def docker_engine(run_folder: Path) -> Iterator[str]:
    """Yield the address of an engine that all tests share."""
    with shared_engine(run_folder) as host:
        yield host


@pytest.fixture
def docker_place(docker_engine: str, tmp_path: Path) -> DockerPlace:
    """Return an engine, its base image, and folders of this test's own."""
    return DockerPlace(docker_engine, import_base_image(docker_engine), tmp_path)


@pytest.fixture
def docker_target(docker_place: DockerPlace) -> Iterator[DockerTarget]:
    """Yield a target that runs containers here."""
    target = docker_place.target()
    yield target
    target.close()
    docker_place.clean()


@pytest.fixture
def remotedocker_target(
    docker_place: DockerPlace, sshd: SshServer, remote_folder: str
) -> Iterator[DockerTarget]:
    """Yield a target that runs containers where another user signs in by SSH."""
    # What the group docker is for; the socket's folder has a name that nobody guesses.
    docker_place.socket.chmod(0o666)
    remote = RemoteHost(connection_of(sshd), f"{remote_folder}/share", str(docker_place.socket))
    target = docker_place.target(host_of(remote, "box", has_share=True), "remotedocker")
    yield target
    target.close()
    remote.close()
    docker_place.clean()
