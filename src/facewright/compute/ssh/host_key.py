"""What a host calls itself."""

from dataclasses import dataclass

import asyncssh

from facewright.compute.ssh.background import ONE_TRY, call, unreachable, with_time
from facewright.compute.ssh.fingerprint import fingerprint_of
from facewright.errors import TargetUnreachable


@dataclass(frozen=True)
class HostKey:
    """What a host calls itself: its public key, and the fingerprint that people compare."""

    line: str
    fingerprint: str


def fetch_host_key(host: str, port: int) -> HostKey:
    """Ask a host for its key.

    Raises:
        TargetUnreachable: Nobody answers there, or not as an SSH server does.
    """
    try:
        key = call(with_time(asyncssh.get_server_host_key(host, port, config=None), ONE_TRY))
    except (OSError, asyncssh.Error, TimeoutError) as error:
        raise unreachable(f"{host}:{port}", error) from error
    if key is None:
        raise TargetUnreachable(f"{host}:{port} has no host key")
    return _host_key(key)


def _host_key(key: asyncssh.SSHKey) -> HostKey:
    words = key.export_public_key("openssh").decode().split()
    line = " ".join(words[:2])
    return HostKey(line, fingerprint_of(line))
