"""Ports of this machine that stay free for a service while it is restarted."""

import errno
import random
import socket

from facewright.errors import EngineError

# Below the ports that systems give to outgoing connections (from 32768 on Linux, 49152 elsewhere):
# one of those may be taken in the moment in which a server is started again.
_FIRST, _LAST = 20_000, 32_000
_ATTEMPTS = 200


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nobody listens on.

    Raises:
        EngineError: None was found.
    """
    for _ in range(_ATTEMPTS):
        port = random.randint(_FIRST, _LAST)  # noqa: S311 - no secret
        if is_free(host, port):
            return port
    raise EngineError(f"no free port was found on {host} from {_FIRST} to {_LAST}")


def is_free(host: str, port: int) -> bool:
    """Return whether a server could listen there.

    Raises:
        EngineError: The address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise EngineError(
                f"cannot listen on {host}: {error.strerror or error}",
                hint="name an address of this machine, such as 127.0.0.1",
            ) from error
    return True


def check_free(host: str, port: int) -> None:
    """Make sure that a server can listen there.

    Raises:
        EngineError: The port is in use, or may not be used.
    """
    if not is_free(host, port):
        raise EngineError(
            f"cannot listen on {host}:{port}: the port is in use, or not open to you",
            hint="choose another port with --port, or leave it out for a free one",
        )
