"""Runs a scoring script as a server: a supervisor and its workers."""

import asyncio
import contextlib
import errno
import ipaddress
import logging
import os
import socket
import ssl
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from facewright.errors import ServiceError
from facewright.serving import keys, logs
from facewright.serving.processes.metrics_listener import metrics_listener
from facewright.serving.processes.specification import Specification
from facewright.serving.processes.supervisor import Supervisor
from facewright.serving.processes.worker_process import Launch

logger = logging.getLogger(__name__)


def serve(script: Path, *, ready: Callable[[str], None] | None = None, **options: Any) -> None:
    """Serve a scoring script until SIGTERM or Ctrl+C.

    The process becomes the server's supervisor: its log and its workers' go to stderr as JSON
    lines, and what the script prints goes to the log.

    Args:
        script: The script, such as ``score.py``.
        ready: Called with the address, such as ``http://127.0.0.1:8000``, once it answers.
        options: The other fields of `Specification`.

    Raises:
        ServiceError: The address cannot be listened on, is open to others without keys, or the
            keys or certificates cannot be used.
        SchemaError: The script cannot be loaded, its ``init`` fails, or its schema differs.
        FacewrightError: What the script raised on purpose.
    """
    run(Specification(script, **options), ready=ready)


def run(specification: Specification, *, ready: Callable[[str], None] | None = None) -> None:
    """Serve as a specification says; `serve` tells the rest."""
    specification = specification.resolved()
    with contextlib.closing(_bind(specification.host, specification.port)) as listener:
        _check(specification)
        logs.configure()
        _supervise(specification, listener, ready)
    logger.info("stopped")


def _supervise(
    specification: Specification, listener: socket.socket, ready: Callable[[str], None] | None
) -> None:
    workers = specification.workers or cores()
    announce = _announcement(specification, listener, ready)
    with (
        tempfile.TemporaryDirectory(prefix="facewright-metrics-") as folder,
        _metrics(specification, Path(folder)),
    ):
        launch = Launch(specification, max(1, cores() // workers), Path(folder))

        async def supervise() -> None:
            await Supervisor(launch, workers, listener, announce).run()

        asyncio.run(supervise())


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def address_of(host: str, listener: socket.socket, scheme: str = "http") -> str:
    """Return the base address of what listens on a socket."""
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{listener.getsockname()[1]}"


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches a server that listens on `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check(specification: Specification) -> None:
    if specification.keys is not None:
        keys.read(specification.keys)
    elif not is_loopback(specification.host) and not specification.open_to_all:
        raise ServiceError(
            f"{specification.host} is open to other machines, and the server has no keys",
            hint="make keys with `facewright score keys create FILE` and pass `--keys FILE`, or "
            "say `--insecure-no-keys`",
        )
    _check_tls(specification)


def _check_tls(specification: Specification) -> None:
    certificate, key = specification.tls_cert, specification.tls_key
    if certificate is None and key is None:
        return
    if certificate is None or key is None:
        raise ServiceError("TLS takes a certificate and its key; received one of them")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except OSError as error:  # ssl.SSLError is an OSError
        raise ServiceError(
            f"the certificate {certificate.name} and the key {key.name} cannot be used: {error}",
            hint="expected two PEM files that belong together",
        ) from error


@contextlib.contextmanager
def _metrics(specification: Specification, folder: Path) -> Iterator[None]:
    if specification.metrics_port is None:
        yield
        return
    with metrics_listener(specification.host, specification.metrics_port, folder) as port:
        logger.info("metrics on port %d", port)
        yield


def _announcement(
    specification: Specification, listener: socket.socket, ready: Callable[[str], None] | None
) -> Callable[[], None]:
    scheme = "https" if specification.tls_cert else "http"
    address = address_of(specification.host, listener, scheme)

    def announce() -> None:
        logger.info("listening on %s", address)
        if ready is not None:
            ready(address)

    return announce


def _bind(host: str, port: int) -> socket.socket:
    """Take the address before the script is loaded, which may be slow; listening comes later."""
    if not 0 <= port <= 65535:  # which getaddrinfo would fold into the range
        raise ServiceError(f"cannot listen on {host}:{port}: ports go from 0 to 65535")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except BaseException:
            listener.close()
            raise
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        raise ServiceError(
            f"cannot listen on {host}:{port}: {'the port is in use' if in_use else error}",
            hint="choose another port, or 0 for any free one" if in_use else None,
        ) from error
    return listener
