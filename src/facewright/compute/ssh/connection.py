"""A connection by SSH; the host is known before anything is sent to it."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncssh

from facewright.compute.ssh.address import SshAddress
from facewright.compute.ssh.background import ONE_TRY, call, unreachable, with_time
from facewright.compute.ssh.channel import Channel
from facewright.compute.ssh.fingerprint import fingerprint_of
from facewright.compute.ssh.host_key import fetch_host_key
from facewright.errors import TargetError

_PATIENCE = 8.0
_PAUSES = (0.5, 1.0, 2.0)
_KEEPALIVE = 4


class SshConnection:
    """A host that commands are sent to; connects when it is needed, again when it broke."""

    def __init__(self, address: SshAddress) -> None:
        self.address = address
        self._connection: asyncssh.SSHClientConnection | None = None
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Return whether there is a connection, which may have broken."""
        return self._connection is not None

    @contextmanager
    def command(self, command: str) -> Iterator[Channel]:
        """Yield a running command.

        Raises:
            TargetUnreachable: The host does not answer, or the connection broke.
            TargetError: It is another host, or does not let the user in.
        """
        channel = Channel(self._open(command), str(self.address))
        try:
            yield channel
        finally:
            channel.close()

    def forward(self, socket: Path, path: str) -> None:
        """Make a socket here that leads to a socket there, as long as the connection lasts.

        Args:
            socket: Where to make it; short, in a folder that only its user can enter.
            path: The socket there.

        Raises:
            TargetUnreachable: The host does not answer.
            TargetError: It is another host, or does not let the user in.
        """
        with self._lock:
            for connection in (self._connection, None):
                self._connection = connection or self._connect()
                try:
                    call(with_time(_forward(self._connection, socket, path), ONE_TRY))
                    return
                except (OSError, asyncssh.Error, TimeoutError) as error:
                    call(_hang_up(self._connection))
                    self._connection = None
                    if connection is None:
                        raise unreachable(str(self.address), error) from error

    def close(self) -> None:
        """Hang up; the next command connects again."""
        with self._lock:
            if self._connection is not None:
                call(_hang_up(self._connection))
                self._connection = None

    def _open(self, command: str) -> "asyncssh.SSHClientProcess[bytes]":
        with self._lock:
            if self._connection is not None:
                with contextlib.suppress(OSError, asyncssh.Error, TimeoutError):
                    return call(with_time(_process(self._connection, command), ONE_TRY))
                call(_hang_up(self._connection))
                self._connection = None
            self._connection = self._connect()
            try:
                return call(with_time(_process(self._connection, command), ONE_TRY))
            except (OSError, asyncssh.Error, TimeoutError) as error:
                raise unreachable(str(self.address), error) from error

    def _connect(self) -> asyncssh.SSHClientConnection:
        until = time.monotonic() + _PATIENCE
        for pause in (*_PAUSES, None):
            try:
                left = min(ONE_TRY, max(until - time.monotonic(), 1.0))
                return call(with_time(_connect(self.address), left))
            except asyncssh.PermissionDenied as error:
                raise self._denied() from error
            except (asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed) as error:
                raise self._changed() from error
            except (OSError, asyncssh.Error, TimeoutError) as error:
                if pause is None or time.monotonic() + pause > until:
                    raise unreachable(str(self.address), error) from error
                time.sleep(pause)
        raise AssertionError  # the last pause is None

    def _denied(self) -> TargetError:
        address = self.address
        way = "the password" if address.password else f"the key {address.key_file}"
        if not address.password and not address.key_file:
            way = "none of the keys of the SSH agent and of this user"
        verb = "was not accepted" if not way.startswith("none") else "was accepted"
        return TargetError(
            f"{address} does not let the user in: {way} {verb}",
            hint="attach the target again with another password or key",
        )

    def _changed(self) -> TargetError:
        known = fingerprint_of(self.address.host_key)
        found = fetch_host_key(self.address.host, self.address.port)
        if found.fingerprint == known:
            return TargetError(f"{self.address} and this machine have no way to encrypt in common")
        return TargetError(
            f"{self.address.host}:{self.address.port} is not the host it was: expected the key "
            f"{known}, received {found.fingerprint}; nothing was sent",
            hint="if the host was set up anew, detach the target and attach it again",
        )


async def _connect(address: SshAddress) -> asyncssh.SSHClientConnection:
    keys = _keys(address)
    return await asyncssh.connect(
        address.host,
        address.port,
        config=None,
        username=address.username,
        password=address.password,
        client_keys=keys,
        agent_path=() if keys == () else None,
        known_hosts=([_key_of(address.host_key)], [], []),
        keepalive_interval=_KEEPALIVE,
        keepalive_count_max=2,
    )


def _key_of(line: str) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_public_key(line)
    except (asyncssh.KeyImportError, ValueError) as error:
        raise TargetError(
            f"not a host key: {line[:40]!r}", hint="detach the target and attach it again"
        ) from error


def _keys(address: SshAddress) -> Any:
    if address.password is not None:
        return None
    try:
        if address.private_key is not None:
            return [asyncssh.import_private_key(address.private_key)]
        if address.key_file is not None:
            return [asyncssh.read_private_key(address.key_file, address.passphrase)]
    except (OSError, asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        raise TargetError(
            f"the private key cannot be used: {address.key_file or 'the stored one'}: {error}",
            hint="attach the target again with --private-key-file and --private-key-passphrase",
        ) from error
    return ()  # the user's own


async def _process(
    connection: asyncssh.SSHClientConnection, command: str
) -> "asyncssh.SSHClientProcess[bytes]":
    return await connection.create_process(command, encoding=None)


async def _forward(connection: asyncssh.SSHClientConnection, socket: Path, path: str) -> None:
    await connection.forward_local_path(str(socket), path)


async def _hang_up(connection: asyncssh.SSHClientConnection) -> None:
    connection.close()
    with contextlib.suppress(TimeoutError, OSError, asyncssh.Error):
        await asyncio.wait_for(connection.wait_closed(), 1)
