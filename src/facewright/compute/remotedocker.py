"""The target remotedocker: the container engine of another machine, through SSH.

The engine's socket there appears as a socket here, in a folder that only this user can enter. No
port is opened on either machine.
"""

import shutil
import tempfile
import weakref
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from facewright.compute.agent.plain_files import parts_of
from facewright.compute.configuration import ComputeConfiguration
from facewright.compute.docker import DockerTarget, Host, target_of
from facewright.compute.places import Places
from facewright.compute.remote import FOLDER, address_of
from facewright.compute.ssh.connection import SshConnection
from facewright.containers.docker import connect
from facewright.containers.engine import Engine
from facewright.errors import TargetError

SOCKET = "/var/run/docker.sock"
_LONGEST_ANSWER = 1 << 16
# A constant: the folder's name comes on stdin, so no shell ever reads it as a command.
_MAKE_FOLDER = """
IFS= read -r folder
case $folder in "~/"*) folder=$HOME/${folder#??};; esac
mkdir -p -- "$folder" && cd -- "$folder" && id -u && id -g && pwd
"""


class Made(NamedTuple):
    """A folder on the other machine and who owns it."""

    owner: tuple[int, int]
    path: str


class RemoteHost:
    """The engine's machine as SSH shows it.

    Args:
        connection: To it.
        share: Base of the shared folders there; ``~/`` begins the user's home.
        socket: The engine's socket there.
    """

    def __init__(self, connection: SshConnection, share: str, socket: str = SOCKET) -> None:
        self._connection = connection
        self._share = share
        self._socket = socket
        self._sockets = Path(tempfile.mkdtemp(prefix="facewright-"))
        weakref.finalize(self, shutil.rmtree, self._sockets, ignore_errors=True)
        self._count = 0

    def engine(self) -> Engine:
        """Return the engine there, behind a new socket here."""
        self._count += 1  # the socket of a connection that broke may still be there
        socket = self._sockets / f"{self._count}.sock"
        self._connection.forward(socket, self._socket)
        return connect(f"unix://{socket}")

    def share(self, name: str) -> str:
        """Make the shared folder of this name; return its path."""
        return self._make("/".join([self._share, *parts_of(name)])).path

    def owner(self) -> tuple[int, int]:
        """Return the user and group that sign in."""
        return self._base.owner

    def close(self) -> None:
        """Hang up and remove the sockets; the next question connects again."""
        self._connection.close()
        for socket in self._sockets.iterdir():
            socket.unlink(missing_ok=True)

    @cached_property
    def _base(self) -> Made:
        return self._make(self._share)

    def _make(self, folder: str) -> Made:
        if "\n" in folder:
            raise TargetError(f"not a folder's name: {folder!r}")
        with self._connection.command(_MAKE_FOLDER) as channel:
            channel.send([folder.encode() + b"\n"])
            said = [channel.readline(_LONGEST_ANSWER).decode().rstrip("\n") for _ in range(3)]
            status, complaint = channel.end()
        if status or not all(said):
            raise TargetError(
                f"the shared folder {folder} cannot be made on {self._connection.address}: "
                f"{complaint or status}",
                hint="name another one as nativeSharedDirectory in the .compute file",
            )
        return Made((int(said[0]), int(said[1])), said[2])


def open_target(name: str, configuration: ComputeConfiguration, places: Places) -> DockerTarget:
    """Return the target of a configuration; connects when it is asked something.

    Raises:
        TargetError: It was never attached, or its password was given for another host.
    """
    address = address_of(name, configuration, places)
    share = configuration.native_shared_directory or f"{configuration.folder or FOLDER}/share"
    remote = RemoteHost(SshConnection(address), share)
    return target_of(
        name, host_of(remote, str(address), configuration.shared_volumes), configuration, places
    )


def host_of(remote: RemoteHost, address: str, has_share: bool) -> Host:
    """Return the machine as the target sees it."""
    hint = f"check that the engine runs on {address}, and that this user may use {SOCKET} there"
    return Host(remote.engine, remote.share if has_share else None, remote.owner, hint)
