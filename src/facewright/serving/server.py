"""Runs a scoring script as a server in this process."""

import contextlib
import errno
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import uvicorn
from starlette.types import ASGIApp

from facewright.errors import FacewrightError, ServiceError
from facewright.scoring import Schema, Script, load_schema, load_script
from facewright.serving import logs
from facewright.serving.app import create_app
from facewright.serving.limits import Limits

logger = logging.getLogger(__name__)

_DEFAULT_LIMITS = Limits()


def serve(
    script_path: Path,
    *,
    host: str = "127.0.0.1",
    port: int,
    schema: Path | None = None,
    name: str = "service",
    limits: Limits = _DEFAULT_LIMITS,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve a scoring script until SIGTERM or Ctrl+C.

    The process becomes the server: it works in the script's folder, its log goes to stderr as JSON
    lines, and what the script prints goes to the log.

    Args:
        script_path: The script, such as ``score.py``.
        host: Address to listen on; other machines reach it only if it is not loopback.
        port: Port to listen on; 0 takes a free one.
        schema: Its schema.json. Without one, ``run`` gets the body as text.
        name: The service, for its Swagger document.
        limits: How much it takes on.
        ready: Called with the address, such as ``http://127.0.0.1:8000``, once it answers.

    Raises:
        ServiceError: The address cannot be listened on.
        SchemaError: The script cannot be loaded, its ``init`` fails, or its schema differs.
        FacewrightError: What the script raised on purpose.
    """
    script_path, schema = script_path.resolve(), schema.resolve() if schema else None
    stdout = sys.stdout
    with (
        contextlib.closing(_bind(host, port)) as listener,
        _interruptible(),
        contextlib.redirect_stdout(logs.PrintedLines()),
    ):
        logs.configure()
        app = create_app(*_load(script_path, schema), name=name, limits=limits)
        Server(app, limits, _announce(host, listener, ready, stdout)).run(sockets=[listener])
    logger.info("stopped")


class Server(uvicorn.Server):
    """uvicorn without its own log format, headers and habits.

    Args:
        app: What to serve.
        limits: How long requests under way may take at the end.
        ready: Called once it listens.
    """

    def __init__(self, app: ASGIApp, limits: Limits, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=limits.shutdown_seconds,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, and say so."""
        await super().startup(sockets)
        self._ready()


def address_of(host: str, listener: socket.socket) -> str:
    """Return the base address of what listens on a socket."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listener.getsockname()[1]}"


def _load(script_path: Path, schema: Path | None) -> tuple[Script, Schema | None]:
    try:
        declared = load_schema(schema) if schema else None
        script = load_script(script_path)
        # For the life of the process, since run() may open files too.
        os.chdir(script.path.parent)
        script.init()
    except Exception as error:
        # What is wrong with the command line needs no traceback, what the script did does.
        if error.__cause__ is not None or not isinstance(error, FacewrightError):
            logger.exception("the service did not start")
        raise
    return script, declared


def _announce(
    host: str, listener: socket.socket, ready: Callable[[str], None] | None, stdout: TextIO
) -> Callable[[], None]:
    address = address_of(host, listener)

    def announce() -> None:
        logger.info("listening on %s", address)
        if ready is not None:
            with contextlib.redirect_stdout(stdout):
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


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Make SIGTERM end the block as Ctrl+C does, and both without an error.

    uvicorn finishes the requests under way first and then raises the signal again.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
