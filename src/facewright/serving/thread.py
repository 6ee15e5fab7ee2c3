"""An application on a port of its own, in a thread: for tests, notebooks and examples."""

import contextlib
import socket
import threading
from collections.abc import Iterator

from starlette.types import ASGIApp

from facewright.errors import ServiceError
from facewright.serving.limits import Limits
from facewright.serving.processes.http_server import HttpServer
from facewright.serving.server import address_of

_START_SECONDS = 10.0


@contextlib.contextmanager
def serving_in_thread(app: ASGIApp, limits: Limits | None = None) -> Iterator[str]:
    """Serve `app` on a free port of the loopback address while the block runs.

    Args:
        app: What to serve.
        limits: What connections may do; the usual when left out.

    Yields:
        The base address, such as ``http://127.0.0.1:43210``.

    Raises:
        ServiceError: It did not start.
    """
    limits = limits or Limits(shutdown_seconds=1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ready = threading.Event()
        server = HttpServer(app, limits, ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            if not ready.wait(_START_SECONDS):
                raise ServiceError("the server did not start in its thread")
            yield address_of("127.0.0.1", listener)
        finally:
            server.should_exit = True
            thread.join()
