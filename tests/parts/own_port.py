"""Ports for servers that are told theirs, and that are stopped and started again on it."""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

# Below the ports of outgoing connections, one of which may take a port in the moment in which its
# server is away, and below those that services of Facewright look for.
_FIRST, _LAST = 10_000, 19_999
_held: list[int] = []


def own_port() -> int:
    """Return a port that is this process's until it ends, also against other test runs."""
    while True:
        port = random.randint(_FIRST, _LAST)  # noqa: S311 - no secret
        if _hold(port) and _is_free(port):
            return port


def _hold(port: int) -> bool:
    folder = Path(tempfile.gettempdir(), f"facewright-test-ports-{os.getuid()}")
    folder.mkdir(exist_ok=True)
    descriptor = os.open(folder / str(port), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    _held.append(descriptor)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
