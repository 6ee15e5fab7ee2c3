"""What tests of targets with containers have in common."""

import os
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import docker
from docker_part import DockerDaemon
from sshd_part import SshServer

from facewright.compute.docker import DockerTarget, Host
from facewright.compute.ssh.address import SshAddress
from facewright.compute.ssh.connection import SshConnection
from facewright.containers.docker import connect

JOB = "/facewright/job"


@dataclass(frozen=True)
class DockerPlace:
    """An engine, its base image, and a test's own folders."""

    engine: str
    base: str
    folder: Path
    owner: tuple[int, int] = (os.getuid(), os.getgid())
    daemon: DockerDaemon | None = None
    namespace: str = field(default_factory=lambda: f"test-{uuid4().hex[:8]}")

    @property
    def socket(self) -> Path:
        """Return the engine's socket."""
        return Path(self.engine.removeprefix("unix://"))

    def host(self) -> Host:
        """Return this machine as the engine's."""
        return Host(lambda: connect(self.engine), self.share, lambda: self.owner)

    def share(self, name: str) -> str:
        """Make a shared folder that belongs to the jobs' user."""
        place = self.folder / "share" / name
        place.mkdir(parents=True, exist_ok=True)
        os.chown(place, *self.owner)
        return str(place)

    def target(self, host: Host | None = None, name: str = "docker") -> DockerTarget:
        """Return a target."""
        return DockerTarget(
            name,
            host or self.host(),
            base=self.base,
            cache=self.folder / "cache",
            namespace=self.namespace,
            grace=1.0,
        )

    def containers(self) -> list[str]:
        """Return the names of all containers of this test."""
        with closing(docker.APIClient(self.engine)) as api:
            names = [str(each["Names"][0])[1:] for each in api.containers(all=True)]
        return [name for name in names if name.startswith(self.namespace)]

    def clean(self) -> None:
        """Remove all containers of this test."""
        with closing(docker.APIClient(self.engine)) as api:
            for name in self.containers():
                api.remove_container(name, v=True, force=True)


def connection_of(server: SshServer) -> SshConnection:
    """Return a connection that signs in with a key."""
    user = server.user
    address = SshAddress(
        server.host, server.port, user.name, server.host_key(), key_file=user.key_file
    )
    return SshConnection(address)
