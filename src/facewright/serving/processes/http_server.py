"""uvicorn as this package runs it."""

import asyncio
import contextlib
import functools
import logging
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from facewright.serving.limits import Limits
from facewright.serving.processes.protocol import BoundedProtocol

logger = logging.getLogger(__name__)

_AGAIN_SECONDS = 0.05


class HttpServer(uvicorn.Server):
    """uvicorn without its own log format, headers and habits.

    Args:
        app: What to serve.
        limits: What connections may do, and how long requests may take at the end.
        ready: Called once it takes connections.
        closed: Called whenever a connection is gone.
        tls: Certificate chain and private key in PEM, or None.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits,
        ready: Callable[[], None] = lambda: None,
        closed: Callable[[], None] = lambda: None,
        tls: tuple[Path, Path] | None = None,
    ) -> None:
        protocol: Any = functools.partial(BoundedProtocol, limits=limits, closed=closed)
        certificate, key = tls or (None, None)
        super().__init__(
            uvicorn.Config(
                app,
                http=protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=int(limits.idle_seconds),
                timeout_graceful_shutdown=int(limits.shutdown_seconds),
                ssl_certfile=certificate,
                ssl_keyfile=key,
            )
        )
        self._limits = limits
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, and say so."""
        await super().startup(sockets)
        self._ready()


class HandedServer(HttpServer):
    """A server that does not listen: a supervisor hands it its connections.

    Each arrives as the byte ``c`` with a file descriptor; ``d`` tells that the server will end
    soon, ``q`` that it shall, as does the supervisor's own end. A ``+`` goes back for each
    connection that was taken, a ``-`` for each that is gone.

    Args:
        app: What to serve.
        limits: What connections may do, and how long requests may take at the end.
        control: The socket to the supervisor.
        drain: Called when the server will end soon.
        check: Called ten times a second.
        tls: Certificate chain and private key in PEM, or None.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits,
        control: socket.socket,
        drain: Callable[[], None],
        check: Callable[[], None],
        tls: tuple[Path, Path] | None = None,
    ) -> None:
        super().__init__(app, limits, closed=self._count_closed, tls=tls)
        self._control = control
        self._drain = drain
        self._check = check
        self._unsaid = bytearray()
        self._opening: set[asyncio.Task[None]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections, and tell the supervisor."""
        self.servers = []
        self._control.sendall(b"ready\n")
        self._control.setblocking(False)
        asyncio.get_running_loop().add_reader(self._control.fileno(), self._receive)
        self.started = True

    async def on_tick(self, counter: int) -> bool:
        """Do what is due ten times a second; return whether to end."""
        self._check()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what is under way, and end."""
        if self._opening:
            await asyncio.wait(self._opening, timeout=self._limits.header_seconds)
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: the supervisor hears them."""
        yield

    def _receive(self) -> None:
        while True:
            try:
                message, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
            except BlockingIOError:
                return
            except OSError:
                message, descriptors = b"", []
            for descriptor in descriptors:
                self._tell(b"+")
                self._open(socket.socket(fileno=descriptor))
            if message == b"d":
                self._drain()
            elif message in (b"", b"q"):
                asyncio.get_running_loop().remove_reader(self._control.fileno())
                self._drain()
                self.should_exit = True
                return

    def _open(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        task = asyncio.get_running_loop().create_task(self._serve_connection(connection))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _serve_connection(self, connection: socket.socket) -> None:
        config, loop = self.config, asyncio.get_running_loop()
        protocol: Any = config.http_protocol_class
        factory = functools.partial(
            protocol,
            config=config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        secured = {"ssl_handshake_timeout": self._limits.header_seconds} if config.ssl else {}
        try:
            await loop.connect_accepted_socket(factory, connection, ssl=config.ssl, **secured)
        except (OSError, TimeoutError) as error:  # ssl.SSLError is an OSError
            logger.debug("a connection was not opened: %s", error)
            connection.close()
            self._count_closed()

    def _count_closed(self) -> None:
        self._tell(b"-")

    def _tell(self, word: bytes) -> None:
        self._unsaid += word
        if len(self._unsaid) == 1:
            asyncio.get_running_loop().call_soon(self._say)

    def _say(self) -> None:
        try:
            del self._unsaid[: self._control.send(self._unsaid)]
        except BlockingIOError:
            pass
        except OSError:  # a supervisor that is gone needs no telling
            return
        if self._unsaid:
            asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self._say)
